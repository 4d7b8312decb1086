"""How much of a forum's pages is guessed right with fingerprints switched off: on threads recorded in the project,
whose posts are known, field by field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from forum_bridge.forums.registry import Registry
from forum_bridge.testkit.recording import Recorded, as_json, load
from forum_bridge.web.charset import decode
from forum_bridge.workbench.fitting import fit
from forum_bridge.workbench.guess.preset import Pages
from forum_bridge.workbench.look import Seen

RECORDINGS = sorted(
    path.parent
    for path in (Path(__file__).parent.parent / "pages").glob("*/*.recording/recording.json")
    if any(path.parent.glob("*.html"))
)
FIELDS = ("id", "author", "author_id", "time", "text")
ENGINES = Registry.load(None)


def seen(recorded: Recorded) -> Seen:
    html, _ = decode(recorded.body, recorded.mime)
    return Seen(recorded.url, html, served=parsedate_to_datetime(recorded.date) if recorded.date else None)


def guessed(folder: Path) -> tuple[int, dict[str, int], dict[str, bool]]:
    """Return how many posts are read with a preset guessed from a recorded thread, in how many each field is what the
    engine's own preset reads, and which things about the page are."""
    recording = load(folder)
    pages = [seen(each) for each in dict.fromkeys(recording.pages)]
    page = fit(Pages(pages[0], second=pages[1] if len(pages) > 1 else None)).reading.page
    theirs = ENGINES.get(folder.parent.name).parse
    assert page is not None
    assert theirs is not None
    true = theirs(pages[0].html, pages[0].url)
    about = {
        "thread": (page.ref.id, true.ref.id),
        "title": (page.ref.title, true.ref.title),
        "next": (page.next, true.next),
    }
    expected = recording.expected[: len(true.posts)]
    right = {name: _right(name, as_json(page.posts), expected) for name in FIELDS}
    return len(true.posts), right, {name: got == wanted for name, (got, wanted) in about.items()}


def _right(name: str, read: Sequence[Mapping[str, object]], expected: Sequence[Mapping[str, object]]) -> int:
    pairs = [(post[name], other[name]) for post, other in zip(read, expected, strict=False)]
    if name == "author_id" and not any(wanted for _, wanted in pairs):  # theirs does without
        return len(pairs)
    if name == "id":  # a hash may be cut off
        return sum(str(got).startswith(str(wanted)) for got, wanted in pairs)
    if name == "time":  # no page tells its zone
        moments = [(at(got), at(wanted)) for got, wanted in pairs]
        off = Counter(got - wanted for got, wanted in moments if got and wanted)
        zone = max(off, key=lambda each: off[each], default=timedelta())
        return sum(got == wanted or bool(got and wanted and got - wanted == zone) for got, wanted in moments)
    return sum(got == wanted for got, wanted in pairs)


def at(told: object) -> datetime | None:
    return datetime.fromisoformat(str(told)) if told else None


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda folder: folder.parent.name)
def test_what_is_guessed_is_what_the_engine_s_preset_reads(folder: Path, figures: Callable[..., None]) -> None:
    posts, right, about = guessed(folder)
    told = {name: "yes" if is_right else "no" for name, is_right in about.items()}
    figures(f"guessed without fingerprints, {folder.parent.name}", **{n: f"{right[n]}/{posts}" for n in FIELDS}, **told)
    assert right == dict.fromkeys(FIELDS, posts)
    assert about == dict.fromkeys(about, True)
