"""Every adapter keeps its promises on its recorded pages, and the kit sees it when one does not."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from forum_bridge.forums.entry import AdapterEntry
from forum_bridge.forums.preset_files import PresetMaker, preset_entry
from forum_bridge.forums.registry import Registry
from forum_bridge.model import WatchKind
from forum_bridge.testkit import Outcome, Recording, Result, conform, load

PAGES = Path(__file__).parent.parent / "pages"
RECORDINGS = sorted(path.parent for path in PAGES.glob("*/*.recording/recording.json"))
NAMELESS = {"html"}  # has no pages of its own: what it reads stands in a configuration
PARTS = ("container", "id", "author", "body")
OPTIONAL = ("author_id", "time", "edited", "link", "attachments")


async def outcomes(entry: AdapterEntry, recording: Recording) -> list[Outcome]:
    return [outcome async for outcome in conform(entry, recording)]


def broken(found: list[Outcome]) -> dict[str, str]:
    return {each.promise: each.told for each in found if each.result is Result.BROKEN}


def entry_of(folder: Path) -> AdapterEntry:
    return Registry.load().get(folder.parent.name)


def without(entry: AdapterEntry, part: str) -> AdapterEntry | None:
    """Return a preset whose selector of one part of a post finds nothing; None where it has none."""
    assert isinstance(entry.maker, PresetMaker)
    raw = json.loads(json.dumps(entry.maker.raw))
    if part not in raw["posts"]:
        return None
    raw["posts"][part] = ".nowhere-at-all"
    return preset_entry(entry.name, "a broken preset", raw)


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda folder: f"{folder.parent.name}-{folder.stem}")
async def test_an_adapter_keeps_its_promises(folder: Path) -> None:
    found = await outcomes(entry_of(folder), load(folder))
    assert broken(found) == {}
    assert len([each for each in found if each.result is Result.KEPT]) >= 15


def test_every_adapter_that_reads_threads_has_recorded_pages() -> None:
    reading = {entry.name for entry in Registry.load() if WatchKind.THREAD in entry.watches} - NAMELESS
    assert reading == {folder.parent.name for folder in RECORDINGS}


@pytest.mark.parametrize("part", [*PARTS, *OPTIONAL])
@pytest.mark.parametrize(
    "folder",
    [each for each in RECORDINGS if (each / "page-1.html").exists()],
    ids=lambda folder: f"{folder.parent.name}-{folder.stem}",
)
async def test_a_broken_selector_is_seen(folder: Path, part: str) -> None:
    entry = entry_of(folder)
    if not isinstance(entry.maker, PresetMaker) or (spoilt := without(entry, part)) is None:
        return  # it does not say where that stands
    recording = load(folder)
    told = {"link": "url"}.get(part, part)
    if part in OPTIONAL and not any(post[told] for post in recording.expected):
        return  # nothing of the kind stands on the pages
    assert "reads each post as it was recorded" in broken(await outcomes(spoilt, recording))


async def test_what_is_recorded_wrongly_is_told_with_both_sides() -> None:
    recording = load(PAGES / "sandbox" / "thread.recording")
    changed = {**recording.expected[3], "author": "Kimse", "text": "Başka"}
    recording = replace(recording, expected=(*recording.expected[:3], changed, *recording.expected[4:]))
    told = broken(await outcomes(Registry.load().get("sandbox"), recording))
    assert list(told) == ["reads each post as it was recorded"]
    assert "author: 'Ayşe Yılmaz' instead of 'Kimse'" in told["reads each post as it was recorded"]


async def test_a_python_adapter_is_tested_too(tmp_path: Path) -> None:
    """One that returns an empty reading of what it does not understand is found out."""
    (tmp_path / "uyur.py").write_text(
        """\
from forum_bridge.forums.contract import AdapterOptions
from forum_bridge.model import Author, Cursor, Markup, Post, PostId, Reading, ThreadId, ThreadRef
import re

class Uyur:
    name = "uyur"
    markup = Markup.HTML
    Options = AdapterOptions
    def __init__(self, options, session):
        self.session = session
    async def read(self, watch, cursor):
        page = await self.session.get(watch.target)
        ref = ThreadRef(ThreadId("2"), watch.target)
        ids = re.findall(r'data-post-id="(\\d+)"', page.html)
        posts = [Post(PostId(each), ref, Author("?"), "", f"{watch.target}#{each}") for each in ids]
        return Reading(tuple(posts), cursor=Cursor({}))
""",
        encoding="utf-8",
    )
    told = broken(await outcomes(Registry.load(tmp_path).get("uyur"), load(PAGES / "sandbox" / "thread.recording")))
    assert {"reads every post once, oldest first", "refuses an empty page", "refuses half a page"} <= told.keys()
    assert "went on in silence" in told["refuses an empty page"]
