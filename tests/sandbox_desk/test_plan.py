"""The plan's limits: how many cases a month, and what the nightly job takes away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from forum_bridge.sandbox.desk import Desk, QuotaStatus

if TYPE_CHECKING:
    from tests.sandbox_desk.conftest import Api, ManualTime

BODY = {"case": {"user_custom_id": "u", "channel": "cch42", "subject": "s", "content": "c"}}


async def test_the_quota_of_a_month_and_a_new_month(api: Api, desk: Desk, time: ManualTime) -> None:
    desk.switches.plan_cases_a_month = 2
    first = await api.open_case("a")
    desk.purge(first.case_id)  # counts all the same
    await api.open_case("b")
    got = await api.call("POST", "/api/cases.json", BODY)
    assert (got.status, got.data) == (403, {"error": "cases_limit_exceeded"})
    assert (len(desk.cases()), len(desk.users())) == (1, 2)
    assert (await api.say(desk.cases()[0])).status == 201  # messages are free
    time.pass_by(17 * 86_400 + 13 * 3_600)  # 31 January, 23:02 in Istanbul
    assert (await api.call("POST", "/api/cases.json", BODY)).status == 403
    time.pass_by(3_600)
    assert (await api.call("POST", "/api/cases.json", BODY)).status == 201


@pytest.mark.parametrize("status", list(QuotaStatus))
async def test_switches_quota_status_and_quota_code(api: Api, desk: Desk, status: QuotaStatus) -> None:
    desk.switches.plan_cases_a_month = 1
    desk.switches.quota_status, desk.switches.quota_code = status, "plan_limit"
    await api.open_case()
    got = await api.call("POST", "/api/cases.json", BODY)
    assert (got.status, got.data) == (int(status), {"error": "plan_limit"})


async def test_a_refused_case_costs_no_quota(api: Api, desk: Desk) -> None:
    desk.switches.plan_cases_a_month = 1
    await api.call("POST", "/api/cases.json", {"case": {**BODY["case"], "labels": [999]}})
    assert (await api.call("POST", "/api/cases.json", BODY)).status == 201


async def test_the_nightly_job_purges_trash_first_then_by_last_update(api: Api, desk: Desk, time: ManualTime) -> None:
    cases = []
    for name in "abcde":
        cases.append(await api.open_case(name))
        time.pass_by(60)
    oldest, second, third, trashed, absorbed = cases
    desk.trash(trashed.case_id)
    desk.merge(absorbed.case_id, second.case_id)
    time.pass_by(60)
    await api.say(oldest)
    desk.switches.plan_stored_cases = 2
    desk.agenda.advance(13 * 3_600)
    assert set(desk.tables.cases) == {case.case_id for case in cases}
    desk.agenda.advance(3_600)  # past midnight in Istanbul
    assert desk.cases() == [second, oldest]
    assert desk.case(absorbed.case_id) is absorbed
    desk.switches.plan_stored_cases = 1
    desk.agenda.advance(86_400)
    assert desk.cases() == [oldest]
    assert set(desk.tables.cases) == {oldest.case_id}
    assert (await api.say(third)).data == {"error": "case_not_found"}


async def test_surplus_users_vanish_but_not_their_cases(api: Api, desk: Desk, time: ManualTime) -> None:
    cases = []
    for name in "abc":
        cases.append(await api.open_case(name))
        time.pass_by(60)
    await api.call("PUT", f"/api/users/{cases[2].user_id}/disable.json")
    desk.switches.plan_stored_users = 1
    purged = desk.plan.purge()
    assert (purged.cases, purged.users) == ([], [cases[2].user_id, cases[0].user_id])
    assert (len(desk.cases()), [user.custom_id for user in desk.users()]) == (3, ["b"])
    assert (await api.say(cases[0])).data == {"error": "user_not_found"}


async def test_switch_users_without_cases_go_first(api: Api, desk: Desk, time: ManualTime) -> None:
    case = await api.open_case("a")
    time.pass_by(60)
    await api.call("POST", "/api/users.json", {"user": {"user_custom_id": "b", "user_custom_channel": "cch42"}})
    desk.switches.plan_stored_users, desk.switches.users_without_cases_go_first = 1, True
    desk.plan.purge()
    assert [user.user_id for user in desk.users()] == [case.user_id]


async def test_without_limits_nothing_is_purged(api: Api, desk: Desk) -> None:
    case = await api.open_case()
    desk.agenda.advance(400 * 86_400)
    assert (desk.cases(), len(desk.users())) == ([case], 1)
