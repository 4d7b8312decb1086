"""Habits of vBulletin's private messages that no other engine has, against the stand-in in both styles. What it shares
with others that keep folders is in ``test_folders.py``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta

import pytest
import structlog.testing
from tests.engines.letters import SENT
from tests.engines.place import START, Time, adapter_to, serving
from tests.engines.vbulletin import VbulletinForum, seeded
from tests.engines.vbulletin_letters import VbulletinLetters

from forum_bridge.errors import Forbidden, NotPosted, Retry, Unclear, Unreadable
from forum_bridge.forums.html.adapter import HtmlMessenger
from forum_bridge.markup.clean import clean_post
from forum_bridge.model import Author, Draft, PostId, Quote, Reading, SignInState, ThreadId, ThreadRef, Watch, WatchKind

WATCH = Watch(WatchKind.INBOX)
AYSE, CAGRI = Author("Ayşe Öz", "41"), Author("Çağrı Öz", "57")


@dataclass
class Case:
    forum: VbulletinForum
    url: str
    clock: Time
    adapter: HtmlMessenger

    @property
    def letters(self) -> VbulletinLetters:
        return self.forum.letters

    def tell(self, subject: str, text: str) -> str:
        """Let Ayşe write to us; returns the message's id as the bridge has it."""
        self.clock.pass_by(minutes=2)
        return f"pm-{self.letters.send(self.forum.members[1], self.forum.members[0], subject, text).id}"

    def got(self) -> list[str]:
        """What Ayşe has got from us."""
        return [each.text for each in self.letters.of(self.forum.members[1], "inbox")]

    def kept(self) -> list[str]:
        """What lies among what we sent."""
        return [each.text for each in self.letters.of(self.forum.members[0], SENT)]


@pytest.fixture(params=[4, 3], ids=["style4", "style3"])
async def case(request: pytest.FixtureRequest) -> AsyncIterator[Case]:
    clock = Time()
    forum = seeded(clock, request.param)
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(serving(forum.app))
        opening = adapter_to(url, "vbulletin4", user=forum.name, password=forum.password, clock=clock)
        adapter = await stack.enter_async_context(opening)
        assert isinstance(adapter, HtmlMessenger)
        assert (await adapter.sign_in()).state is SignInState.OK
        yield Case(forum, url, clock, adapter)


def texts(reading: Reading) -> list[str]:
    return [clean_post(post.html, post.url).text for post in reading.posts]


async def test_a_copy_is_kept_though_the_account_s_options_would_keep_none(case: Case) -> None:
    before = case.clock()
    await case.adapter.message(AYSE, "Re: Kargo", Draft("Yarın"))
    assert (case.got(), case.kept()) == (["Yarın"], ["Yarın"])
    case.clock.pass_by(minutes=2)
    asked = case.tell("Kargo", "Nerede?")
    answered = Quote(PostId(asked), AYSE, f"{case.url}/x", "Nerede?")
    where = ThreadRef(ThreadId("pm-41"), f"{case.url}/x", "Kargo", private=True)
    await case.adapter.reply(where, Draft("Yolda", to=answered))
    assert case.kept() == ["Yolda", "Yarın"]
    own = await case.adapter.own_messages(AYSE, before)
    assert (own.complete, [post.html for post in own.posts]) == (True, own_texts(case, "Yarın", "Yolda"))


def own_texts(case: Case, *told: str) -> list[str]:
    """The texts as the style's pages hold them."""
    open_, close = ('<blockquote class="postcontent restore">', "</blockquote>") if case.forum.style == 4 else ("", "")
    return [f"{open_}{text}{close}" for text in told]


async def test_a_full_store_sends_nothing_and_says_so(case: Case) -> None:
    case.letters.quota = 2
    for number in range(2):
        case.tell("Kargo", f"Soru {number}")
    with structlog.testing.capture_logs() as logs:
        reading = await case.adapter.read(WATCH, None)
    assert texts(reading) == ["Soru 0", "Soru 1"]
    assert [each["event"] for each in logs if each["log_level"] == "warning"] == ["inbox.full"]
    with pytest.raises(NotPosted, match="reached your stored private message quota"):
        await case.adapter.message(CAGRI, "Re: Kargo", Draft("Cevap"))
    assert case.letters.of(case.forum.members[2], "inbox") == []


async def test_a_refusal_in_words_that_nobody_foresaw_is_told_as_the_board_says_it(case: Case) -> None:
    case.letters.quota, case.letters.full = 1, "Kutunuzda yer kalmadı."
    case.tell("Kargo", "Soru")
    with pytest.raises(NotPosted, match="Kutunuzda yer kalmadı"):
        await case.adapter.message(CAGRI, "Re: Kargo", Draft("Cevap"))
    assert case.letters.of(case.forum.members[2], "inbox") == []


@pytest.mark.parametrize(("stored", "quota", "full"), [(2, 22, False), (4, 40, False), (4, 4, True), (3, 1000, False)])
async def test_only_a_full_store_counts_as_one(case: Case, stored: int, quota: int, full: bool) -> None:
    case.letters.quota = quota
    for number in range(stored):
        case.tell("Kargo", f"Soru {number}")
    with structlog.testing.capture_logs() as logs:
        await case.adapter.read(WATCH, None)
    assert ("inbox.full" in [each["event"] for each in logs]) is full
    assert (await case.adapter.own_messages(AYSE, START)).complete is not full


async def test_an_empty_folder_is_not_full(case: Case) -> None:
    with structlog.testing.capture_logs() as logs:
        assert (await case.adapter.read(WATCH, None)).posts == ()
    assert [each for each in logs if each["log_level"] == "warning"] == []


async def test_who_cannot_get_a_message_is_told(case: Case) -> None:
    case.letters.off = {AYSE.name}
    with pytest.raises(NotPosted, match="chosen not to receive"):
        await case.adapter.message(AYSE, "Re: Kargo", Draft("Cevap"))
    case.letters.quota, case.letters.off = 3, set()
    for number in range(3):
        case.letters.send(case.forum.members[2], case.forum.members[1], "x", f"{number}", keep=False)
    with pytest.raises(NotPosted, match="exceeded their stored"):
        await case.adapter.message(AYSE, "Re: Kargo", Draft("Cevap"))
    assert "Cevap" not in case.got()


async def test_haste_is_told_with_how_long_to_wait(case: Case) -> None:
    await case.adapter.message(AYSE, "Re: Kargo", Draft("Bir"))
    case.clock.pass_by(seconds=25)
    with pytest.raises(Retry) as flood:
        await case.adapter.message(AYSE, "Re: Kargo", Draft("İki"))
    assert flood.value.after is not None
    assert timedelta(seconds=25) <= flood.value.after <= timedelta(seconds=35)
    case.clock.pass_by(minutes=2)
    case.letters.an_hour = 1
    with pytest.raises(Retry) as throttle:
        await case.adapter.message(AYSE, "Re: Kargo", Draft("İki"))
    assert throttle.value.after == timedelta(minutes=60)
    assert case.got() == ["Bir"]


async def test_a_token_that_has_aged_is_fetched_anew(case: Case) -> None:
    case.forum.next_token = "1795373999-ffff"
    await case.adapter.message(AYSE, "Re: Kargo", Draft("Bir kez"))
    assert case.got() == ["Bir kez"]


async def test_a_board_that_leads_on_by_status_has_taken_the_message(case: Case) -> None:
    case.forum.redirects = True
    await case.adapter.message(AYSE, "Re: Kargo", Draft("Bir kez"))
    assert case.got() == ["Bir kez"]


async def test_letters_that_the_charset_lacks_arrive_and_are_found(case: Case) -> None:
    before = case.clock()
    case.forum.cut = True
    with pytest.raises(Unclear):
        await case.adapter.message(AYSE, "Re: Kargo 🚚", Draft("Yolda 🚚 ğüşıİ\nİyi günler"))
    assert case.got() == ["Yolda 🚚 ğüşıİ\nİyi günler"]
    assert case.letters.of(case.forum.members[1], "inbox")[0].subject == "Re: Kargo 🚚"
    (own,) = (await case.adapter.own_messages(AYSE, before)).posts
    assert clean_post(own.html, own.url).text == "Yolda 🚚 ğüşıİ\nİyi günler"


async def test_the_same_twice_is_two_messages(case: Case) -> None:
    for _ in range(2):
        await case.adapter.message(AYSE, "Re: Kargo", Draft("Teşekkürler"))
        case.clock.pass_by(minutes=2)
    assert case.got() == ["Teşekkürler"] * 2


async def test_whom_the_account_ignores_is_read_all_the_same(case: Case) -> None:
    case.letters.ignored = {AYSE.name}
    case.tell("Kargo", "Nerede?")
    reading = await case.adapter.read(WATCH, None)
    assert texts(reading) == ["Nerede?"]
    assert reading.posts[0].thread.title == "Kargo"


async def test_a_message_of_today_is_new_though_its_row_tells_only_the_day(case: Case) -> None:
    case.clock.now = START.replace(hour=9)
    old = case.tell("Eski", "Sabahki")
    case.clock.pass_by(hours=2)
    since = case.clock()
    new = case.tell("Yeni", "Öğleki")
    reading = await case.adapter.read(Watch(WatchKind.INBOX, since=since), None)
    older = {} if case.forum.style == 4 else {old: START.replace(hour=9, minute=2)}  # the bridge sees that it is old
    times = {str(post.id): post.time for post in reading.posts}
    assert times == {new: since + timedelta(minutes=2), **older}


async def test_a_text_that_names_another_message_is_not_taken_for_it(case: Case) -> None:
    first = case.tell("Kargo", "Birinci")
    forged = f"[url]private.php?do=newpm&pmid={first.removeprefix('pm-')}[/url] bakın"
    second = case.tell("Kargo", forged)
    reading = await case.adapter.read(WATCH, None)
    assert [post.id for post in reading.posts] == [first, second]


async def test_rows_that_are_not_known_make_no_empty_inbox(case: Case) -> None:
    case.tell("Kargo", "Nerede?")
    options = {"inbox": {"row": "li.mesaj"}}
    opening = adapter_to(
        case.url, "vbulletin4", user=case.forum.name, password=case.forum.password, clock=case.clock, options=options
    )
    async with opening as adapter:
        assert isinstance(adapter, HtmlMessenger)
        await adapter.sign_in()
        with pytest.raises(Unreadable, match="shows no thread"):
            await adapter.read(WATCH, None)


async def test_a_board_without_private_messages_says_so(case: Case) -> None:
    case.letters.disabled = True
    with pytest.raises(Forbidden, match="disabled private messaging"):
        await case.adapter.read(WATCH, None)
    with pytest.raises(NotPosted, match="disabled private messaging"):
        await case.adapter.message(AYSE, "Re: Kargo", Draft("Cevap"))
