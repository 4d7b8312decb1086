"""Cases through the API: opening, changing, throwing away."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from forum_bridge.sandbox.desk import AbsorbedWrite, Desk, Refusal, Status

if TYPE_CHECKING:
    from tests.sandbox_desk.conftest import Api, ManualTime

WHOLE = {"user_custom_id": "u-7731", "channel": "cch42", "subject": "Kargo", "content": "Nerede?"}


async def test_the_answer_to_a_new_case_has_every_field(api: Api) -> None:
    case = {
        **WHOLE,
        "user_full_name": "Selin Aydın",
        "group_id": 310,
        "labels": [55],
        "custom_fields": {"cf_71": "https://forum.example/t/9120"},
    }
    got = await api.call("POST", "/api/cases.json", {"case": case})
    answer = got.one("case")
    assert got.status == 201
    assert re.fullmatch(r"\d{3}-\d{6}", str(answer.pop("case_number")))
    assert answer == {
        "case_id": 8_804_417,
        "subject": "Kargo",
        "user_id": 5_120_087,
        "staff_id": 0,
        "group_id": 310,
        "status": "open",
        "priority": "normal",
        "channel": "cch42",
        "recipient": "Forum",
        "cc_emails": "",
        "bcc_emails": "",
        "deleted": False,
        "spam": False,
        "created_at": "Tue, 14 Jan 2025 10:02:11 +0300",
        "updated_at": "Tue, 14 Jan 2025 10:02:11 +0300",
        "closed_at": "-",
        "last_response_at": "Tue, 14 Jan 2025 10:02:11 +0300",
        "parent_case_id": 0,
        "closing_speed": "-",
        "language_id": 1,
        "custom_fields": {"cf_71": "https://forum.example/t/9120"},
        "labels": [55],
        "locked_labels": [],
    }


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"user_custom_id": ""}, "empty_contact"),
        ({"channel": "cch999"}, "channel_not_found"),
        ({"channel": "cch44"}, "channel_not_active"),
        ({"channel": ""}, "empty_contact"),
        ({"subject": ""}, "empty_subject"),
        ({"content": ""}, "empty_content"),
        ({"status": "solved"}, "wrong_status"),
        ({"priority": "urgent"}, "wrong_priority"),
        ({"group_id": 999}, "group_not_found"),
        ({"group_id": "many"}, "wrong_group_id"),
        ({"staff_id": 999}, "staff_not_found"),
        ({"labels": [55, 999]}, "label_not_found"),
        ({"created_at": "yesterday"}, "wrong_created_at"),
    ],
)
async def test_a_refused_case_leaves_no_trace(api: Api, desk: Desk, change: dict[str, object], code: str) -> None:
    got = await api.call("POST", "/api/cases.json", {"case": {**WHOLE, **change}})
    assert 400 <= got.status < 500
    assert got.data == {"error": code}
    assert (desk.cases(), desk.users(), desk.tables.messages) == ([], [], {})


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"message": {}}', b'{"case": []}', b'{"case": 5}', b"\xff\xfe", b"[" * 100_000]
)
async def test_an_unreadable_body_is_400(api: Api, body: bytes) -> None:
    got = await api.call("POST", "/api/cases.json", data=body, headers={"Content-Type": "application/json"})
    assert (got.status, got.data) == (400, {"error": "wrong_request"})


async def test_html_wins_over_text_and_four_blanks_are_a_subject(api: Api, desk: Desk) -> None:
    case = await api.open_case(subject="    ", content="text", content_html="<p>İş ğüş 🎉</p>")
    (message,) = desk.messages(case)
    assert (message.content, message.content_html) == ("", "<p>İş ğüş 🎉</p>")
    assert case.subject == "    "


async def test_a_number_is_an_identifier_too(api: Api, desk: Desk) -> None:
    case = await api.open_case(user_custom_id=7731)
    assert desk.user(case.user_id).custom_id == "7731"


async def test_half_an_emoji_does_not_break_the_desk(api: Api, desk: Desk) -> None:
    case = await api.open_case(content_html="\ud83d kırık")
    assert desk.messages(case)[0].content_html == "\ufffd kırık"
    assert (await api.get(f"/api/cases/{case.case_id}/messages.json")).status == 200


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (1_399_238_117, "Mon, 05 May 2014 00:15:17 +0300"),
        ("Mon, 05 May 2014 00:15:17 +0300", "Mon, 05 May 2014 00:15:17 +0300"),
        ("2014-05-05 00:15:17", "Mon, 05 May 2014 00:15:17 +0300"),
        ("2014-05-05", "Mon, 05 May 2014 00:00:00 +0300"),
    ],
)
async def test_a_case_can_be_back_dated(api: Api, given: object, shown: str) -> None:
    case = await api.open_case(created_at=given)
    assert (await api.get(f"/api/cases/{case.case_id}.json")).one("case")["created_at"] == shown


async def test_multipart_with_php_brackets_and_files(api: Api, desk: Desk) -> None:
    form = aiohttp.FormData(quote_fields=False)  # PHP takes a percent-encoded file name literally
    for name, value in WHOLE.items():
        form.add_field(f"case[{name}]", value)
    for name, value in (("[labels][]", "55"), ("[labels][]", "56"), ("[custom_fields][cf_71]", "x")):
        form.add_field(f"case{name}", value)
    form.add_field("case[attachments][0]", b"\x89PNG", filename="şema.png", content_type="image/png")
    form.add_field("case[attachments][1]", b"", filename="empty.txt", content_type="text/plain")
    got = await api.call("POST", "/api/cases.json", data=form)
    assert got.status == 201, got.text
    case = desk.cases()[0]
    assert (case.labels, case.custom_fields) == ([55, 56], {"cf_71": "x"})
    first, second = desk.messages(case)[0].files
    assert (first.name, first.mime, first.size, second.size) == ("şema.png", "image/png", 4, 0)
    attachments = got.one("case")["attachments"]
    assert isinstance(attachments, list)
    async with aiohttp.request("GET", attachments[0]["url"]) as answer:
        assert (answer.status, answer.content_type, await answer.read()) == (200, "image/png", b"\x89PNG")
        assert answer.headers["Content-Disposition"] == "attachment"


async def test_a_file_over_25_mb_is_refused(api: Api, desk: Desk) -> None:
    form = aiohttp.FormData()
    for name, value in WHOLE.items():
        form.add_field(f"case[{name}]", value)
    form.add_field("case[attachments][0]", io.BytesIO(bytes(25 * 2**20 + 1)), filename="big.bin")
    got = await api.call("POST", "/api/cases.json", data=form)
    assert (got.status, got.data) == (400, {"error": "file_too_big"})
    assert desk.cases() == []


async def test_files_over_50_mb_together_are_refused(api: Api, desk: Desk) -> None:
    big = bytes(20 * 2**20)

    def form(*sizes: int) -> aiohttp.FormData:
        form = aiohttp.FormData({f"case[{name}]": value for name, value in WHOLE.items()})
        for index, size in enumerate(sizes):
            form.add_field(f"case[attachments][{index}]", io.BytesIO(big[:size]), filename=f"{index}.bin")
        return form

    got = await api.call("POST", "/api/cases.json", data=form(len(big), len(big), 10 * 2**20))
    assert (got.status, got.data) == (400, {"error": "file_too_big"})
    assert (desk.cases(), desk.tables.files) == ([], {})
    assert (await api.call("POST", "/api/cases.json", data=form(len(big), len(big), 9 * 2**20))).status == 201


async def test_addresses_of_attachments_are_only_recorded(api: Api, desk: Desk) -> None:
    case = await api.open_case(attachment_urls=["http://127.0.0.1:9/a/88.png"])
    (file,) = desk.messages(case)[0].files
    assert (file.name, file.mime, file.url, file.data) == ("88.png", "image/png", "http://127.0.0.1:9/a/88.png", b"")
    async with aiohttp.request("GET", f"{api.url}/files/{file.file_id}") as answer:
        assert answer.status == 404


async def test_switch_download_attachment_urls(api: Api, desk: Desk) -> None:
    async def serve(_: web.Request) -> web.Response:
        return web.Response(body=b"GIF89a", content_type="image/gif")

    desk.switches.download_attachment_urls = True
    app = web.Application()
    app.router.add_get("/88.gif", serve)
    async with TestServer(app) as server:
        case = await api.open_case(attachment_urls=[str(server.make_url("/88.gif"))])
        gone = {**WHOLE, "attachment_urls": [str(server.make_url("/none"))]}
        refused = await api.call("POST", "/api/cases.json", {"case": gone})
    (file,) = desk.messages(case)[0].files
    assert (file.name, file.mime, file.data, file.url) == ("88.gif", "image/gif", b"GIF89a", "")
    assert refused.data == {"error": "wrong_attachment_url"}


@pytest.mark.parametrize("slash", ["", "/"])
async def test_a_case_is_reached_by_id_and_number_with_and_without_a_slash(api: Api, slash: str) -> None:
    case = await api.open_case()
    for ref in (case.case_id, case.case_number):
        got = await api.get(f"/api/cases/{ref}.json{slash}")
        assert got.one("case")["case_id"] == case.case_id
        got = await api.call("PUT", f"/api/cases/{ref}.json{slash}", {"case": {"subject": f"Konu {ref}"}})
        assert got.one("case")["subject"] == f"Konu {ref}"
        assert len((await api.get(f"/api/cases/{ref}/messages.json{slash}")).many("message")) == 1


@pytest.mark.parametrize("ref", ["1", "000-000000", "-", "1,2"])
async def test_an_unknown_case_is_not_found(api: Api, ref: str) -> None:
    for method, path in (("GET", ".json"), ("PUT", ".json"), ("GET", "/messages.json"), ("POST", "/messages.json")):
        got = await api.call(method, f"/api/cases/{ref}{path}", {"case": {}, "message": {"user_id": 1, "content": "x"}})
        assert (got.status, got.data) == (404, {"error": "case_not_found"}), method + path


async def test_an_update_changes_what_it_names_and_is_history(api: Api, time: ManualTime) -> None:
    case = await api.open_case(labels=[55])
    time.pass_by(3_600)
    body = {"case": {"status": "closed", "staff_id": 911, "add_labels": [56], "delete_labels": [55]}}
    got = (await api.call("PUT", f"/api/cases/{case.case_id}.json", body)).one("case")
    assert (got["status"], got["staff_id"], got["labels"], got["subject"]) == ("closed", 911, [56], case.subject)
    assert (got["closed_at"], got["closing_speed"]) == ("Tue, 14 Jan 2025 11:02:11 +0300", 60)
    changelog = (await api.get(f"/api/cases/{case.case_id}/changelog.json")).data["changelog"]
    assert isinstance(changelog, list)
    assert [(line["event"], line["old_value"], line["value"]) for line in changelog] == [
        ("staff", "0", "911"),
        ("status", "open", "closed"),
        ("labels", "55", "56"),
    ]
    assert {line["done_by"] for line in changelog} == {"staff_905"}
    reopened = await api.call("PUT", f"/api/cases/{case.case_id}.json", {"case": {"status": "open"}})
    assert reopened.one("case")["closed_at"] == "-"


async def test_a_wrong_update_changes_nothing(api: Api) -> None:
    case = await api.open_case()
    body = {"case": {"subject": "new", "status": "solved"}}
    assert (await api.call("PUT", f"/api/cases/{case.case_id}.json", body)).data == {"error": "wrong_status"}
    assert (case.subject, case.changes) == ("Kargo takibi (forum #9120)", [])


async def test_trash_spam_restore_and_delete(api: Api, desk: Desk) -> None:
    case = await api.open_case()
    for act, deleted, spam in (("trash", True, False), ("spam", False, True), ("restore", False, False)):
        got = await api.call("PUT", f"/api/cases/{case.case_id}/{act}.json")
        assert (got.one("case")["deleted"], got.one("case")["spam"]) == (deleted, spam)
    got = await api.call("DELETE", f"/api/cases/{case.case_id}.json")
    assert (got.status, got.text, desk.cases(), desk.tables.messages) == (200, "", [], {})


async def test_several_at_once(api: Api, desk: Desk) -> None:
    first, second = await api.open_case("a"), await api.open_case("b")
    got = await api.call("PUT", f"/api/cases/{first.case_id},1,{second.case_number}/trash.json")
    assert got.data == {"case_success_id": [first.case_id, second.case_id]}
    too_many = ",".join(["1"] * 11)
    assert (await api.call("DELETE", f"/api/cases/{too_many}.json")).status == 400
    got = await api.call("DELETE", f"/api/cases/{first.case_id},{second.case_id}.json")
    assert got.data == {"case_success_id": [first.case_id, second.case_id]}
    assert desk.cases() == []


async def test_an_agent_without_rights_is_refused(api: Api, desk: Desk) -> None:
    case = await api.open_case()
    agent = desk.agents[905]
    agent.full_access = False
    assert (await api.call("DELETE", f"/api/cases/{case.case_id}.json")).data == {"error": "staff_has_not_access"}
    agent.channels = frozenset({"cch43"})
    assert (await api.get(f"/api/cases/{case.case_id}.json")).data == {"error": "staff_has_not_access"}
    assert (await api.say(case)).data == {"error": "staff_has_not_access"}
    assert (await api.call("POST", "/api/cases.json", {"case": WHOLE})).data == {"error": "staff_has_not_access"}
    assert (await api.get("/api/cases.json")).many("case") == []
    agent.channels, agent.groups = None, frozenset({311})
    assert (await api.get(f"/api/cases/{case.case_id}.json")).status == 200
    case.group_id = 310
    assert (await api.get(f"/api/cases/{case.case_id}.json")).status == 403


async def test_switch_status_on_create(api: Api, desk: Desk) -> None:
    desk.switches.status_on_create = Status.WAITING
    assert (await api.open_case()).status is Status.WAITING
    assert (await api.open_case(status="closed")).status is Status.CLOSED


async def test_switch_empty_custom_fields_as_list(api: Api, desk: Desk) -> None:
    case = await api.open_case()
    assert (await api.get(f"/api/cases/{case.case_id}.json")).one("case")["custom_fields"] == {}
    desk.switches.empty_custom_fields_as_list = True
    assert (await api.get(f"/api/cases/{case.case_id}.json")).one("case")["custom_fields"] == []


async def test_a_merged_case_hides_and_its_messages_move(api: Api, desk: Desk) -> None:
    parent = await api.open_case()
    child = await api.open_case()
    moved = desk.messages(child)
    assert desk.merge(child.case_id, parent.case_id) is parent
    assert desk.messages(child) == []
    assert all(message in desk.messages(parent) for message in moved)
    assert desk.cases() == [parent]
    assert [case["case_id"] for case in (await api.get("/api/cases.json")).many("case")] == [parent.case_id]
    everything = (await api.get("/api/cases.json?show_merged_cases=true")).many("case")
    assert {case["case_id"]: case["parent_case_id"] for case in everything} == {
        parent.case_id: 0,
        child.case_id: parent.case_id,
    }
    with pytest.raises(Refusal, match="cannot_merge"):
        desk.merge(child.case_id, parent.case_id)


async def test_switch_absorbed_write_and_absorbed_readable(api: Api, desk: Desk) -> None:
    parent, child = await api.open_case(), await api.open_case()
    desk.merge(child.case_id, parent.case_id)
    assert (await api.say(child)).data == {"error": "case_not_found"}
    assert (await api.get(f"/api/cases/{child.case_id}.json")).one("case")["parent_case_id"] == parent.case_id
    desk.switches.absorbed_write = AbsorbedWrite.INTO_PARENT
    desk.switches.absorbed_readable = False
    assert (await api.say(child, "geldi mi?")).status == 201
    assert desk.messages(parent)[-1].content == "geldi mi?"
    assert (await api.get(f"/api/cases/{child.case_id}.json")).data == {"error": "case_not_found"}


async def test_purging_a_parent_takes_what_was_merged_into_it(api: Api, desk: Desk) -> None:
    parent, child = await api.open_case(), await api.open_case()
    desk.merge(child.case_id, parent.case_id)
    desk.purge(parent.case_id)
    assert (desk.tables.cases, desk.tables.messages) == ({}, {})
