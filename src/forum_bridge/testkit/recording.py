"""A recorded thread: what a forum answered for each address, and what has to be read from it. Files in a folder; knows
no network.

``recording.json`` lists the answers, whose bodies stand beside it as they were sent; ``expected.json`` the posts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from forum_bridge.errors import ConfigurationRefused
from forum_bridge.markup.clean import clean_post
from forum_bridge.model import Post

PAGES, EXPECTED = "recording.json", "expected.json"


@dataclass(frozen=True, slots=True)
class Recorded:
    """One answer: its address, media type with charset, body, and the server's own clock (a Date header's text), to
    which "yesterday" on the page refers."""

    url: str
    mime: str
    body: bytes = field(repr=False)
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Recording:
    """One thread from its first page to its last. ``base`` is the forum's address, ``expected`` its posts as
    ``as_json`` tells them, oldest first."""

    base: str
    thread: str
    pages: tuple[Recorded, ...]
    expected: tuple[Mapping[str, object], ...] = ()
    timezone: str = "Europe/Istanbul"
    options: Mapping[str, object] = field(default_factory=dict)


def as_json(posts: Sequence[Post]) -> tuple[Mapping[str, object], ...]:
    """Return posts as golden files hold them: what the bridge makes of each, its text cleaned."""
    return tuple(
        {
            "id": post.id,
            "author": post.author.name,
            "author_id": post.author.id,
            "time": post.time.isoformat() if post.time else None,
            "edited": post.edited.isoformat() if post.edited else None,
            "url": post.url,
            "opening": post.opening,
            "text": clean_post(post.html, post.url).text,
            "attachments": [[each.name, each.url] for each in post.attachments],
        }
        for post in posts
    )


def load(folder: Path) -> Recording:
    """Read a recording. Raises ConfigurationRefused, naming the file that is missing or no recording."""
    try:
        told = json.loads((folder / PAGES).read_text(encoding="utf-8"))
        expected = json.loads((folder / EXPECTED).read_text(encoding="utf-8"))
        pages = tuple(
            Recorded(each["url"], each["mime"], (folder / each["file"]).read_bytes(), each.get("date"))
            for each in told["pages"]
        )
        options = told.get("options", {})
        return Recording(told["base"], told["thread"], pages, tuple(expected), told["timezone"], options)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigurationRefused(
            f"{folder} holds no recording: {type(error).__name__}: {error}",
            explanation="Make one with `forum-bridge adapter record NAME URL`.",
        ) from error


def save(recording: Recording, folder: Path) -> None:
    """Write a recording into a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    listed, files = [], dict[bytes, str]()
    for page in recording.pages:
        if (name := files.get(page.body)) is None:  # several addresses may lead to one page
            name = files[page.body] = f"page-{len(files) + 1}.{'json' if 'json' in page.mime else 'html'}"
            (folder / name).write_bytes(page.body)
        listed.append({"url": page.url, "mime": page.mime, "date": page.date, "file": name})
    told = asdict(recording) | {"pages": listed}
    del told["expected"]
    _write(folder / PAGES, told)
    _write(folder / EXPECTED, recording.expected)


def _write(path: Path, what: object) -> None:
    path.write_text(json.dumps(what, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
