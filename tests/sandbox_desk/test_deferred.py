"""Replies that are sent later."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from forum_bridge.sandbox.desk import Case, Desk, DeskServer, Refusal, Status

if TYPE_CHECKING:
    from tests.sandbox_desk.conftest import Api, Got, ManualTime, Receiver


async def defer(api: Api, case: Case, send_at: object) -> Got:
    body = {"message": {"staff_id": 911, "content": "Yarın arayacağız", "send_at": send_at}}
    return await api.call("POST", f"/api/cases/{case.case_id}/messages.json", body)


async def test_a_deferred_reply_is_listed_at_once_and_sent_when_due(
    api: Api, desk: Desk, receiver: Receiver, time: ManualTime
) -> None:
    case = await api.open_case()
    got = await defer(api, case, "2025-01-14 12:00:00")
    assert (got.status, got.one("message")["created_at"], got.one("message")["sent_at"]) == (
        201,
        "Tue, 14 Jan 2025 10:02:11 +0300",
        "Tue, 14 Jan 2025 12:00:00 +0300",
    )
    path = f"/api/cases/{case.case_id}/messages.json"
    assert [message["sent_at"] for message in (await api.get(path)).many("message")][1:] == [
        "Tue, 14 Jan 2025 12:00:00 +0300"
    ]
    desk.switches.deferred_listed = False
    assert len((await api.get(path)).many("message")) == 1
    assert (case.status, desk.deliveries) == (Status.OPEN, [])
    time.pass_by(3_600 + 3_468)
    await api.get(path)
    assert desk.deliveries == []
    time.pass_by(1)
    assert len((await api.get(path)).many("message")) == 2
    await desk.webhooks_idle()
    assert [hit.form["object[b_from_api]"] for hit in receiver.hits] == ["1"]
    assert (case.status, case.last_response_at, case.changes[-1].done_by) == (Status.WAITING, time.now, "staff_911")


async def test_a_past_time_is_now(api: Api, desk: Desk, receiver: Receiver) -> None:
    case = await api.open_case()
    got = await defer(api, case, "2025-01-13")
    assert got.one("message")["sent_at"] == got.one("message")["created_at"]
    await desk.webhooks_idle()
    assert len(receiver.hits) == 1


async def test_a_deferred_reply_that_vanished_is_never_sent(api: Api, desk: Desk, receiver: Receiver) -> None:
    deleted, purged, merged, parent = [await api.open_case(name) for name in "abcd"]
    for case in (deleted, purged, merged):
        await defer(api, case, "2025-01-14 11:00:00")
    path = f"/api/cases/{deleted.case_id}/messages/{desk.messages(deleted)[-1].message_id}.json"
    await api.call("DELETE", path)
    desk.purge(purged.case_id)
    desk.merge(merged.case_id, parent.case_id)
    desk.agenda.advance(7_200)
    await desk.webhooks_idle()
    assert [hit.form["object[case_id]"] for hit in receiver.hits] == [str(parent.case_id)]


async def test_what_is_due_happens_without_anybody_asking(time: ManualTime) -> None:
    desk = Desk(clock=time, sleep=time.sleep)
    async with DeskServer(desk):
        desk.agenda.at(time.now, partial(desk.set_channel, "cch42", active=False))
        desk.set_channel("cch43", active=True)  # any change has the server look at its agenda
        await desk.wait_for(lambda: not desk.channels["cch42"].active)


async def test_a_clock_that_nobody_can_move(time: ManualTime) -> None:
    desk = Desk(clock=time)
    with pytest.raises(Refusal, match="clock_stands"):
        desk.agenda.advance(1)
    movable = Desk(clock=time, pass_by=time.pass_by)
    for seconds in (-1, 1e300, float("nan")):
        with pytest.raises(Refusal, match="wrong_seconds"):
            movable.agenda.advance(seconds)


def test_acts_happen_at_their_time_and_in_their_order(time: ManualTime) -> None:
    desk = Desk(clock=time, pass_by=time.pass_by)
    start, seen = time.now, list[tuple[str, float]]()

    def note(name: str) -> None:
        seen.append((name, (time.now - start).total_seconds()))

    for name, seconds in (("late", 90), ("early", 30), ("too", 90), ("never", 91)):
        desk.agenda.at(start + timedelta(seconds=seconds), partial(note, name))
    desk.agenda.advance(90)
    assert seen == [("early", 30), ("late", 90), ("too", 90)]
    assert desk.agenda.seconds_left(at_most=60) == 1
    assert (time.now - start).total_seconds() == 90


async def test_a_message_may_be_listed_later_than_its_webhook_goes_out(
    api: Api, desk: Desk, receiver: Receiver, time: ManualTime
) -> None:
    case = await api.open_case()
    desk.switches.messages_listed_after_seconds = 20
    await desk.agent_reply(case.case_id, "<p>Yarın arayacağız</p>", 911)
    await desk.webhooks_idle()
    assert len(receiver.hits) == 1
    path = f"/api/cases/{case.case_id}/messages.json"
    assert len((await api.get(path)).many("message")) == 1
    time.pass_by(20)
    assert len((await api.get(path)).many("message")) == 2
