"""Steering the desk from outside its process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import pytest

from forum_bridge.sandbox.desk import Case, Desk, DeskServer, EmptyList, Status

if TYPE_CHECKING:
    from tests.sandbox_desk.conftest import Api, Got, ManualTime, Receiver


async def do(api: Api, act: str, **body: object) -> Got:
    return await api.call("POST", f"/_control/{act}", body, login=None)


async def test_a_round_trip_by_control_alone(api: Api, desk: Desk, receiver: Receiver) -> None:
    desk.set_channel("cch42", webhook_url="")
    await do(api, "channel", channel="cch42", webhook_url=receiver.url)
    case = await api.open_case()
    got = await do(api, "agent_reply", case_id=case.case_number, html="<p>Merhaba <b>Selin</b></p>", staff_id=911)
    assert got.status == 200
    await do(api, "agent_reply", case_id=case.case_id, html="kural", via_rule=True)
    await do(api, "note", case_id=case.case_id, html="not")
    await desk.webhooks_idle()
    state = (await api.call("GET", "/_control/state", login=None)).data
    (shown,) = state["cases"]
    assert [message["staff_id"] for message in shown["messages"]] == [0, 911, 0, 905]
    assert shown["status"] == "waiting"
    assert [delivery["status"] for delivery in state["deliveries"]] == [200, 200]
    assert state["users"][0]["user_custom_id"] == "u-7731"
    assert receiver.url not in str(state)


async def test_status_flag_merge_and_purge(api: Api, desk: Desk) -> None:
    first, second = await api.open_case(), await api.open_case()
    assert (await do(api, "status", case_id=first.case_id, status="closed")).one("case")["status"] == "closed"
    assert first.changes[0].done_by == "staff_905"
    for to, shown in (("trash", (True, False)), ("spam", (False, True)), ("restore", (False, False))):
        await do(api, "flag", case_id=first.case_id, to=to)
        assert (first.deleted, first.spam) == shown
    merged = await do(api, "merge", child=second.case_id, parent=first.case_number)
    assert len(merged.one("case")["messages"]) == 2
    await do(api, "purge", user_id=first.user_id)
    await do(api, "purge", case_id=first.case_id)
    assert (desk.users(), desk.tables.cases) == ([], {})


async def test_faults_and_switches(api: Api, desk: Desk) -> None:
    await do(api, "faults", match="GET /api/cases", what="502", times=1)
    assert (await api.get("/api/cases.json")).status == 502
    await do(api, "faults", match="GET", what="hang")
    assert (await api.call("DELETE", "/_control/faults", login=None)).status == 200
    assert (await api.get("/api/cases.json")).status == 200
    got = await do(api, "switches", empty_list="array", webhook_delay_seconds=2, status_on_create="waiting")
    assert got.one("switches")["empty_list"] == "array"
    assert desk.switches.empty_list is EmptyList.ARRAY
    assert desk.switches.status_on_create is Status.WAITING
    assert desk.switches.webhook_delay_seconds == 2.0


@pytest.mark.parametrize(
    ("switches", "code"),
    [
        ({"webhook_copies": 2, "nonsense": True}, "unknown_switch"),
        ({"webhook_copies": 2, "empty_list": "nothing"}, "wrong_switch_value"),
        ({"webhook_copies": True}, "wrong_switch_value"),
        ({"webhook_copies": "2"}, "wrong_switch_value"),
        ({"chat_minutes": -1}, "wrong_switch_value"),
        ({"plan_stored_cases": -1}, "wrong_switch_value"),
        ({"webhook_json": 1}, "wrong_switch_value"),
        ({"webhook_delay_seconds": False}, "wrong_switch_value"),
    ],
)
async def test_wrong_switches_change_nothing(api: Api, desk: Desk, switches: dict[str, object], code: str) -> None:
    before = desk.switches.as_json()
    assert (await do(api, "switches", **switches)).data == {"error": code}
    assert desk.switches.as_json() == before


async def test_a_chat_is_watched_postponed_and_completed(api: Api, desk: Desk) -> None:
    chat = await api.open_case(channel="cch43")
    await do(api, "advance", seconds=541)
    (shown,) = (await api.call("GET", "/_control/state", login=None)).data["cases"]
    assert (shown["active_chat"], shown["chat_warned"], shown["chat_ends_at"]) == (
        True,
        True,
        "2025-01-14T10:12:11+03:00",
    )
    got = await do(api, "postpone_chat", case_id=chat.case_number)
    assert got.data == {"active_chat": True, "chat_warned": False, "chat_ends_at": "2025-01-14T10:17:11+03:00"}
    got = await do(api, "complete_chat", case_id=chat.case_id, done_by="rule_7")
    assert got.data == {"active_chat": False, "chat_warned": False, "chat_ends_at": ""}
    assert chat.changes[-1].done_by == "rule_7"


async def test_a_clean_up_a_rule_and_a_deferred_reply_by_order(api: Api, desk: Desk, receiver: Receiver) -> None:
    cases = [await api.open_case(name) for name in "ab"]
    await do(api, "rule_webhook", url=receiver.url, events=["case.waiting"], body={"n": "[case_id]"})
    got = await do(api, "agent_reply", case_id=cases[1].case_id, html="yarın", send_at="2025-01-14 10:03:11")
    assert got.one("message")["sent_at"] == "Tue, 14 Jan 2025 10:03:11 +0300"
    assert desk.deliveries == []
    assert (await do(api, "advance", seconds=60)).data == {"now": "2025-01-14T10:03:11+03:00"}
    await desk.webhooks_idle()
    assert sorted(hit.content_type for hit in receiver.hits) == [
        "application/json",
        "application/x-www-form-urlencoded",
    ]
    assert (await do(api, "rule_webhook", url=receiver.url, events=["?"])).data == {"error": "wrong_event"}
    await do(api, "rule_webhook")
    desk.set_status(cases[0].case_id, "waiting")
    assert len(desk.deliveries) == 2
    await do(api, "switches", plan_stored_cases=1, plan_stored_users=1)
    got = await do(api, "plan_purge")
    assert (len(got.data["cases"]), len(got.data["users"]), len(desk.cases())) == (1, 1, 1)


async def test_only_a_movable_clock_is_moved_by_order(time: ManualTime) -> None:
    async with DeskServer(Desk(clock=time)) as server, aiohttp.ClientSession() as session:
        async with session.post(f"{server.url}/_control/advance", json={"seconds": 1}) as answer:
            assert answer.status == 404
        async with session.post(f"{server.url}/_control/plan_purge", json={}) as answer:
            assert answer.status == 200


async def test_an_agent_is_disabled(api: Api, desk: Desk) -> None:
    case = await api.open_case()
    await do(api, "agent", staff_id=911, active=False)
    got = await do(api, "agent_reply", case_id=case.case_id, html="x", staff_id=911)
    assert (got.status, got.data) == (403, {"error": "staff_not_active"})
    await do(api, "agent", staff_id=911, active=True)
    assert (await do(api, "agent_reply", case_id=case.case_id, html="x", staff_id=911)).status == 200


@pytest.mark.parametrize(
    ("act", "body", "code"),
    [
        ("agent_reply", {"case_id": 1, "html": "x"}, "case_not_found"),
        ("status", {"case_id": 1, "status": "open"}, "case_not_found"),
        ("flag", {"case_id": 1, "to": "bin"}, "wrong_to"),
        ("complete_chat", {"case_id": 1}, "case_not_found"),
        ("advance", {"seconds": -1}, "wrong_seconds"),
        ("purge", {"user_id": 1}, "user_not_found"),
        ("purge", {}, "case_not_found"),
        ("channel", {"channel": "cch1"}, "channel_not_found"),
        ("agent", {"staff_id": 1}, "staff_not_found"),
        ("faults", {"match": "x", "what": "teapot"}, "wrong_fault"),
    ],
)
async def test_wrong_orders_are_refused(api: Api, act: str, body: dict[str, object], code: str) -> None:
    got = await do(api, act, **body)
    assert (400 <= got.status < 500, got.data) == (True, {"error": code})


async def test_a_web_page_cannot_steer_the_desk_unasked(api: Api, desk: Desk) -> None:
    case: Case = await api.open_case()
    body = f'{{"case_id": {case.case_id}}}'.encode()
    for content_type in ("text/plain", "application/x-www-form-urlencoded"):
        got = await api.call("POST", "/_control/purge", data=body, headers={"Content-Type": content_type}, login=None)
        assert got.data == {"error": "wrong_request"}
    assert desk.cases() == [case]
