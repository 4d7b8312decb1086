"""Personal messages by XenForo's API, through real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from tests.engines.place import Time, adapter_to, serving
from tests.engines.xenforo import XenForoBoard, seeded
from tests.engines.xenforo_conversations import XenForoConversations

from forum_bridge.errors import Forbidden, NotPosted, SignInNeeded, Unclear
from forum_bridge.forums.contract import CanMessage
from forum_bridge.forums.engines.xenforo.adapter import XenForo
from forum_bridge.model import Author, Draft, PostId, Quote, ThreadId, ThreadRef, Watch, WatchKind

INBOX = Watch(WatchKind.INBOX)
AYSE = Author("Ayşe Öz", "2")


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def board(clock: Time) -> XenForoBoard:
    return seeded(clock, 3)


@pytest.fixture
def talks(board: XenForoBoard) -> XenForoConversations:
    return XenForoConversations(board)


@pytest.fixture
async def url(board: XenForoBoard, talks: XenForoConversations) -> AsyncIterator[str]:
    async with serving(board.app) as address:
        board.url = address
        yield address


@pytest.fixture
async def xenforo(board: XenForoBoard, url: str, clock: Time) -> AsyncIterator[XenForo]:
    async with adapter_to(url, "xenforo", user="Destek Köprüsü", api_key=board.user_key, clock=clock) as adapter:
        assert isinstance(adapter, XenForo) and isinstance(adapter, CanMessage)
        await adapter.sign_in()
        yield adapter


def private(url: str, number: int = 1) -> ThreadRef:
    return ThreadRef(ThreadId(f"pm-{number}"), f"{url}/ozel-mesajlar/{number}/", private=True)


async def test_conversations_are_read_and_their_subjects_stand_in_no_address(
    board: XenForoBoard, talks: XenForoConversations, xenforo: XenForo, url: str, clock: Time
) -> None:
    held = talks.begin(board.ayse, "Şifremi unuttum", "Merhaba\n[B]acil[/B]", board.kopru)
    for count in range(25):
        talks.write(held, board.ayse, f"Ek {count}")
    first = await xenforo.read(INBOX, None)
    assert [each.html for each in first.posts[:2]] == ["Merhaba<br />\n<b>acil</b>", "Ek 0"] and len(first.posts) == 26
    opening = first.posts[0]
    assert (opening.id, opening.opening) == (f"pm-{held.messages[0].id}", True)
    assert opening.author == AYSE
    assert opening.thread == first.threads[0].ref == replace(private(url), title="Şifremi unuttum")
    assert not any("gizli" in each for each in (*(post.url for post in first.posts), opening.thread.url))
    clock.pass_by(minutes=1)
    new = talks.write(held, board.ayse, "Hâlâ")
    talks.write(held, board.kopru, "Bakıyoruz")
    again = await xenforo.read(INBOX, first.cursor)
    seen = {each.id for each in first.posts}
    assert next(each.id for each in again.posts if each.id not in seen) == f"pm-{new.id}"


async def test_an_answer_gets_into_the_conversation_and_not_into_the_thread_of_that_number(
    board: XenForoBoard, talks: XenForoConversations, xenforo: XenForo, url: str
) -> None:
    held = talks.begin(board.ayse, "Şifre", "Şifremi unuttum", board.kopru)
    before = len(board.threads[1].entries)
    receipt = await xenforo.reply(private(url), Draft("Sıfırladık."))
    assert held.messages[-1].message == "Sıfırladık." and len(board.threads[1].entries) == before
    assert (receipt.post_id, receipt.url) == (
        f"pm-{held.messages[-1].id}",
        f"{url}/ozel-mesajlar/messages/{held.messages[-1].id}/",
    )
    own = await xenforo.own_posts(private(url), PostId(f"pm-{held.messages[0].id}"))
    assert [each.id for each in own.posts] == [receipt.post_id] and own.complete
    held.open = False
    with pytest.raises(NotPosted, match="kapalı"):
        await xenforo.reply(private(url), Draft("Bir şey daha"))
    with pytest.raises(NotPosted, match="bulunamadı"):
        await xenforo.reply(private(url, 9), Draft("Var mı?"))


async def test_a_conversation_is_opened_and_found_again(
    board: XenForoBoard, talks: XenForoConversations, xenforo: XenForo, url: str, clock: Time
) -> None:
    talks.begin(board.kopru, "Eski", "Eski söz", board.ayse)
    clock.pass_by(minutes=10)
    since = clock.now
    talks.begin(board.kopru, "Başkası", "Ona değil", board.members[2])
    board.cut = True
    with pytest.raises(Unclear):
        await xenforo.message(AYSE, "Fatura", Draft("Ektedir."))
    found = await xenforo.own_messages(AYSE, since)
    opened = talks.held[3]
    assert [(each.id, each.thread.id) for each in found.posts] == [(f"pm-{opened.messages[0].id}", "pm-3")]
    assert found.complete and opened.members == [board.kopru, board.ayse]
    receipt = await xenforo.message(AYSE, "Kargo", Draft("Yolda."))
    assert (receipt.post_id, receipt.url) == (f"pm-{talks.held[4].messages[0].id}", f"{url}/ozel-mesajlar/4/")


async def test_many_who_talk_are_nobody_for_sure(
    board: XenForoBoard, talks: XenForoConversations, xenforo: XenForo, clock: Time
) -> None:
    talks.begin(board.kopru, "Üçümüz", "Merhaba", *board.members[1:])
    found = await xenforo.own_messages(AYSE, clock.now)
    assert len(found.posts) == 1 and not found.complete


async def test_who_takes_no_messages_gets_none(
    board: XenForoBoard, talks: XenForoConversations, xenforo: XenForo
) -> None:
    talks.closed.add(2)
    with pytest.raises(NotPosted, match="kabul etmiyor"):
        await xenforo.message(AYSE, "Fatura", Draft("Ektedir."))
    for to in (Author("Misafir Can"), Author("yok", "77")):
        with pytest.raises(NotPosted):
            await xenforo.message(to, "Fatura", Draft("Ektedir."))
    board.scopes.discard("conversation:write")
    with pytest.raises(NotPosted) as missing:
        await xenforo.message(AYSE, "Fatura", Draft("Ektedir."))
    assert "conversation:write" in (missing.value.explanation or "")
    assert not talks.held


async def test_a_quoted_message_is_named_as_one(xenforo: XenForo, url: str) -> None:
    quote = Quote(PostId("pm-103"), AYSE, f"{url}/ozel-mesajlar/messages/103/", "nerede?", None)
    assert xenforo.quote(quote) == '[QUOTE="Ayşe Öz, convMessage: 103, member: 2"]nerede?[/QUOTE]'


async def test_an_inbox_belongs_to_somebody(board: XenForoBoard, url: str) -> None:
    async with adapter_to(url, "xenforo") as guest:
        with pytest.raises(Forbidden):
            await guest.read(INBOX, None)
    async with adapter_to(url, "xenforo", user="Destek Köprüsü", api_key=board.user_key) as member:
        with pytest.raises(SignInNeeded):
            await member.read(INBOX, None)
