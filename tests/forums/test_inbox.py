"""Personal messages through the ``html`` adapter: read as private threads, answered where they stand, opened and found
again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from tests.forums.conftest import Build
from tests.forums.little import PASSWORD, LittleForum

from forum_bridge.errors import Forbidden, NotPosted, SignInNeeded, Unreadable, WatchTrouble
from forum_bridge.forums.contract import CanMessage
from forum_bridge.forums.html.adapter import HtmlMessenger, HtmlWriter
from forum_bridge.forums.registry import Registry
from forum_bridge.model import Author, Cursor, Draft, PostId, ThreadId, ThreadRef, Watch, WatchKind, number_of
from forum_bridge.sandbox.forum import ForumServer, Person, What, seeded
from forum_bridge.web.pacer import Pacer
from forum_bridge.web.session import Credentials, SessionSettings, open_session

INBOX = Watch(WatchKind.INBOX)
START = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


class Place:
    """A sandbox forum with a clock that tests move, and adapters of its preset."""

    def __init__(self, server: ForumServer, stack: AsyncExitStack) -> None:
        self.server = server
        self.messages = server.forum.messages
        self.now = START
        self._stack = stack
        server.forum.clock = self.clock
        server.forum.messages = self.messages = type(self.messages)(
            self.clock, server.forum.switches, server.forum.bell.ring
        )

    def clock(self) -> datetime:
        return self.now

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    def person(self, name: str) -> Person:
        found = self.server.forum.person(name)
        assert found is not None
        return found

    def author(self, name: str) -> Author:
        return Author(name, str(self.person(name).id))

    def tell(self, name: str, subject: str, text: str = "Merhaba ğüşİ 😀") -> int:
        return self.messages.open(self.person(name), self.person("acme_destek"), subject, text).id

    async def adapter(self, user: str | None = "acme_destek", **options: object) -> HtmlMessenger:
        settings = SessionSettings(self.server.url, "forum-bridge-tests/1", timedelta())
        password = "acme-parola" if user == "acme_destek" else "deniz-parola"
        credentials = Credentials(user, SecretStr(password)) if user is not None else None
        session = await self._stack.enter_async_context(
            open_session(settings, credentials, Pacer(self.clock, _at_once), self.clock)
        )
        given: Mapping[str, object] = options
        made = Registry.load().get("sandbox").build(given, session)
        assert isinstance(made, HtmlMessenger)
        if user is not None:
            await made.sign_in()
        return made


async def _at_once(_: float) -> None:
    return


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    async with ForumServer(seeded(lambda: START)) as server, AsyncExitStack() as stack:
        yield Place(server, stack)


async def test_everything_of_the_inbox_is_private_and_told_from_what_is_public(place: Place) -> None:
    place.tell("Deniz", "Şifremi unuttum")
    place.tell("Elif Şahin", "Fatura")
    place.messages.reply(2, place.person("Elif Şahin"), "Ek")
    reading = await (await place.adapter()).read(INBOX, None)
    assert [post.id for post in reading.posts] == ["pm-2", "pm-3", "pm-1"]
    assert {(seen.ref.id, seen.ref.title) for seen in reading.threads} == {
        ("pm-1", "Şifremi unuttum"),
        ("pm-2", "Fatura"),
    }
    openings = [seen.opening for seen in reading.threads if seen.opening is not None]
    everything = [*(post.thread for post in [*reading.posts, *openings]), *(seen.ref for seen in reading.threads)]
    assert all(ref.private and ref.id.startswith("pm-") for ref in everything)
    assert all(opening.id.startswith("pm-") for opening in openings)
    assert {post.url for post in reading.posts} == {f"{place.server.url}/message/{number}" for number in (1, 2, 3)}
    assert reading.posts[-1].author == Author("Deniz", place.author("Deniz").id, f"{place.server.url}/user/3")


async def test_an_empty_inbox_is_read_and_what_comes_into_it(place: Place) -> None:
    adapter = await place.adapter()
    first = await adapter.read(INBOX, None)
    assert (first.posts, first.gap) == ((), False)
    place.tell("Deniz", "Kargo")
    second = await adapter.read(INBOX, first.cursor)
    assert [post.id for post in second.posts] == ["pm-1"]
    assert (await adapter.read(INBOX, second.cursor)).posts == ()


async def test_a_long_conversation_and_a_second_page_of_conversations_are_read_whole(place: Place) -> None:
    for number in range(25):
        place.tell("Deniz", f"Konu {number}")
    for number in range(23):
        place.messages.reply(1, place.person("Deniz"), f"Ek {number}")
    adapter, cursor, found = await place.adapter(), None, dict[PostId, int]()
    for _ in range(4):
        reading = await adapter.read(INBOX, cursor)
        cursor = reading.cursor or Cursor()
        for post in reading.posts:
            found[post.id] = found.get(post.id, 0) + 1
    assert len(found) == 48
    assert set(found.values()) == {1}


async def test_an_answer_goes_into_the_conversation_and_is_found_there(place: Place) -> None:
    place.tell("Deniz", "Kargo")
    adapter = await place.adapter()
    (before,) = (await adapter.read(INBOX, None)).posts
    receipt = await adapter.reply(before.thread, Draft("**Yolda** 🚚"))
    assert (receipt.post_id, receipt.url) == ("pm-2", f"{place.server.url}/message/2")
    for after in (None, before.id):
        own = await adapter.own_posts(before.thread, after)
        assert (own.complete, [post.id for post in own.posts], own.posts[0].thread.private) == (True, ["pm-2"], True)
    assert (await adapter.own_posts(before.thread, PostId("pm-2"))).posts == ()
    assert place.messages.conversation(1, place.person("Deniz")).messages[-1].text == "**Yolda** 🚚"
    assert all("Yolda" not in post.text for post in place.server.forum.posts())


async def test_a_conversation_is_opened_with_a_person_and_found_among_those_with_others(place: Place) -> None:
    adapter = await place.adapter()
    assert isinstance(adapter, CanMessage)
    assert "message" in Registry.load().get("sandbox").capabilities
    await adapter.message(place.author("Deniz"), "Eski", Draft("Aynı söz"))
    place.later(hours=2)
    since = place.now
    place.later(minutes=1)
    receipts = [
        await adapter.message(place.author(name), "Siparişiniz", Draft("Aynı söz")) for name in ("Deniz", "Elif Şahin")
    ]
    assert [receipt.post_id for receipt in receipts] == ["pm-2", "pm-3"]
    own = await adapter.own_messages(place.author("Deniz"), since)
    assert (own.complete, [post.id for post in own.posts]) == (True, ["pm-2"])
    assert own.posts[0].thread == ThreadRef(ThreadId("pm-2"), f"{place.server.url}/messages/2", "Siparişiniz", True)
    assert (await adapter.own_messages(place.author("Harry Whitlock"), since)).posts == ()


async def test_what_was_not_read_is_not_called_complete(place: Place) -> None:
    for number in range(25):
        place.tell("Deniz", f"Konu {number}")
    short = await place.adapter(pages_a_poll=1)
    assert not (await short.own_messages(place.author("Elif Şahin"), START)).complete
    assert (await short.own_messages(place.author("Elif Şahin"), START + timedelta(hours=1))).complete
    nameless = await place.adapter(inbox={"person": None})
    await nameless.message(place.author("Elif Şahin"), "Soru", Draft("Söz"))
    own = await nameless.own_messages(place.author("Elif Şahin"), START)
    assert (own.complete, [post.html for post in own.posts]) == (False, ["<p>Söz</p>"])
    place.server.forum.faults.next(r"GET /messages/\d+", What.HALF)
    assert not (await (await place.adapter()).own_messages(place.author("Elif Şahin"), START)).complete


async def test_who_cannot_be_written_to_is_told_in_the_forum_s_words(place: Place) -> None:
    by_id, by_name = await place.adapter(), await place.adapter(message={"page": "messages/new", "recipient": "to"})
    place.person("Deniz").takes_messages = False
    for adapter in (by_id, by_name):
        with pytest.raises(NotPosted, match="does not take messages"):
            await adapter.message(place.author("Deniz"), "Soru", Draft("Söz"))
    with pytest.raises(NotPosted, match="Nobody else here has this name"):
        await by_name.message(Author("Kimse", "99"), "Soru", Draft("Söz"))
    with pytest.raises(NotPosted, match="There is nothing at this address"):
        await by_id.message(Author("Kimse", "99"), "Soru", Draft("Söz"))
    with pytest.raises(NotPosted, match="Ada is a guest"):
        await by_id.message(Author("Ada"), "Soru", Draft("Söz"))
    assert place.messages.everything() == []


async def test_without_an_account_or_a_session_there_is_no_inbox(place: Place) -> None:
    place.tell("Deniz", "Kargo")
    adapter = await place.adapter(None)
    with pytest.raises(Forbidden, match="belong to an account"):
        await adapter.read(INBOX, None)
    member = await place.adapter()
    first = await member.read(INBOX, None)
    member._session.signed_in = False
    with pytest.raises(SignInNeeded):
        await member.read(INBOX, first.cursor)


async def test_an_inbox_that_is_not_understood_is_no_empty_one(place: Place) -> None:
    place.tell("Deniz", "Kargo")
    with pytest.raises(Unreadable, match="shows no thread"):
        await (await place.adapter(inbox={"row": "li.satir"})).read(INBOX, None)


async def test_a_private_answer_is_never_written_by_a_public_form(forum: LittleForum, build: Build) -> None:
    forum.post(1, "elif")
    adapter = await build(PASSWORD)
    await adapter.sign_in()
    private = ThreadRef(ThreadId("pm-7"), f"{forum.url}/messages/7", "Gizli", private=True)
    forum.trouble["/messages/7"] = web.Response(status=302, headers={"Location": "/thread/1"})
    with pytest.raises(NotPosted, match="public place"):
        await adapter.reply(private, Draft("Gizli söz"))
    page = '<html><body><div class="account" data-user-id="kopru"></div><form class="reply-form" method="post" '
    page += 'action="/thread/1/reply"><textarea name="text"></textarea></form></body></html>'
    forum.trouble["/messages/7"] = web.Response(text=page, content_type="text/html")
    with pytest.raises(NotPosted, match="public place"):
        await adapter.reply(private, Draft("Gizli söz"))
    assert [post.text for post in forum.threads[1]] == ["Merhaba"]


async def test_an_adapter_without_an_inbox_writes_no_private_answer(place: Place) -> None:
    adapter = await place.adapter()
    bare = HtmlWriter(adapter._preset.model_copy(update={"inbox": None, "message": None}), adapter._session)
    private = ThreadRef(ThreadId("pm-1"), f"{place.server.url}/thread/1", private=True)
    with pytest.raises(NotPosted, match="does not know personal messages"):
        await bare.reply(private, Draft("Gizli söz"))
    with pytest.raises(WatchTrouble, match="not inbox"):
        await bare.read(INBOX, None)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"inbox": {"thread": {"match": r"thread/(?P<id>\d+)(?:-[\w-]+)?"}}}, "inbox.thread.match has to differ"),
        ({"login": None, "reply": None}, "inbox needs login"),
        ({"says": {"where": []}}, "inbox needs says.where"),
        ({"inbox": None}, "message needs inbox"),
        ({"message": {"page": "messages/new"}}, "message needs recipient"),
        ({"inbox": {"posts": {"time": None}}}, "inbox.time needs posts.time"),
        ({"inbox": {"thread": {"math": "x"}}}, "Extra inputs"),
        ({"inbox": {"posts": "article"}}, "Input should be"),
    ],
)
def test_a_preset_that_could_take_private_for_public_is_refused(options: dict[str, object], problem: str) -> None:
    (fault,) = Registry.load().get("sandbox").check(options)
    assert problem in fault.problem


def test_a_fault_in_what_both_share_is_told_once_and_at_its_place() -> None:
    (fault,) = Registry.load().get("sandbox").check({"posts": {"boddy": ".x"}})
    assert fault.path == ("posts", "boddy")


def test_what_a_preset_does_not_describe_it_cannot(tmp_path: Path) -> None:
    (tmp_path / "sessiz.yaml").write_text("extends: sandbox\nmessage: null\n")
    (tmp_path / "acik.yaml").write_text("extends: sandbox\nmessage: null\ninbox: null\n")
    (tmp_path / "okur.yaml").write_text("extends: sandbox\nreply: null\n")
    registry = Registry.load(tmp_path)
    assert registry.get("okur").capabilities == {"read", "sign_in"}
    assert "message" not in registry.get("sessiz").capabilities | registry.get("acik").capabilities
    assert [WatchKind.INBOX in registry.get(name).watches for name in ("sandbox", "sessiz", "acik", "flaskbb")] == [
        True,
        True,
        False,
        False,
    ]


@given(st.integers(0, 10**18 - 1))
def test_private_posts_count_as_public_ones_do(number: int) -> None:
    assert number_of(f"pm-{number}") == number_of(str(number)) == number


@given(st.text())
def test_what_is_no_number_counts_nothing(text: str) -> None:
    number = number_of(text)
    assert number is None or text.removeprefix("pm-").isdigit()
