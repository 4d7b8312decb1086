"""A webhook that takes its time: what is on its way, who overtakes whom, when the desk gives up."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from forum_bridge.sandbox.desk import Desk
from forum_bridge.sandbox.desk.choices import Charset

if TYPE_CHECKING:
    from tests.sandbox_desk.conftest import Api, Receiver


async def test_an_answer_is_on_its_way_while_the_receiver_thinks(api: Api, desk: Desk, receiver: Receiver) -> None:
    receiver.hold = asyncio.Event()
    case = await api.open_case()
    body = {"message": {"staff_id": 911, "content": "Bakıyoruz"}}
    got = await api.call("POST", f"/api/cases/{case.case_id}/messages.json", body)  # does not wait for the webhook
    await desk.agent_reply(case.case_id, "ikinci", 905)
    while not receiver.hits:  # noqa: ASYNC110 - the receiver has no bell
        await asyncio.sleep(0)
    (first, second) = desk.deliveries
    assert (first.message_id, first.attempts, first.done) == (got.one("message")["message_id"], [], False)
    await asyncio.sleep(0)
    assert len(receiver.hits) == 1  # one at a time
    desk.purge(case.case_id)  # the case vanishes meanwhile
    receiver.hold.set()
    await desk.webhooks_idle()
    assert (first.accepted, second.accepted, len(receiver.hits)) == (True, True, 2)


async def test_switch_webhook_in_turn(api: Api, desk: Desk, receiver: Receiver) -> None:
    desk.switches.webhook_in_turn = False
    receiver.hold = hold = asyncio.Event()
    case = await api.open_case()
    await desk.agent_reply(case.case_id, "yavaş", 905)
    while not receiver.hits:  # noqa: ASYNC110 - as above
        await asyncio.sleep(0)
    receiver.hold = None
    await desk.agent_reply(case.case_id, "hızlı", 905)
    await desk.wait_for(lambda: desk.deliveries[1].done)
    assert not desk.deliveries[0].attempts
    hold.set()
    await desk.webhooks_idle()
    assert desk.deliveries[0].accepted


async def test_switch_webhook_timeout_seconds(api: Api, desk: Desk, receiver: Receiver) -> None:
    receiver.hold = asyncio.Event()
    desk.switches.webhook_timeout_seconds = 0.05
    desk.switches.webhook_retries = 1
    case = await api.open_case()
    await desk.agent_reply(case.case_id, "x", 905)
    await desk.wait_for(lambda: bool(desk.deliveries[0].attempts))
    receiver.hold.set()  # the receiver has taken it already: the second try is a duplicate
    desk.switches.webhook_timeout_seconds = 10.0
    await desk.webhooks_idle()
    first, second = desk.deliveries[0].attempts
    assert (first.status, "Timeout" in first.trouble, second.status) == (None, True, 200)
    assert receiver.hits[0].raw == receiver.hits[1].raw


@pytest.mark.parametrize(("follows", "statuses"), [(False, [302]), (True, [200])])
async def test_switch_webhook_follows_redirects(
    api: Api, desk: Desk, receiver: Receiver, statuses: list[int], *, follows: bool
) -> None:
    desk.switches.webhook_follows_redirects = follows
    receiver.statuses = [307 if follows else 302]
    case = await api.open_case()
    await desk.agent_reply(case.case_id, "x", 905)
    await desk.webhooks_idle()
    assert [attempt.status for attempt in desk.deliveries[0].attempts] == statuses
    assert len(receiver.hits) == (2 if follows else 1)


@pytest.mark.parametrize("as_json", [False, True])
async def test_switch_webhook_charset(api: Api, desk: Desk, receiver: Receiver, *, as_json: bool) -> None:
    desk.switches.webhook_charset = Charset.TURKISH
    desk.switches.webhook_json = as_json
    case = await api.open_case()
    await desk.agent_reply(case.case_id, "ığüşöç 🎉", 905)
    await desk.webhooks_idle()
    raw = receiver.hits[0].raw
    assert ("ığüşöç ?".encode("windows-1254") if as_json else b"%FD%F0%FC%FE%F6%E7+%26%23127881%3B") in raw


@pytest.mark.parametrize("first", [True, False])
async def test_switch_webhook_type_first(api: Api, desk: Desk, receiver: Receiver, *, first: bool) -> None:
    desk.switches.webhook_type_first = first
    case = await api.open_case()
    await desk.agent_reply(case.case_id, "x", 905)
    await desk.webhooks_idle()
    assert receiver.hits[0].raw.startswith(b"type=") is first
    assert receiver.hits[0].form["type"] == "message_new"


async def test_switch_webhook_more_fields(api: Api, desk: Desk, receiver: Receiver) -> None:
    desk.switches.webhook_more_fields = True
    case = await api.open_case()
    await desk.agent_reply(case.case_id, "x", 905)
    await desk.webhooks_idle()
    form = receiver.hits[0].form
    names = ("case_number", "channel", "status", "subject", "staff_full_name", "created_at")
    assert [form[f"object[{name}]"] for name in names] == [
        case.case_number,
        "cch42",
        "waiting",
        "Kargo takibi (forum #9120)",
        "Elif Kaya",
        "Tue, 14 Jan 2025 10:02:11 +0300",
    ]


async def test_switch_webhook_customers(api: Api, desk: Desk, receiver: Receiver) -> None:
    desk.switches.webhook_customers = True
    case = await api.open_case()
    await api.say(case, "Merhaba?")
    await desk.webhooks_idle()
    form = receiver.hits[0].form
    assert (form["type"], form["object[staff_id]"], form["object[content]"]) == ("message_new", "0", "Merhaba?")


async def test_switch_webhook_edits(api: Api, desk: Desk, receiver: Receiver) -> None:
    case = await api.open_case()
    message = await desk.agent_reply(case.case_id, "x", 905)
    desk.switches.webhook_edits = True
    path = f"/api/cases/{case.case_id}/messages/{message.message_id}.json"
    await api.call("PUT", path, {"message": {"content": "y"}})
    desk.set_status(case.case_id, "closed")
    await api.call("DELETE", path)
    await desk.webhooks_idle()
    assert [hit.form["type"] for hit in receiver.hits] == [
        "message_new",
        "message_edit",
        "case_update",
        "message_delete",
    ]
    assert receiver.hits[1].form["object[content]"] == "y"
    assert receiver.hits[2].form["object[status]"] == "closed"


@pytest.mark.parametrize("linked", [False, True])
async def test_switch_webhook_linked_user(api: Api, desk: Desk, receiver: Receiver, *, linked: bool) -> None:
    desk.switches.webhook_linked_user = linked
    other, case = await api.open_case("a"), await api.open_case("b")
    desk.people.link(desk.user(case.user_id), desk.user(other.user_id))
    await desk.agent_reply(case.case_id, "x", 905)
    await desk.webhooks_idle()
    form = receiver.hits[0].form
    assert form["object[user_id]"] == str((other if linked else case).user_id)
    assert form["object[custom_user_id]"] == "b"
