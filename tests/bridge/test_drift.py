"""A forum whose theme changes under the bridge: pages go into quarantine, cursors stay, the operator is told once, and
told again when it is over."""

from __future__ import annotations

import json
import stat
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from tests.bridge.world import MovableClock, World

from forum_bridge.bridge.drift_guard import DriftGuard
from forum_bridge.bridge.quarantine import EACH, LARGEST, MOST, Quarantine, empty
from forum_bridge.errors import Evidence
from forum_bridge.ledger import drift
from forum_bridge.ledger.drift import DriftRow
from forum_bridge.model import Trait
from forum_bridge.sandbox.forum.faults import What
from forum_bridge.web.charset import decode

BROKEN = {"posts": {"container": "article.of-another-theme"}}


async def watching(world: World, count: int) -> list[int]:
    """Watch ``count`` threads of their own, read once."""
    ids = [world.forum.open_thread(world.deniz, f"Konu {number}", "Nerede kaldı?").thread_id for number in range(count)]
    world.configure(lambda forum: forum.update(watch=[{"thread": f"{world.url}/thread/{each}"} for each in ids]))
    await world.restart()
    await world.settle()
    return ids


async def themed(world: World, options: Mapping[str, object]) -> None:
    """To the bridge, the forum has another theme from now on."""
    world.configure(lambda forum: forum.update(options=options))
    await world.restart()


async def drifted(world: World) -> list[DriftRow]:
    async with world.ledger.reading() as db:
        return await drift.of_forum(db, "sandbox")


def pages(world: World) -> list[Path]:
    return sorted((world.ledger_path.parent / "quarantine").glob("*/*"))


async def test_a_page_that_cannot_be_read_goes_into_quarantine_and_the_cursor_stays(world: World) -> None:
    (thread,) = await watching(world, 1)
    cursor = (await world.watches())[-1].cursor
    await themed(world, BROKEN)
    missed = world.forum.reply(thread, world.deniz, "Kimse yok mu? 😟").id
    with capture_logs() as told:
        for _ in range(4):
            await world.later(minutes=1)
    (row,) = await drifted(world)
    assert (row.hard, row.what, row.sure) == (True, "unreadable", True)
    assert (await world.watches())[-1].cursor == cursor
    assert [each["log_level"] for each in told if each["event"] == "drift"] == ["error"]  # once
    (said,) = [each for each in told if each["event"] == "drift"]
    assert "forum-bridge preview --file" in said["todo"]
    assert row.page is not None
    assert str(world.ledger_path.parent / "quarantine" / row.page) in said["todo"]
    kept = pages(world)
    assert len(kept) == 1, "one page, however often it is looked at"
    assert "Kimse yok mu? 😟" in kept[0].read_text()
    assert stat.S_IMODE(kept[0].stat().st_mode) == 0o600
    assert stat.S_IMODE(kept[0].parent.stat().st_mode) == 0o700
    assert kept[0].parent.name == "sandbox"

    await themed(world, {})
    with capture_logs() as told:
        await world.later(minutes=30)
    assert [each["what"] for each in told if each["event"] == "drift_over"] == ["unreadable"]
    assert await drifted(world) == []
    assert world.times_delivered(missed) == 1


async def test_the_page_holds_nothing_that_opens_a_door(world: World) -> None:
    (thread,) = await watching(world, 1)
    await themed(world, BROKEN)
    world.forum.reply(thread, world.deniz, "Alo?")
    await world.later(minutes=1)
    (kept,) = pages(world)
    html = kept.read_text()
    assert 'name="csrf"' in html
    assert 'value="scrubbed"' in html


async def test_other_watches_go_on_and_one_thread_says_nothing_of_the_preset(world: World) -> None:
    first, second = await watching(world, 2)
    world.forum.faults.next(rf"GET /thread/{first}\b", What.LOGIN, None)
    world.forum.reply(first, world.deniz, "Beni kimse görmez")
    seen = world.forum.reply(second, world.deniz, "Beni görürler").id
    for _ in range(3):
        await world.later(minutes=1)
    assert world.times_delivered(seen) == 1
    async with world.ledger.reading() as db:
        assert await drift.broken(db, "sandbox", "unreadable") < drift.SUSPECT
    (troubled,) = [each for each in await world.watches() if each.trouble]
    assert troubled.watch.target.endswith(str(first))


async def test_two_threads_that_cannot_be_read_make_the_preset_suspected_and_slow_the_forum(world: World) -> None:
    await watching(world, 3)
    await themed(world, BROKEN)
    with capture_logs() as told:
        for _ in range(3):
            await world.later(seconds=10)
    assert [each["event"] for each in told].count("preset_suspected") == 1
    due = min(each.due_at for each in await world.watches() if "/thread/" in each.watch.target)
    longest = world.config.forums["sandbox"].every.max
    assert due - world.clock() > longest / 2
    await themed(world, {})
    with capture_logs() as told:
        await world.later(hours=1)
    assert [each["event"] for each in told].count("preset_trusted") == 1
    assert await drifted(world) == []


async def test_a_page_that_ended_in_the_middle_once_is_nobody_s_alarm(world: World) -> None:
    (thread,) = await watching(world, 1)
    world.forum.faults.next(rf"GET /thread/{thread}\b", What.HALF)
    post = world.forum.reply(thread, world.deniz, "Bir daha bakın").id
    with capture_logs() as told:
        for _ in range(4):
            await world.later(seconds=20)
    assert world.times_delivered(post) == 1
    assert not [each for each in told if each["event"] in {"drift", "drift_over", "preset_suspected"}]


async def test_what_a_theme_no_longer_shows_is_told_once_and_posts_are_delivered(world: World) -> None:
    (thread,) = await watching(world, 1)
    await world.reply(thread, "İkinci", author=world.forum.person("Elif Şahin"))
    await themed(world, {"posts": {"time": ".no-time-at-all"}})
    with capture_logs() as told:
        posts = []
        for number in range(3):
            posts.append(world.forum.reply(thread, world.deniz, f"Saat kaç? {number}").id)
            await world.later(minutes=1)
    assert [world.times_delivered(each) for each in posts] == [1, 1, 1]
    assert [each["missing"] for each in told if each["event"] == "drift"] == [Trait.TIMES.value]
    assert not any(each.trouble for each in await world.watches())
    await themed(world, {})
    with capture_logs() as told:
        await world.reply(thread, "Şimdi oldu")
        await world.later(minutes=1)
    assert [each["what"] for each in told if each["event"] == "drift_over"] == [Trait.TIMES.value]


GUESTS_BROKEN = {"posts": {"author": ".post-head a.author"}}
"""A theme in which those without an account have no name that the preset finds."""


async def test_one_post_of_five_that_cannot_be_read_is_told_and_comes_once_the_preset_is_mended(world: World) -> None:
    (thread,) = await watching(world, 1)
    elif_, harry = (world.forum.person(name) for name in ("Elif Şahin", "Harry Whitlock"))
    await themed(world, GUESTS_BROKEN)
    for person in (elif_, harry, world.deniz):
        world.forum.reply(thread, person or "", "Bende de öyle")
    guest = world.forum.reply(thread, "Misafir Can", "Benim de gelmedi").id
    with capture_logs() as told:
        for _ in range(3):
            await world.later(minutes=1)
    assert [each["missing"] for each in told if each["event"] == "drift"] == [Trait.WHOLE.value]
    members = [post.id for post in world.forum.posts() if post.thread_id == thread and post.person][1:]
    assert [world.times_delivered(each) for each in members] == [1, 1, 1]
    assert world.times_delivered(guest) == 0
    assert [(row.hard, row.what) for row in await drifted(world)] == [(False, Trait.WHOLE.value)]
    await themed(world, {})
    await world.later(minutes=30)
    assert world.times_delivered(guest) == 1
    assert await drifted(world) == []


async def test_two_posts_of_five_that_cannot_be_read_stop_their_watch(world: World) -> None:
    (thread,) = await watching(world, 1)
    cursor = (await world.watches())[-1].cursor
    await themed(world, GUESTS_BROKEN)
    made = [world.forum.reply(thread, name, "Benim de").id for name in ("Misafir Can", "Misafir Su")]
    made += [world.forum.reply(thread, world.deniz, "Gelmedi").id for _ in range(2)]
    for _ in range(3):
        await world.later(minutes=1)
    assert [(row.hard, row.what) for row in await drifted(world)] == [(True, "unreadable")]
    assert (await world.watches())[-1].cursor == cursor
    assert [world.times_delivered(each) for each in made] == [0] * 4
    await themed(world, {})
    await world.later(minutes=30)
    assert [world.times_delivered(each) for each in made] == [1] * 4


async def test_a_login_page_in_place_of_the_thread_is_kept_and_the_cursor_stays(world: World) -> None:
    (thread,) = await watching(world, 1)
    cursor = (await world.watches())[-1].cursor
    world.forum.faults.next(rf"GET /thread/{thread}\b", What.LOGIN, None)
    missed = world.forum.reply(thread, world.deniz, "Beni kimse görmez").id
    with capture_logs() as told:
        for _ in range(4):
            await world.later(minutes=1)
    (row,) = await drifted(world)
    assert (row.hard, row.what, row.sure) == (True, "login page", True)
    assert [each["what"] for each in told if each["event"] == "drift"] == ["login page"]  # once
    (kept,) = pages(world)
    assert row.page == f"sandbox/{kept.name}"
    assert 'class="login-form"' in kept.read_text() or "login-form" in kept.read_text()
    assert (await world.watches())[-1].cursor == cursor
    world.forum.faults.clear()
    await world.later(minutes=30)
    assert await drifted(world) == []
    assert world.times_delivered(missed) == 1


async def test_a_challenge_page_is_kept_too(world: World) -> None:
    (thread,) = await watching(world, 1)
    world.forum.faults.next(rf"GET /thread/{thread}\b", What.CHALLENGE, None)
    world.forum.reply(thread, world.deniz, "Kapı kapalı")
    await world.later(minutes=5)
    await world.later(minutes=20)
    (row,) = await drifted(world)
    assert row.what == "challenge"
    assert row.page is not None
    assert len(pages(world)) == 1


async def test_what_is_old_or_watched_no_longer_is_forgotten(world: World) -> None:
    await watching(world, 2)
    await themed(world, BROKEN)
    for _ in range(3):
        await world.later(minutes=1)
    rows = await drifted(world)
    assert len({row.watch_id for row in rows}) == 2
    guard = DriftGuard(Quarantine(world.ledger_path, timedelta(days=14), world.clock), world.clock)
    await guard.tidy(world.ledger, {"sandbox": [rows[0].watch_id]})
    assert {row.watch_id for row in await drifted(world)} == {rows[0].watch_id}
    assert pages(world)
    world.clock.advance(days=15)
    await guard.tidy(world.ledger, {})
    assert await drifted(world) == []
    assert pages(world) == []


# The folder itself.


@pytest.fixture
async def clock() -> AsyncIterator[MovableClock]:
    yield MovableClock()


async def test_pages_are_few_small_and_gone_after_their_time(tmp_path: Path, clock: MovableClock) -> None:
    quarantine = Quarantine(tmp_path / "ledger.db", timedelta(days=14), clock)
    for number in range(EACH + 3):
        clock.advance(minutes=1)
        name = await quarantine.keep("forum", 7, Evidence("https://f.example/1", f"<p>{number}</p>"))
        assert name is not None
    assert len(list(quarantine.folder.glob("*/*"))) == EACH
    big = await quarantine.keep("forum", 8, Evidence("https://f.example/2", "ş" * LARGEST))
    assert big is not None
    assert (quarantine.folder / big).stat().st_size <= LARGEST
    for number in range(MOST + 5):
        clock.advance(minutes=1)
        await quarantine.keep("other", number, Evidence("https://f.example/3", "x"))
    assert len(list(quarantine.folder.glob("*/*"))) == MOST
    clock.advance(days=15)
    await quarantine.tidy()
    assert list(quarantine.folder.glob("*/*")) == []


async def test_nothing_is_kept_where_nothing_shall_be(tmp_path: Path, clock: MovableClock) -> None:
    quarantine = Quarantine(tmp_path / "ledger.db", timedelta(0), clock)
    assert await quarantine.keep("forum", 7, Evidence("https://f.example/1", "<p>x</p>")) is None
    assert not quarantine.folder.exists()


async def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path, clock: MovableClock) -> None:
    (tmp_path / "quarantine").write_text("in the way")
    quarantine = Quarantine(tmp_path / "ledger.db", timedelta(days=1), clock)
    assert await quarantine.keep("forum", 7, Evidence("https://f.example/1", "<p>x</p>")) is None
    await quarantine.tidy()


async def test_a_page_of_an_old_turkish_board_is_read_again_as_it_was(tmp_path: Path, clock: MovableClock) -> None:
    quarantine = Quarantine(tmp_path / "ledger.db", timedelta(days=1), clock)
    html = '<html><head><meta charset="windows-1254"></head><body>Şikâyet ığüç</body></html>'
    name = await quarantine.keep("forum", 7, Evidence("https://f.example/1", html))
    assert name is not None
    assert decode((quarantine.folder / name).read_bytes(), None) == (html, "utf-8")
    empty(tmp_path / "ledger.db", "other")
    assert (quarantine.folder / name).exists()
    empty(tmp_path / "ledger.db", "forum")
    assert not (quarantine.folder / name).exists()


async def test_documents_are_kept_as_such(tmp_path: Path, clock: MovableClock) -> None:
    quarantine = Quarantine(tmp_path / "ledger.db", timedelta(days=1), clock)
    text = json.dumps({"csrf_token": "a1b2c3d4e5f6", "topic": {"id": 5}})
    name = await quarantine.keep("forum", 7, Evidence("https://f.example/1.json", text))
    assert name is not None
    assert name.endswith(".json")
    assert json.loads((quarantine.folder / name).read_text()) == {"csrf_token": "scrubbed", "topic": {"id": 5}}
