"""Adapters that are saved while the bridge works: a good one is taken over, a bad one stays out and says why."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from tests.daemon.place import Place, now, open_place

from forum_bridge.daemon import Daemon
from forum_bridge.daemon.adapter_watch import AdapterWatch
from forum_bridge.forums.registry import Registry
from forum_bridge.testkit import save
from forum_bridge.testkit.apart import tried_apart
from forum_bridge.testkit.recorder import record
from forum_bridge.web.session import SessionSettings, user_agent

GOOD = "extends: sandbox\n"


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with open_place(tmp_path) as made:
        made.tree["forums"]["kargo"]["adapter"] = "benim"
        (tmp_path / "adapters").mkdir()
        (tmp_path / "adapters" / "benim.yaml").write_text(GOOD)
        yield made


@asynccontextmanager
async def watched(place: Place, seconds: float = 60) -> AsyncIterator[tuple[Daemon, AdapterWatch]]:
    async with place.daemon() as daemon:
        yield daemon, AdapterWatch(daemon, partial(tried_apart, config=place.path, seconds=seconds))


def saved(place: Place, text: str, name: str = "benim.yaml") -> None:
    (place.path.parent / "adapters" / name).write_text(text, encoding="utf-8")


async def looked(watch: AdapterWatch) -> list[str]:
    """Look twice, since a file that changes between two looks is still being written; return what was logged."""
    with capture_logs() as logs:
        await watch.look()
        await watch.look()
    return [str(each["event"]) for each in logs if str(each["event"]).startswith("adapter")]


async def test_a_preset_that_passes_its_trial_is_taken_over(place: Place) -> None:
    async with watched(place) as (daemon, watch):
        before = daemon.registry
        assert await looked(watch) == []
        saved(place, f"{GOOD}threads_a_poll: 7\n")
        assert "adapters_taken_over" in await looked(watch)
        assert daemon.registry is not before
        assert await looked(watch) == []
        await place.ask("Yeni düzenle okundu")


async def test_one_that_reads_nothing_stays_out_and_the_old_one_works_on(place: Place) -> None:
    async with watched(place) as (daemon, watch):
        before = daemon.registry
        saved(place, f"{GOOD}posts: {{container: .nowhere}}\nboard: {{row: .nowhere, empty: null}}\n")
        assert await looked(watch) == ["adapter_refused"]
        assert daemon.registry is before
        assert "the changed adapter benim was refused: kargo:" in (await daemon.look())
        assert ".nowhere" in (await daemon.look())
        await place.ask("Eski düzen sürüyor")
        saved(place, f"{GOOD}threads_a_poll: 7\n")
        assert "adapters_taken_over" in await looked(watch)
        assert "refused" not in await daemon.look()


async def test_a_file_that_is_no_preset_stays_out(place: Place) -> None:
    async with watched(place) as (daemon, watch):
        saved(place, "extends: [")
        assert await looked(watch) == ["adapter_refused"]
        assert "benim.yaml, line 1" in await daemon.look()
        await place.ask("Eski düzen sürüyor")


async def test_one_that_breaks_a_promise_on_its_recorded_pages_stays_out(place: Place) -> None:
    """The forum's first watch is a board, on which a wrong author of a post is not seen."""
    entry = Registry.load(place.path.parent / "adapters").get("benim")
    url = place.tree["forums"]["kargo"]["url"]
    settings = SessionSettings(url, user_agent("1"), timedelta())
    recording = await record(entry, f"{url}/thread/1", settings, now, timezone="Europe/Istanbul", options={})
    save(recording, place.path.parent / "adapters" / "pages" / "benim" / "thread")
    async with watched(place) as (daemon, watch):
        saved(place, f"{GOOD}posts: {{author: .post-time}}\n")
        assert await looked(watch) == ["adapter_refused"]
        assert "it no longer reads each post as it was recorded" in await daemon.look()


async def test_one_that_never_ends_is_ended(place: Place) -> None:
    async with watched(place, seconds=6) as (daemon, watch):
        saved(place, "import time\nwhile True:\n    time.sleep(1)\n", "sonsuz.py")
        (place.path.parent / "adapters" / "benim.yaml").unlink()
        (place.path.parent / "adapters" / "sonsuz.py").rename(place.path.parent / "adapters" / "benim.py")
        assert await looked(watch) == ["adapter_refused"]
        assert "not over after 6 seconds" in await daemon.look()
        await place.ask("Eski düzen sürüyor")


async def test_what_no_forum_uses_is_nobodys_business(place: Place) -> None:
    async with watched(place) as (daemon, watch):
        saved(place, "markup: [", "baska.yaml")
        assert await looked(watch) == []
        assert (await daemon.look()).startswith("1 forum")


async def test_a_reload_takes_no_adapter_that_was_not_tried(place: Place) -> None:
    """Whoever saves a file and then asks for a reload comes by the same road."""
    async with watched(place) as (daemon, _):
        saved(place, f"{GOOD}posts: {{container: .nowhere}}\nboard: {{row: .nowhere, empty: null}}\n")
        place.tree["forums"]["kargo"]["every"] = "1s"
        with capture_logs() as logs:
            assert await place.reload(daemon)
        assert [each["adapter"] for each in logs if each["event"] == "adapter_refused"] == ["benim"]
        assert "the changed adapter benim was refused: kargo:" in await daemon.look()
        await place.ask("Eski adaptörle, yeni düzenle")
        saved(place, f"{GOOD}threads_a_poll: 7\n")
        assert await place.reload(daemon)
        assert "refused" not in await daemon.look()


async def test_a_reload_runs_nothing_of_a_new_script_that_never_ends(place: Place) -> None:
    async with watched(place) as (daemon, _):
        before = daemon.config
        saved(place, "import time\nwhile True:\n    time.sleep(1)\n", "sonsuz.py")
        place.tree["forums"]["kargo"]["adapter"] = "sonsuz"
        assert not await place.reload(daemon, seconds=6)
        assert daemon.config is before
        assert "the changed adapter sonsuz was refused: its trial was not over after 6 seconds" in await daemon.look()
        await place.ask("Eski düzen sürüyor")
