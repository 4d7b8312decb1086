"""Personal messages of engines that keep single ones in folders, against stand-ins that behave, through real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta

import pytest
import structlog.testing
from tests.engines import phpbb, vbulletin
from tests.engines.classic import PASSWORD, seeded
from tests.engines.letters import INBOX, SENT, Letters, Named
from tests.engines.mybb import MyBBForum
from tests.engines.mybb_letters import MyBBLetters
from tests.engines.phpbb import PhpbbForum
from tests.engines.phpbb_letters import PhpbbLetters
from tests.engines.place import START, Time, adapter_to, registry, serving
from tests.engines.smf import SMFForum
from tests.engines.smf_letters import CONVERSATIONS, ONE, SMFLetters
from tests.engines.vbulletin import VbulletinForum

from forum_bridge.errors import Forbidden, NotPosted, Retry, SignInNeeded, Unclear, Unreadable
from forum_bridge.forums.html.adapter import HtmlMessenger
from forum_bridge.forums.html.judge import said
from forum_bridge.forums.html.preset import Preset
from forum_bridge.markup.clean import clean_post
from forum_bridge.model import (
    Author,
    Cursor,
    Draft,
    Post,
    PostId,
    Quote,
    Reading,
    Receipt,
    SignInState,
    ThreadId,
    ThreadRef,
    Watch,
    WatchKind,
)

WATCH = Watch(WatchKind.INBOX)
Forum = MyBBForum | SMFForum | PhpbbForum | VbulletinForum
VBULLETIN = {"vbulletin4": 4, "vbulletin3": 3}  # the styles that its one preset reads


@dataclass
class Case:
    """A forum with three members, and the adapter of its engine."""

    engine: str
    forum: Forum
    url: str
    clock: Time
    ours: Named
    ayse: Named
    cagri: Named
    adapter: HtmlMessenger

    @property
    def letters(self) -> Letters:
        return self.forum.letters

    def tell(self, who: Named, subject: str, text: str) -> str:
        """Let a member write to us; returns the message's id as the bridge has it."""
        self.clock.pass_by(minutes=1)
        return f"pm-{self.letters.send(who, self.ours, subject, text).id}"

    def to_us(self) -> list[str]:
        return [each.text for each in self.letters.all if each.folder == INBOX and each.owner is self.ours]

    def got(self, who: Named) -> list[str]:
        """What somebody has got from us."""
        return [each.text for each in self.letters.all if each.folder == INBOX and each.owner is who]

    def with_(self, who: Named, title: str = "Kargo") -> ThreadRef:
        return ThreadRef(ThreadId(f"pm-{who.id}"), f"{self.url}/x", title, private=True)

    def later(self, **span: float) -> None:
        """Let pass what the forum asks to wait between two messages."""
        self.clock.pass_by(**(span or {"seconds": 62}))


def author(who: Named) -> Author:
    return Author(who.name, str(who.id))


def password_of(forum: Forum) -> str:
    return forum.password if isinstance(forum, VbulletinForum) else PASSWORD


def made(engine: str, clock: Time) -> tuple[Forum, Named, Named, Named]:
    if engine == "phpbb":
        board = phpbb.seeded(clock)
        return board, board.kopru, board.ayse, board.cagri
    if engine in VBULLETIN:
        old = vbulletin.seeded(clock, VBULLETIN[engine])
        return old, old.members[0], old.members[1], old.members[2]
    forum: MyBBForum | SMFForum = MyBBForum(clock) if engine == "mybb" else SMFForum(clock)
    seeded(forum)
    ours, ayse, cagri = forum.members
    return forum, ours, ayse, cagri


@pytest.fixture(params=["mybb", "smf", "phpbb", *VBULLETIN])
async def case(request: pytest.FixtureRequest) -> AsyncIterator[Case]:
    clock = Time()
    forum, ours, ayse, cagri = made(request.param, clock)
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(serving(forum.app))
        preset = "vbulletin4" if request.param in VBULLETIN else request.param
        opening = adapter_to(url, preset, user=ours.name, password=password_of(forum), clock=clock)
        adapter = await stack.enter_async_context(opening)
        assert isinstance(adapter, HtmlMessenger)
        assert (await adapter.sign_in()).state is SignInState.OK
        yield Case(preset, forum, url, clock, ours, ayse, cagri, adapter)


def text(post: Post) -> str:
    return clean_post(post.html, post.url).text


def told(reading: Reading) -> list[tuple[str, str, str]]:
    return [(post.id, post.thread.id, text(post)) for post in reading.posts]


def answering(post_id: str, who: Named) -> Quote:
    return Quote(PostId(post_id), author(who), "https://forum.example/x", "Soru")


async def test_the_messages_of_one_person_are_one_conversation_whatever_their_subjects_are(case: Case) -> None:
    first = case.tell(case.ayse, "Şifre <sorunu>", "Giremiyorum ğüşİ")
    other = case.tell(case.cagri, "Şifre <sorunu>", "Ben de giremiyorum")
    second = case.tell(case.ayse, "Re: Başka bir şey", "Hâlâ giremiyorum")
    reading = await case.adapter.read(WATCH, None)
    ayse, cagri = f"pm-{case.ayse.id}", f"pm-{case.cagri.id}"
    assert told(reading) == [
        (first, ayse, "Giremiyorum ğüşİ"),
        (other, cagri, "Ben de giremiyorum"),
        (second, ayse, "Hâlâ giremiyorum"),
    ]
    assert [post.author.key for post in reading.posts] == [str(each.id) for each in (case.ayse, case.cagri, case.ayse)]
    assert [seen.ref.id for seen in reading.threads] == [ayse, cagri]
    assert all(post.thread.private and post.url.startswith(case.url) for post in reading.posts)
    assert all(seen.ref.private and str(seen.ref.id)[3:] in seen.ref.url for seen in reading.threads)
    assert reading.threads[0].ref.title == "Şifre <sorunu>"
    assert len({post.url for post in reading.posts}) == 3
    assert [post.time for post in reading.posts] == [START + timedelta(minutes=each) for each in (1, 2, 3)]


async def test_an_empty_inbox_is_read_and_each_message_that_comes_once(case: Case) -> None:
    cursor = (await case.adapter.read(WATCH, None)).cursor
    for number in range(3):
        came = case.tell(case.ayse, "Kargo", f"Soru {number}")
        reading = await case.adapter.read(WATCH, cursor)
        assert [post.id for post in reading.posts] == [came]
        cursor = reading.cursor
        assert (await case.adapter.read(WATCH, cursor)).posts == ()


async def test_many_pages_are_read_whole_and_in_order_though_a_poll_reads_only_some(case: Case) -> None:
    ids = [case.tell(case.ayse if number % 3 else case.cagri, "Kargo", f"Soru {number}") for number in range(26)]
    found: list[str] = []
    cursor: Cursor | None = None
    for _ in range(3):
        reading = await case.adapter.read(WATCH, cursor)
        found += [post.id for post in reading.posts]
        cursor = reading.cursor
    assert found == ids
    assert not reading.gap


async def test_messages_from_before_the_watch_are_not_asked_for(case: Case) -> None:
    for number in range(9):
        case.tell(case.ayse, "Eski", f"Eski soru {number}")
    case.later(hours=1)
    since = case.clock()
    new = case.tell(case.ayse, "Yeni", "Yeni soru")
    case.forum.asked.clear()
    reading = await case.adapter.read(Watch(WatchKind.INBOX, since=since), None)
    assert [post.id for post in reading.posts] == [new]
    assert len(case.forum.asked) <= 3


async def test_whose_account_is_gone_is_read_and_not_answered(case: Case) -> None:
    case.tell(case.ayse, "Kargo", "Soru")
    for each in case.letters.all:
        each.sender = None
    (post,) = (await case.adapter.read(WATCH, None)).posts
    assert post.author.guest
    with pytest.raises(NotPosted, match="nobody"):
        await case.adapter.reply(post.thread, Draft("Cevap"))


async def test_a_message_is_answered_by_its_own_form_and_found_among_what_we_sent(case: Case) -> None:
    asked = case.tell(case.ayse, "Kargo", "Nerede?")
    (post,) = (await case.adapter.read(WATCH, None)).posts
    receipt = await case.adapter.reply(post.thread, Draft("Yolda [b]bugün[/b] 🚚", to=answering(asked, case.ayse)))
    (got,) = [each for each in case.letters.all if each.owner is case.ayse and each.folder == INBOX]
    assert (got.text, got.subject, f"pm-{got.answers}") == ("Yolda [b]bugün[/b] 🚚", "Re: Kargo", asked)
    own = await case.adapter.own_posts(post.thread, post.id)
    assert (own.complete, [text(each) for each in own.posts]) == (True, ["Yolda bugün 🚚"])
    assert receipt in (Receipt(), Receipt(own.posts[0].id, receipt.url))
    assert own.posts[0].thread.id == post.thread.id
    assert own.posts[0].thread.private
    assert (await case.adapter.own_posts(post.thread, own.posts[0].id)).posts == ()


async def test_without_a_message_to_answer_a_new_one_is_written_to_the_person(case: Case) -> None:
    asked = case.tell(case.cagri, "Başkasının", "Soru")
    for to in (None, answering(asked, case.cagri), answering("108", case.ayse)):
        await case.adapter.reply(case.with_(case.ayse, "Kargo nerede"), Draft(f"Cevap {to}", to=to))
        case.later()
    assert len(case.got(case.ayse)) == 3
    assert case.got(case.cagri) == []
    assert {each.subject for each in case.letters.all if each.owner is case.ayse} == {"Re: Kargo nerede"}
    own = await case.adapter.own_posts(case.with_(case.ayse), None)
    assert [text(each) for each in own.posts] == case.got(case.ayse)


async def test_a_message_goes_to_the_one_person_and_is_found(case: Case) -> None:
    before = case.clock()
    await case.adapter.message(author(case.ayse), "Re: Kargo", Draft("Parolanız sıfırlandı."))
    assert case.got(case.ayse) == ["Parolanız sıfırlandı."]
    assert case.got(case.cagri) == []
    own = await case.adapter.own_messages(author(case.ayse), before)
    assert (own.complete, [text(each) for each in own.posts]) == (True, ["Parolanız sıfırlandı."])
    assert (await case.adapter.own_messages(author(case.cagri), before)).posts == ()
    case.later(hours=2)
    late = await case.adapter.own_messages(author(case.ayse), case.clock())
    assert (late.complete, late.posts) == (True, ())


@pytest.mark.parametrize("read_meanwhile", [False, True])
async def test_a_message_whose_answer_was_lost_is_found_and_so_not_sent_twice(case: Case, read_meanwhile: bool) -> None:
    before = case.clock()
    case.forum.cut = True
    with pytest.raises(Unclear):
        await case.adapter.message(author(case.ayse), "Re: Kargo", Draft("Bir kez"))
    if read_meanwhile:
        case.letters.opened(next(each for each in case.letters.all if each.owner is case.ayse))
    own = await case.adapter.own_messages(author(case.ayse), before)
    assert (own.complete, [text(each) for each in own.posts]) == (True, ["Bir kez"])


async def test_a_reply_whose_answer_was_lost_is_found(case: Case) -> None:
    asked = case.tell(case.ayse, "Kargo", "Nerede?")
    case.forum.cut = True
    with pytest.raises(Unclear):
        await case.adapter.reply(case.with_(case.ayse), Draft("Bir kez", to=answering(asked, case.ayse)))
    own = await case.adapter.own_posts(case.with_(case.ayse), PostId(asked))
    assert (own.complete, [text(each) for each in own.posts]) == (True, ["Bir kez"])


async def test_what_was_never_sent_is_surely_not_there_on_pages_of_others(case: Case) -> None:
    for number in range(9):
        case.letters.send(case.ours, case.cagri, "Re: x", f"Başkasına {number}")
    own = await case.adapter.own_messages(author(case.ayse), case.clock() - timedelta(hours=1))
    assert (own.complete, own.posts) == (True, ())


async def test_haste_is_told_and_nothing_is_sent(case: Case) -> None:
    await case.adapter.message(author(case.ayse), "Re: Kargo", Draft("Bir"))
    case.clock.pass_by(seconds=1)
    with pytest.raises(Retry):
        await case.adapter.message(author(case.cagri), "Re: Kargo", Draft("İki"))
    assert case.got(case.cagri) == []
    case.later()
    await case.adapter.message(author(case.cagri), "Re: Kargo", Draft("İki"))
    assert case.got(case.cagri) == ["İki"]


async def test_who_is_not_there_is_told_in_the_forum_s_words(case: Case) -> None:
    with pytest.raises(NotPosted, match="recipient"):
        await case.adapter.message(Author("Kimse", "999"), "Re: Kargo", Draft("Merhaba"))
    with pytest.raises(NotPosted, match="guest"):
        await case.adapter.message(Author("Misafir"), "Re: Kargo", Draft("Merhaba"))


async def test_a_session_that_ended_reads_and_writes_nothing(case: Case) -> None:
    case.tell(case.ayse, "Kargo", "Soru")
    case.forum.sessions.clear()
    with pytest.raises(SignInNeeded):
        await case.adapter.read(WATCH, None)
    assert (await case.adapter.sign_in()).state is SignInState.OK
    case.forum.sessions.clear()
    with pytest.raises(SignInNeeded):
        await case.adapter.message(author(case.ayse), "Re: Kargo", Draft("Merhaba"))
    assert case.got(case.ayse) == []
    async with adapter_to(case.url, case.engine) as guest:
        with pytest.raises(Forbidden, match="belong to an account"):
            await guest.read(WATCH, None)


async def test_a_message_that_was_deleted_before_it_was_read_stops_no_other(case: Case) -> None:
    gone = case.tell(case.ayse, "Kargo", "Silinecek")
    kept = case.tell(case.ayse, "Kargo", "Kalır")

    def delete() -> None:
        case.letters.all = [each for each in case.letters.all if f"pm-{each.id}" != gone]

    case.letters.meanwhile = delete
    reading = await case.adapter.read(WATCH, None)
    assert [post.id for post in reading.posts] == [kept]
    assert (await case.adapter.read(WATCH, reading.cursor)).posts == ()


async def test_a_quoted_history_below_a_message_is_no_message(case: Case) -> None:
    case.letters.send(case.ayse, case.ours, "Kargo", "Birinci")
    case.letters.send(case.cagri, case.ours, "Kargo", "İkinci")
    reading = await case.adapter.read(WATCH, None)
    assert [text(post) for post in reading.posts] == ["Birinci", "İkinci"]


@pytest.mark.parametrize("case", ["mybb"], indirect=True)
async def test_mybb_keeps_a_copy_though_the_account_s_settings_would_not(case: Case) -> None:
    assert isinstance(case.letters, MyBBLetters)
    assert not case.letters.ticks
    await case.adapter.message(author(case.ayse), "Re: Kargo", Draft("Bir"))
    assert [each.text for each in case.letters.of(case.ours, SENT)] == ["Bir"]


@pytest.mark.parametrize("case", ["mybb"], indirect=True)
async def test_where_mybb_kept_no_copy_a_lost_message_is_not_called_unsent(case: Case) -> None:
    """Its store is full: the message goes out, and no copy of it is kept."""
    assert isinstance(case.letters, MyBBLetters)
    case.letters.quota = 2
    before = case.clock()
    for number in range(2):
        case.tell(case.cagri, "Kargo", f"Soru {number}")
    case.forum.cut = True
    with pytest.raises(Unclear):
        await case.adapter.message(author(case.ayse), "Re: Kargo", Draft("Bir"))
    assert case.got(case.ayse) == ["Bir"]
    own = await case.adapter.own_messages(author(case.ayse), before)
    assert (own.complete, own.posts) == (False, ())


@pytest.mark.parametrize("case", ["mybb"], indirect=True)
async def test_mybb_takes_the_same_again_for_a_slip_and_so_it_is_looked_for(case: Case) -> None:
    await case.adapter.message(author(case.ayse), "Re: Kargo", Draft("Teşekkürler"))
    case.later(minutes=5)
    with pytest.raises(Unclear, match="already submitted"):
        await case.adapter.message(author(case.ayse), "Re: Kargo", Draft("Teşekkürler"))


@pytest.mark.parametrize("case", ["smf"], indirect=True)
async def test_smf_is_read_in_both_ways_that_show_messages_and_not_in_the_one_that_hides_some(case: Case) -> None:
    assert isinstance(case.letters, SMFLetters)
    ids = [case.tell(case.ayse, "Kargo", f"Soru {number}") for number in range(2)]
    case.letters.mode = ONE
    reading = await case.adapter.read(WATCH, None)
    assert [post.id for post in reading.posts] == ids
    case.letters.mode = CONVERSATIONS
    with pytest.raises(Unreadable, match="several messages into one row"):
        await case.adapter.read(WATCH, None)
    with pytest.raises(Unreadable, match="several messages into one row"):
        await case.adapter.own_messages(author(case.ayse), START)


@pytest.mark.parametrize("case", ["smf"], indirect=True)
async def test_what_smf_allows_in_an_hour_is_waited_for(case: Case) -> None:
    assert isinstance(case.letters, SMFLetters)
    case.letters.an_hour = 1
    await case.adapter.message(author(case.ayse), "Re: Kargo", Draft("Bir"))
    case.later()
    with pytest.raises(Retry, match="exceeded the limit"):
        await case.adapter.message(author(case.ayse), "Re: Kargo", Draft("İki"))


@pytest.mark.parametrize("case", ["phpbb"], indirect=True)
async def test_messages_that_phpbb_holds_back_make_a_lost_one_wait_for_a_person(case: Case) -> None:
    assert isinstance(case.letters, PhpbbLetters)
    case.letters.full = True
    case.tell(case.ayse, "Kargo", "Soru")
    with structlog.testing.capture_logs() as logs:
        await case.adapter.read(WATCH, None)
    assert [each["event"] for each in logs if each["log_level"] == "warning"] == ["inbox.full"]
    own = await case.adapter.own_messages(author(case.ayse), START)
    assert (own.complete, own.posts) == (False, ())


@pytest.mark.parametrize("hours", [-11, 13])
async def test_where_the_page_hides_its_zone_a_lost_message_is_found_all_the_same(case: Case, hours: int) -> None:
    """The bridge reckons in another zone then: what it reads as hours ago may be what was sent now."""
    options = {"timezone": f"Etc/GMT{-hours:+d}", "zone": "#hidden", "clock": "#hidden"}
    opening = adapter_to(
        case.url, case.engine, user=case.ours.name, password=password_of(case.forum), clock=case.clock, options=options
    )
    async with opening as adapter:
        assert isinstance(adapter, HtmlMessenger)
        case.later()
        await adapter.sign_in()
        before = case.clock()
        case.forum.cut = True
        with pytest.raises(Unclear):
            await adapter.message(author(case.ayse), "Re: Kargo", Draft("Bir kez"))
        own = await adapter.own_messages(author(case.ayse), before)
        assert [text(each) for each in own.posts] == ["Bir kez"]


def test_haste_is_understood_in_turkish_however_mybb_words_it_there() -> None:
    preset = registry().get("mybb").maker
    assert preset is not None
    options = preset.options({})
    assert isinstance(options, Preset)
    page = "<html><body><div class='error'><ul><li>Çok hızlı gönderiyorsunuz: 12 saniye sonra deneyin.</li></ul></div>"
    word = said(page, options)
    assert word is not None
    assert (word.meaning, word.wait) == ("flood", timedelta(seconds=12))
