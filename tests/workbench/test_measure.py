"""How much of a forum's pages is guessed right with fingerprints switched off: on threads recorded in the project,
whose posts are known, field by field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from tests.workbench.recorded import recorded

from forum_bridge.forums.reading.page import ThreadPage
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
OTHERS = [  # engine, recorded page, its address; what an engine's adapter reads of such a page is the truth
    ("mybb", "mybb/thread-p1", "http://127.0.0.1:8101/showthread.php?tid=1"),
    ("smf", "smf/thread-p1", "http://127.0.0.1:8102/index.php?topic=2.0"),
    ("phpbb", "phpbb/thread-p1", "http://127.0.0.1:8103/viewtopic.php?t=2"),
    ("phpbb", "phpbb/thread-p3", "http://127.0.0.1:8103/viewtopic.php?t=2&start=40"),
    ("flaskbb", "flaskbb/topic_p1", "http://127.0.0.1:5230/topic/2-bridge-test-topic-unicode-tags"),
    ("fossil", "fossil/thread", "http://127.0.0.1:5250/forumthread/8ca2147150"),
    ("machina", "machina/topic_p1", "http://127.0.0.1:8000/forum/forum/general-1/topic/bridge-test-topic-1/"),
    ("misago", "misago/thread_p1", "http://127.0.0.1/t/bridge-test-topic-unicode-tags/1/"),
    ("nodebb", "nodebb/topic_p1", "http://127.0.0.1:4568/topic/2/bridge-test-topic"),
]


def seen(recorded: Recorded) -> Seen:
    html, _ = decode(recorded.body, recorded.mime)
    return Seen(recorded.url, html, served=parsedate_to_datetime(recorded.date) if recorded.date else None)


def guessed(pages: Sequence[Seen], engine: str) -> tuple[ThreadPage, dict[str, int], dict[str, bool]]:
    """Return the first page of a thread as the engine's own adapter reads it, in how many of its posts each field is
    the same where a preset was guessed, and which things about the page are."""
    page = fit(Pages(pages[0], second=pages[1] if len(pages) > 1 else None)).reading.page
    theirs = ENGINES.get(engine).parse
    assert page is not None
    assert theirs is not None
    true = theirs(pages[0].html, pages[0].url)
    about = {"thread": (page.ref.id, true.ref.id), "title": (page.ref.title, true.ref.title)}
    about["next"] = (str(bool(page.next)), str(bool(true.next)))  # an API names other addresses
    right = {name: _right(name, as_json(page.posts), as_json(true.posts)) for name in FIELDS}
    return true, right, {name: got == wanted for name, (got, wanted) in about.items()}


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


def judge(pages: Sequence[Seen], engine: str, figures: Callable[..., None]) -> None:
    true, right, about = guessed(pages, engine)
    posts, told = len(true.posts), {name: "yes" if is_right else "no" for name, is_right in about.items()}
    figures(f"guessed without fingerprints, {engine}", **{n: f"{right[n]}/{posts}" for n in FIELDS}, **told)
    assert right == dict.fromkeys(FIELDS, posts)
    assert about == dict.fromkeys(about, True)


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda folder: folder.parent.name)
def test_what_is_guessed_is_what_the_engine_s_preset_reads(folder: Path, figures: Callable[..., None]) -> None:
    pages = dict.fromkeys(load(folder).pages)
    judge([seen(each) for each in pages], folder.parent.name, figures)


@pytest.mark.parametrize(("engine", "page", "url"), OTHERS)
def test_and_on_pages_of_forums_that_really_ran(engine: str, page: str, url: str, figures: Callable[..., None]) -> None:
    judge([Seen(url, recorded(page), served=datetime(2026, 11, 22, 21, tzinfo=UTC))], engine, figures)
