"""Whatever selector of a preset finds nothing any more, somebody hears of it: a page of each preset that ships is read
from poll to poll, and then by the preset with one selector broken, which is what a changed theme is to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest
from tests.forums.test_pages import PAGES, preset

from forum_bridge.errors import Unreadable, WatchTrouble
from forum_bridge.forums.html.address import entrance, thread_ref
from forum_bridge.forums.html.parse import parse_board, parse_thread
from forum_bridge.forums.html.preset import Preset
from forum_bridge.forums.html.value import Value
from forum_bridge.forums.reading.page import BoardPage, ThreadPage
from forum_bridge.forums.reading.state import ThreadState
from forum_bridge.forums.reading.thread import ThreadReader
from forum_bridge.forums.registry import Registry
from forum_bridge.model import Look, ThreadRef
from forum_bridge.web.page import Validators

NOWHERE = "zz-not-there"
READ = ("container", "id", "author", "body", "author_id", "time", "edited", "attachments")
"""Of a post; what only dresses one (a link that the id gives as well, what to drop) is none of these."""


@dataclass
class Saved:
    """A source of one saved page, read by one preset. Its neighbours are not there."""

    html: str
    url: str
    rules: Preset
    served: datetime | None
    pages_a_poll: int = 1
    threads_a_poll: int = 1

    async def thread(self, url: str) -> ThreadPage:
        return parse_thread(self.html, self.url, self.rules, self.served)

    async def revisit(self, url: str, validators: Validators) -> tuple[ThreadPage | None, Validators]:
        return await self.thread(url), Validators()

    async def board(self, url: str) -> BoardPage:
        return parse_board(self.html, url, self.rules, self.served)

    def ref(self, url: str) -> ThreadRef:
        return thread_ref(url, self.rules)

    def named(self, url: str) -> str | None:
        return None

    def entrance(self, url: str) -> str:
        return entrance(url, self.rules)


@cache
def pages() -> list[tuple[str, Path]]:
    found, registry = [], Registry.load()
    for path in sorted(PAGES.glob("*/*.html")):
        told = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        entry = registry.get(path.parent.name)
        if "posts" in told and entry.container is not None and len(told["posts"]) > 1:
            found.append((path.parent.name, path))
    return found


def broken_posts(rules: Preset, part: str) -> Preset:
    """Return the preset with one part of its posts that finds nothing."""
    value: object = NOWHERE if part in {"container", "body", "attachments"} else (Value(NOWHERE),)
    return rules.model_copy(update={"posts": rules.posts.model_copy(update={part: value})})


def source(path: Path, rules: Preset) -> Saved:
    told = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    served = datetime.fromisoformat(told["served"]) if "served" in told else None
    return Saved(path.read_text(encoding="utf-8"), told["url"], rules, served)


def mutations() -> Iterator[object]:
    for name, path in pages():
        for part in READ:
            if getattr(preset(name).posts, part):
                yield pytest.param(name, path, part, id=f"{name}-{path.stem}-{part}")


async def before(path: Path, rules: Preset) -> ThreadState:
    page = await source(path, rules).thread("")
    reading = await ThreadReader(source(path, rules)).read(page.url, ThreadState(page.url, thread=page.ref.id), None)
    state = ThreadState.from_json(json.loads(json.dumps(reading.state.to_json())))
    assert state is not None
    return state


async def again(path: Path, rules: Preset, state: ThreadState) -> Look | None:
    return (await ThreadReader(source(path, rules)).read(state.page, state, None)).look


@pytest.mark.parametrize(("name", "path", "part"), list(mutations()))
async def test_a_broken_selector_is_never_silence(name: str, path: Path, part: str) -> None:
    rules = preset(name)
    state = await before(path, rules)
    page = await source(path, rules).thread("")
    had = {
        "author_id": len({post.author.name for post in page.posts if post.author.id is not None}) > 1,
        "time": any(post.time for post in page.posts),
        "edited": any(post.edited for post in page.posts),
        "attachments": any(post.attachments for post in page.posts),
    }
    try:
        look = await again(path, broken_posts(rules, part), state)
    except Unreadable:
        return
    if had.get(part, True):
        assert look is not None
        assert look.lacks, f"{part} finds nothing, and nobody hears of it"
    else:
        assert look is None or not look.lacks  # the page had none of it before either


@pytest.mark.parametrize(("name", "path"), [pytest.param(*each, id=f"{each[0]}-{each[1].stem}") for each in pages()])
async def test_the_same_page_again_is_no_drift(name: str, path: Path) -> None:
    rules = preset(name)
    look = await again(path, rules, await before(path, rules))
    assert look is None or look.lacks == frozenset()


def boards() -> Iterator[object]:
    for path in sorted(PAGES.glob("*/*.html")):
        told = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        if told.get("rows"):
            for part in ("row", "link", "moved"):
                yield pytest.param(path, told, part, id=f"{path.parent.name}-{path.stem}-{part}")


@pytest.mark.parametrize(("path", "told", "part"), list(boards()))
def test_a_broken_selector_of_a_board_is_never_silence(path: Path, told: dict[str, str], part: str) -> None:
    rules = preset(path.parent.name)
    assert rules.board is not None
    value: object = NOWHERE if part == "row" else (Value(NOWHERE),)
    broken = rules.model_copy(update={"board": rules.board.model_copy(update={part: value})})
    with pytest.raises(WatchTrouble):
        parse_board(path.read_text(encoding="utf-8"), told["url"], broken, None)
