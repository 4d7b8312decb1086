"""Sync channels: live chats, their end, and which chat takes a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from forum_bridge.sandbox.desk import Case, ClosedChatWrite, Desk, OlderChatWrite, Refusal, Status

if TYPE_CHECKING:
    from tests.sandbox_desk.conftest import Api, ManualTime


async def listed(api: Api, chat: Case, query: str = "") -> list[object]:
    got = await api.get(f"/api/cases.json?user_id={chat.user_id}{query}")
    return [case["case_id"] for case in got.many("case")]


async def changelog(api: Api, chat: Case, query: str = "") -> list[object]:
    got = await api.get(f"/api/cases/{chat.case_id}/changelog.json{query}")
    return [(line["event"], line["done_by"]) for line in got.data["changelog"]]


async def test_a_chat_completes_itself_after_ten_quiet_minutes(api: Api, desk: Desk, time: ManualTime) -> None:
    chat = await api.open_case(channel="cch43")
    time.pass_by(599)
    assert await listed(api, chat) == []
    assert await listed(api, chat, "&show_active_chats=true") == [chat.case_id]
    time.pass_by(1)
    assert await listed(api, chat) == [chat.case_id]
    assert (chat.chat, chat.status) == (False, Status.OPEN)  # completed is not closed


async def test_either_sides_message_starts_the_time_anew(api: Api, desk: Desk, time: ManualTime) -> None:
    chat = await api.open_case(channel="cch43")
    desk.agenda.advance(400)
    await api.say(chat)
    desk.agenda.advance(400)
    await desk.agent_reply(chat.case_id, "Bakıyoruz", 905)
    desk.agenda.advance(400)
    await desk.add_note(chat.case_id, "not", 905)  # a note is no message
    assert chat.chat
    desk.agenda.advance(200)
    assert not chat.chat
    assert (chat.status, chat.changes[-1].created_at) == (Status.WAITING, time.now)


@pytest.mark.parametrize("side", ["customer", "agent"])
async def test_a_message_takes_a_completed_chat_up_again(api: Api, desk: Desk, side: str) -> None:
    chat = await api.open_case(channel="cch43")
    desk.chats.complete(chat, "staff_905")
    if side == "customer":
        await api.say(chat)
    else:
        await desk.agent_reply(chat.case_id, "Merhaba", 911)
    assert chat.chat
    by = f"user_{chat.user_id}" if side == "customer" else "staff_911"
    assert await changelog(api, chat, "?show_chat_activation=true&show_chat_completion=1") == [
        ("chat_completion", "staff_905"),
        *([("status", "staff_911")] if side == "agent" else []),
        ("chat_activation", by),
    ]
    assert ("chat_activation", by) not in await changelog(api, chat)
    desk.switches.changelog_hides_chat = False
    assert ("chat_activation", by) in await changelog(api, chat)
    desk.agenda.advance(600)
    assert not chat.chat


async def test_agents_are_warned_and_can_postpone(api: Api, desk: Desk) -> None:
    chat = await api.open_case(channel="cch43")
    desk.agenda.advance(539)
    assert not chat.chat_warned
    version = desk.version
    desk.agenda.advance(1)
    assert (chat.chat_warned, desk.version > version) == (True, True)
    desk.chats.postpone(chat)
    assert not chat.chat_warned
    desk.agenda.advance(359)
    assert (chat.chat, chat.chat_warned) == (True, True)
    desk.agenda.advance(1)
    assert not chat.chat
    for act in (desk.chats.complete, desk.chats.postpone):
        with pytest.raises(Refusal, match="chat_not_active"):
            act(chat)


async def test_switches_chat_minutes_and_chat_warning_minutes(api: Api, desk: Desk) -> None:
    desk.switches.chat_minutes, desk.switches.chat_warning_minutes = 2.0, 0.5
    chat = await api.open_case(channel="cch43")
    desk.agenda.advance(90)
    assert (chat.chat, chat.chat_warned) == (True, True)
    desk.switches.chat_minutes = 1.0
    await api.say(chat)
    desk.agenda.advance(60)
    assert not chat.chat
    desk.switches.chat_minutes = 0.0
    await api.say(chat)
    desk.agenda.advance(10**6)
    assert chat.chat
    desk.chats.postpone(chat)
    assert chat.chat_ends_at is None


async def test_a_shorter_time_counts_from_the_next_message(api: Api, desk: Desk) -> None:
    chat = await api.open_case(channel="cch43")
    desk.switches.chat_minutes = 1.0
    await api.say(chat)
    desk.agenda.advance(60)
    assert not chat.chat
    desk.agenda.advance(3_600)  # past the look that was planned first
    assert [line.event for line in chat.changes] == ["chat_completion"]


async def test_async_cases_have_no_chat(api: Api, desk: Desk) -> None:
    case = await api.open_case()
    await api.say(case)
    desk.agenda.advance(10**5)
    assert (case.chat, case.changes, await listed(api, case)) == (False, [], [case.case_id])
    with pytest.raises(Refusal, match="chat_not_active"):
        desk.chats.complete(case)


@pytest.mark.parametrize("ends", [True, False])
async def test_switch_closing_ends_chat(api: Api, desk: Desk, *, ends: bool) -> None:
    desk.switches.closing_ends_chat = ends
    chat = await api.open_case(channel="cch43")
    desk.set_status(chat.case_id, "closed", done_by="staff_905")
    assert chat.chat is not ends
    assert await listed(api, chat) == ([chat.case_id] if ends else [])


@pytest.mark.parametrize(
    ("switch", "status", "error"),
    [
        (ClosedChatWrite.REOPENS, Status.OPEN, None),
        (ClosedChatWrite.STAYS_CLOSED, Status.CLOSED, None),
        (ClosedChatWrite.REFUSED, Status.CLOSED, "chat_is_closed"),
    ],
)
async def test_switch_closed_chat_write(
    api: Api, desk: Desk, switch: ClosedChatWrite, status: Status, error: str | None
) -> None:
    desk.switches.closed_chat_write = switch
    desk.switches.reopen_on_append = False  # is about async cases
    chat = await api.open_case(channel="cch43")
    desk.set_status(chat.case_id, "closed")
    assert (await api.say(chat)).data.get("error") == error
    assert (chat.status, len(desk.messages(chat))) == (status, 1 if error else 2)
    desk.switches.reopen_on_append = True
    case = await api.open_case()
    desk.set_status(case.case_id, "closed")
    await api.say(case)
    assert case.status is Status.OPEN


@pytest.mark.parametrize("switch", list(OlderChatWrite))
async def test_switch_older_chat_write(api: Api, desk: Desk, time: ManualTime, switch: OlderChatWrite) -> None:
    desk.switches.older_chat_write = switch
    older = await api.open_case(channel="cch43")
    time.pass_by(1)
    last = await api.open_case(channel="cch43")
    got = await api.say(older, "nereye?")
    assert got.data.get("error") == ("chat_is_not_last" if switch is OlderChatWrite.REFUSED else None)
    holding = [case for case in (older, last) if desk.messages(case)[-1].content == "nereye?"]
    assert holding == {"accepted": [older], "into_last": [last], "refused": []}[switch]


async def test_the_last_chat_after_a_merge_is_the_one_before(api: Api, desk: Desk, time: ManualTime) -> None:
    first = await api.open_case(channel="cch43")
    time.pass_by(1)
    second = await api.open_case(channel="cch43")
    assert desk.chats.last(first.user_id, "cch43") is second
    desk.merge(second.case_id, first.case_id)
    assert desk.chats.last(first.user_id, "cch43") is first
    assert await listed(api, first, "&show_active_chats=true&sort=created_at_desc") == [first.case_id]
    assert not second.chat
    desk.trash(first.case_id)
    assert desk.chats.last(first.user_id, "cch43") is None
    assert desk.chats.last(first.user_id, "cch42") is None


async def test_a_merged_or_purged_chat_does_not_end_again(api: Api, desk: Desk) -> None:
    merged, parent, purged = [await api.open_case(name, channel="cch43") for name in "abc"]
    desk.merge(merged.case_id, parent.case_id)
    desk.purge(purged.case_id)
    desk.agenda.advance(3_600)
    assert (merged.changes, [line.event for line in parent.changes]) == ([], ["chat_completion"])
