"""An odd forum, by a preset alone: it has no more than forty lines, and carries the whole round trip."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from tests.engines.eski_pano import PASSWORD, PEOPLE, ZONE, EskiPano, seeded
from tests.engines.place import START, Time, serving

from forum_bridge.errors import Gone, NotPosted, Retry, SignInNeeded, Unclear
from forum_bridge.forums.html.adapter import HtmlWriter
from forum_bridge.forums.registry import Registry
from forum_bridge.model import Author, Draft, PostId, ReceiptState, SignInState, ThreadId, ThreadRef, Watch, WatchKind
from forum_bridge.testkit import Result, conform
from forum_bridge.testkit.recorder import record
from forum_bridge.web.pacer import Pacer
from forum_bridge.web.session import Credentials, SessionSettings, open_session

SAMPLES = Path(__file__).parents[2] / "docs" / "samples"
PRESET = SAMPLES / "eski-pano.yaml"


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def board(clock: Time) -> EskiPano:
    return seeded(clock)


@pytest.fixture
async def url(board: EskiPano) -> AsyncIterator[str]:
    async with serving(board.app) as address:
        yield address


@asynccontextmanager
async def adapter_for(url: str, clock: Time, password: str | None) -> AsyncIterator[HtmlWriter]:
    credentials = Credentials(PEOPLE[1], SecretStr(password)) if password is not None else None
    settings = SessionSettings(url, "forum-bridge-tests/1", timedelta())
    async with open_session(settings, credentials, Pacer(clock), clock) as session:
        adapter = Registry.load(SAMPLES).get("eski-pano").build({}, session, timezone="Europe/Istanbul")
        assert isinstance(adapter, HtmlWriter)
        yield adapter


@pytest.fixture
async def member(url: str, clock: Time) -> AsyncIterator[HtmlWriter]:
    async with adapter_for(url, clock, PASSWORD) as adapter:
        assert (await adapter.sign_in()).state is SignInState.OK
        yield adapter


def thread(url: str) -> ThreadRef:
    return ThreadRef(ThreadId("12"), f"{url}/konu.asp?no=12")


def test_the_preset_has_forty_lines_at_the_most() -> None:
    lines = [line.strip() for line in PRESET.read_text(encoding="utf-8").splitlines()]
    assert sum(bool(line) and not line.startswith("#") for line in lines) <= 40


async def test_three_pages_are_read_with_dates_in_words(url: str, clock: Time) -> None:
    async with adapter_for(url, clock, None) as guest:
        reading = await guest.read(Watch(WatchKind.THREAD, f"{url}/konu.asp?no=12"), None)
    assert [post.id for post in reading.posts] == [str(number) for number in range(41, 64)]
    assert reading.posts[0].author == Author("Işıl Güneş", "2")
    assert reading.posts[1].author == Author("Misafir Ömer")
    assert reading.posts[0].html == "Gönderi 1: şğıİçöü"
    times = [post.time for post in reading.posts]
    assert times[-1] == START - timedelta(minutes=5) and times[-2] == START - timedelta(days=1, minutes=5)
    assert times[0] == datetime(2026, 10, 31, 22, 55, tzinfo=ZONE)
    assert reading.threads[0].ref.title == "Kargo takibi: ölçüler & iğne"


async def test_the_board_tells_what_is_new(board: EskiPano, url: str, clock: Time) -> None:
    watch = Watch(WatchKind.BOARD, f"{url}/pano.asp?no=3", since=START)
    async with adapter_for(url, clock, None) as guest:
        first = await guest.read(watch, None)
        clock.pass_by(minutes=3)
        board.write(board.topics[12], 3, "Yeni soru")
        later = await guest.read(watch, first.cursor)
    assert later.posts[-1].html == "Yeni soru"


async def test_the_round_trip_in_windows_1254(board: EskiPano, member: HtmlWriter, url: str, clock: Time) -> None:
    receipt = await member.reply(thread(url), Draft("[b]Yarın[/b] teslim: şğıİçöü 😀 €"))
    written = board.topics[12].messages[-1]
    assert (receipt.post_id, receipt.state) == (PostId(str(written.number)), ReceiptState.POSTED)
    assert written.text == "[b]Yarın[/b] teslim: şğıİçöü &#128512; €"
    own = await member.own_posts(thread(url), PostId("63"))
    assert own.complete and [post.html for post in own.posts] == ["[b]Yarın[/b] teslim: şğıİçöü 😀 €"]

    with pytest.raises(Retry) as flood:
        await member.reply(thread(url), Draft("Bir de bu."))
    assert flood.value.after == timedelta(seconds=30)
    clock.pass_by(seconds=30)
    await member.reply(thread(url), Draft("Bir de bu."))
    assert board.topics[12].messages[-1].text == "Bir de bu."


async def test_a_token_that_was_used_up_costs_a_second_try_and_no_second_post(
    board: EskiPano, member: HtmlWriter, url: str
) -> None:
    class Forgetful(set[str]):
        """Forgets the first token that is asked for."""

        asked = 0

        def __contains__(self, token: object) -> bool:
            self.asked += 1
            return self.asked > 1 and super().__contains__(token)

    board.tokens = Forgetful()
    await member.reply(thread(url), Draft("Merhaba."))
    assert [message.text for message in board.topics[12].messages].count("Merhaba.") == 1


async def test_what_waits_for_a_moderator_is_queued(board: EskiPano, member: HtmlWriter, url: str) -> None:
    board.moderated = True
    assert (await member.reply(thread(url), Draft("Merhaba."))).state is ReceiptState.QUEUED


async def test_errors_with_status_200_are_errors(board: EskiPano, member: HtmlWriter, url: str, clock: Time) -> None:
    board.topics[12].locked = True
    with pytest.raises(NotPosted, match="closed"):
        await member.reply(thread(url), Draft("Merhaba."))
    with pytest.raises(Gone, match="Böyle bir konu yok"):
        await member.read(Watch(WatchKind.THREAD, f"{url}/konu.asp?no=13"), None)
    async with adapter_for(url, clock, "yanlış") as stranger:
        refused = await stranger.sign_in()
        assert (refused.state, refused.detail) == (SignInState.REFUSED, "Kullanıcı adı ya da şifre yanlış.")
    board.sessions.clear()
    with pytest.raises(SignInNeeded):
        await member.read(Watch(WatchKind.THREAD, f"{url}/konu.asp?no=12"), None)


async def test_an_answer_that_got_lost_is_found(board: EskiPano, member: HtmlWriter, url: str) -> None:
    board.cut = True
    with pytest.raises(Unclear):
        await member.reply(thread(url), Draft("Yarın teslim edilecek."))
    own = await member.own_posts(thread(url), PostId("63"))
    assert own.complete and [post.html for post in own.posts] == ["Yarın teslim edilecek."]


async def test_the_kit_finds_nothing_wrong(url: str, clock: Time) -> None:
    entry = Registry.load(SAMPLES).get("eski-pano")
    settings = SessionSettings(url, "forum-bridge-tests/1", timedelta())
    recording = await record(entry, f"{url}/konu.asp?no=12", settings, clock, timezone="Europe/Istanbul", options={})
    broken = [each async for each in conform(entry, recording) if each.result is not Result.KEPT]
    assert broken == []
