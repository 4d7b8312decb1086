"""The API's unsure facts, each switched to its other answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import pytest

from forum_bridge.sandbox.desk import Desk
from forum_bridge.sandbox.desk.choices import LimitBody, NotFoundStatus, Unattributed

if TYPE_CHECKING:
    from tests.sandbox_desk.conftest import Api

WHOLE = {"user_custom_id": "u", "channel": "cch42", "subject": "Kargo", "content": "Nerede?"}


@pytest.mark.parametrize("status", list(NotFoundStatus))
async def test_switch_case_not_found_status(api: Api, desk: Desk, status: NotFoundStatus) -> None:
    desk.switches.case_not_found_status = status
    got = await api.get("/api/cases/1.json")
    assert (got.status, got.data) == (int(status), {"error": "case_not_found"})


async def test_switch_errors_with_200(api: Api, desk: Desk) -> None:
    desk.switches.errors_with_200 = True
    got = await api.call("POST", "/api/cases.json", {"case": {**WHOLE, "channel": "cch9"}})
    assert (got.status, got.data) == (200, {"error": "channel_not_found"})
    assert (await api.call("GET", "/api/cases.json", login=None)).status == 401


@pytest.mark.parametrize("body", list(LimitBody))
@pytest.mark.parametrize("legacy", [True, False])
async def test_switch_rate_limit_body(api: Api, desk: Desk, body: LimitBody, *, legacy: bool) -> None:
    desk.switches.rate_limit_per_minute = 0
    desk.switches.rate_limit_body, desk.switches.legacy_rate_limit = body, legacy
    got = await api.get("/api/cases.json")
    assert (got.status, got.headers["api_calls_left"]) == (403 if legacy else 429, "0")
    assert (bool(got.text), bool(got.data)) == (body is not LimitBody.EMPTY, body is LimitBody.JSON)


async def test_switch_channel_rights_enforced(api: Api, desk: Desk) -> None:
    case = await api.open_case()
    desk.agents[905].channels = frozenset({"cch43"})
    assert (await api.say(case)).data == {"error": "staff_has_not_access"}
    desk.switches.channel_rights_enforced = False
    assert (await api.say(case)).status == 201


async def test_switches_subject_required_and_content_required(api: Api, desk: Desk) -> None:
    desk.switches.subject_required = desk.switches.content_required = False
    body = {"case": {"user_custom_id": "u", "channel": "cch42"}}
    got = await api.call("POST", "/api/cases.json", body)
    assert (got.status, got.one("case")["subject"]) == (201, "")
    assert desk.messages(desk.cases()[0]) == []


async def test_switches_subject_limit_content_limit_and_too_long_is_cut(api: Api, desk: Desk) -> None:
    desk.switches.subject_limit, desk.switches.content_limit = 5, 7
    got = await api.call("POST", "/api/cases.json", {"case": {**WHOLE, "subject": "şişede"}})
    assert got.data == {"error": "subject_too_long"}
    case = await api.open_case(subject="şişeş", content_html="<p>ğ")
    assert (await api.say(case, "12345678")).data == {"error": "content_too_long"}
    desk.switches.too_long_is_cut = True
    await api.say(case, "1234567🎉")
    await api.call("PUT", f"/api/cases/{case.case_id}.json", {"case": {"subject": "şişede"}})
    assert (desk.messages(case)[-1].content, case.subject) == ("1234567", "şişed")


async def test_switch_message_file_limit(api: Api, desk: Desk) -> None:
    desk.switches.message_file_limit = 3
    case = await api.open_case()
    for size, status in ((3, 201), (4, 400)):
        form = aiohttp.FormData({"message[user_id]": str(case.user_id), "message[content]": "uzunca bir metin"})
        form.add_field("message[attachments][0]", bytes(size), filename="a.bin")
        got = await api.call("POST", f"/api/cases/{case.case_id}/messages.json", data=form)
        assert got.status == status, got.text


@pytest.mark.parametrize("known", [True, False])
async def test_switch_company_fields(api: Api, desk: Desk, *, known: bool) -> None:
    desk.switches.company_fields = known
    case = await api.open_case(company_name="Acme", company_position="Müdür", user_note="VIP")
    user = desk.user(case.user_id)
    expected = ("Acme", "Müdür", "VIP") if known else ("", "", "")
    assert (user.company_name, user.company_position, user.note) == expected


@pytest.mark.parametrize("switch", list(Unattributed))
async def test_switch_unattributed(api: Api, desk: Desk, switch: Unattributed) -> None:
    desk.switches.unattributed = switch
    case = await api.open_case()
    got = await api.call("POST", f"/api/cases/{case.case_id}/messages.json", {"message": {"content": "kimden?"}})
    if switch is Unattributed.REFUSED:
        assert got.data == {"error": "empty_author"}
    else:
        by_agent = switch is Unattributed.AGENT
        message = got.one("message")
        assert (message["staff_id"], message["user_id"]) == ((905, 0) if by_agent else (0, case.user_id))


async def test_switch_trashed_readable(api: Api, desk: Desk) -> None:
    trashed, spam = await api.open_case(), await api.open_case()
    desk.trash(trashed.case_id)
    desk.spam(spam.case_id)
    for case in (trashed, spam):
        assert (await api.get(f"/api/cases/{case.case_id}.json")).status == 200
    desk.switches.trashed_readable = False
    for case in (trashed, spam):
        assert (await api.get(f"/api/cases/{case.case_id}/messages.json")).data == {"error": "case_not_found"}


async def test_switch_cases_by_custom_id(api: Api, desk: Desk) -> None:
    await api.open_case("a")
    await api.open_case("ab")
    assert len((await api.get("/api/cases.json?user_custom_id=%5Ea%5E")).many("case")) == 1
    desk.switches.custom_id_anchors = False
    assert len((await api.get("/api/cases.json?user_custom_id=%5Ea%5E")).many("case")) == 0
    desk.switches.cases_by_custom_id = False
    assert len((await api.get("/api/cases.json?user_custom_id=%5Ea%5E")).many("case")) == 2


async def test_switches_for_how_a_case_and_a_message_look(api: Api, desk: Desk) -> None:
    parent, child = await api.open_case(), await api.open_case()
    desk.merge(child.case_id, parent.case_id)
    desk.set_status(parent.case_id, "closed")
    switches = desk.switches
    switches.total_count_as_text = switches.closing_speed_as_text = switches.older_copy_names = True
    switches.messages_show_viewed, switches.parent_case_id_shown = True, False
    got = await api.get("/api/cases.json?show_merged_cases=1&sort=created_at_asc")
    assert got.data["total_count"] == "2"
    shown = got.many("case")
    assert [case["parent_case_id"] for case in shown] == [0, 0]
    assert [case["closing_speed"] for case in shown] == ["0", "-"]
    assert (shown[0]["recipient_cc"], shown[0]["recipient_bcc"], "cc_emails" in shown[0]) == ("", "", False)
    (message, _) = (await api.get(f"/api/cases/{parent.case_id}/messages.json")).many("message")
    assert message["is_viewed"] is False
    assert (await api.get("/api/cases.json?page=9")).data == {"total_count": "1"}
