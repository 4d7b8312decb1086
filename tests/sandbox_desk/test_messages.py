"""Messages and notes through the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import pytest

from forum_bridge.sandbox.desk import Desk, Status

if TYPE_CHECKING:
    from tests.sandbox_desk.conftest import Api, ManualTime


async def test_a_customers_message(api: Api, desk: Desk, time: ManualTime) -> None:
    case = await api.open_case()
    time.pass_by(1_109)
    got = await api.say(case, "Takip numarası: 44-19 🙂")
    assert got.status == 201
    message_id = got.one("message")["message_id"]
    assert isinstance(message_id, int)
    assert message_id > 2**31
    assert got.one("message") == {
        "message_id": message_id,
        "user_id": case.user_id,
        "staff_id": 0,
        "content": "Takip numarası: 44-19 🙂",
        "content_html": "",
        "attachments": [],
        "note": False,
        "sent_via_rule": False,
        "created_at": "Tue, 14 Jan 2025 10:20:40 +0300",
        "sent_at": "Tue, 14 Jan 2025 10:20:40 +0300",
    }
    assert case.last_response_at == time.now
    assert desk.deliveries == []


async def test_multipart_with_a_file_and_no_text(api: Api, desk: Desk) -> None:
    case = await api.open_case()
    form = aiohttp.FormData({"message[user_id]": str(case.user_id)})
    form.add_field("message[attachments][0]", b"\xff\xd8", filename="kutu.jpg", content_type="image/jpeg")
    got = await api.call("POST", f"/api/cases/{case.case_number}/messages.json", data=form)
    assert got.status == 201, got.text
    assert desk.messages(case)[1].files[0].name == "kutu.jpg"


@pytest.mark.parametrize(
    ("message", "status", "code"),
    [
        ({"user_id": 0, "staff_id": 999, "content": "x"}, 404, "staff_not_found"),
        ({"staff_id": 887, "content": "x"}, 403, "staff_not_active"),
        ({"user_id": 1, "content": "x"}, 404, "user_not_found"),
        ({"user_id": 5_120_087, "content": ""}, 400, "empty_content"),
        ({"user_id": "me", "content": "x"}, 400, "wrong_user_id"),
    ],
)
async def test_a_refused_message_leaves_no_trace(
    api: Api, desk: Desk, message: dict[str, object], status: int, code: str
) -> None:
    case = await api.open_case()
    got = await api.call("POST", f"/api/cases/{case.case_id}/messages.json", {"message": message})
    assert (got.status, got.data) == (status, {"error": code})
    assert (len(desk.messages(case)), case.status, desk.deliveries) == (1, Status.OPEN, [])


async def test_a_purged_case_is_not_found(api: Api, desk: Desk) -> None:
    case = await api.open_case()
    desk.purge(case.case_id)
    got = await api.say(case)
    assert (got.status, got.data) == (404, {"error": "case_not_found"})


@pytest.mark.parametrize("reopens", [True, False])
async def test_switch_reopen_on_append(api: Api, desk: Desk, *, reopens: bool) -> None:
    desk.switches.reopen_on_append = reopens
    case = await api.open_case()
    desk.set_status(case.case_id, "closed", done_by="staff_905")
    assert (await api.say(case)).status == 201
    assert case.status is (Status.OPEN if reopens else Status.CLOSED)
    assert (case.closed_at is None) is reopens


@pytest.mark.parametrize("reopens", [True, False])
async def test_switch_reopen_waiting_on_append(api: Api, desk: Desk, *, reopens: bool) -> None:
    desk.switches.reopen_waiting_on_append = reopens
    case = await api.open_case()
    desk.set_status(case.case_id, "waiting")
    await api.say(case)
    assert case.status is (Status.OPEN if reopens else Status.WAITING)


@pytest.mark.parametrize("waits", [True, False])
async def test_switch_waiting_after_agent_reply(desk: Desk, api: Api, *, waits: bool) -> None:
    desk.switches.waiting_after_agent_reply = waits
    case = await api.open_case()
    await desk.agent_reply(case.case_id, "<p>Bakıyoruz.</p>", 905)
    assert case.status is (Status.WAITING if waits else Status.OPEN)


async def test_switches_for_trash_and_spam(api: Api, desk: Desk) -> None:
    case = await api.open_case()
    desk.trash(case.case_id)
    assert (await api.say(case)).status == 201
    desk.switches.trashed_accepts_reply = False
    assert (await api.say(case)).data == {"error": "case_not_found"}
    desk.spam(case.case_id)
    assert (await api.say(case)).status == 201
    desk.switches.spam_accepts_reply = False
    assert (await api.say(case)).data == {"error": "case_not_found"}
    desk.restore(case.case_id)
    assert (await api.say(case)).status == 201


async def test_switch_foreign_user_accepted(api: Api, desk: Desk) -> None:
    case, other = await api.open_case("a"), await api.open_case("b")
    body = {"message": {"user_id": other.user_id, "content": "Ben de!"}}
    path = f"/api/cases/{case.case_id}/messages.json"
    assert (await api.call("POST", path, body)).data == {"error": "user_not_found"}
    desk.switches.foreign_user_accepted = True
    assert (await api.call("POST", path, body)).status == 201


async def test_linked_and_merged_customers_may_write(api: Api, desk: Desk) -> None:
    parent, child, linked = await api.open_case("a"), await api.open_case("b"), await api.open_case("c")
    desk.merge(child.case_id, parent.case_id)
    desk.people.link(desk.user(child.user_id), desk.user(linked.user_id))
    for user_id in (parent.user_id, child.user_id, linked.user_id):
        body = {"message": {"user_id": user_id, "content": "x"}}
        assert (await api.call("POST", f"/api/cases/{parent.case_id}/messages.json", body)).status == 201


async def test_order_limit_and_pages(api: Api, desk: Desk, time: ManualTime) -> None:
    case = await api.open_case()
    for index in range(1, 6):
        time.pass_by(1)
        await api.say(case, str(index))
    path = f"/api/cases/{case.case_id}/messages.json"

    async def contents(query: str) -> list[object]:
        return [message["content"] for message in (await api.get(path + query)).many("message")]

    assert await contents("") == ["", "1", "2", "3", "4", "5"]
    assert await contents("?order=desc&limit=2") == ["5", "4"]
    assert await contents("?order=desc&limit=2&page=2") == ["3", "2"]
    assert await contents("?limit=4&page=2") == ["4", "5"]
    assert (await api.get(f"{path}?limit=2")).data["total_count"] == 6


@pytest.mark.parametrize("last", [True, False])
async def test_switch_bare_messages_last_100(api: Api, desk: Desk, *, last: bool) -> None:
    desk.switches.bare_messages_last_100 = last
    case = await api.open_case()
    for index in range(1, 102):
        await desk.add_note(case.case_id, str(index), 905)
    got = (await api.get(f"/api/cases/{case.case_id}/messages.json")).many("message")
    assert len(got) == 100
    assert got[-1]["content_html"] == ("101" if last else "99")


@pytest.mark.parametrize("path", ["note", "notes"])
async def test_a_note_is_a_message_with_note_true(api: Api, desk: Desk, path: str) -> None:
    case = await api.open_case()
    got = await api.call("POST", f"/api/cases/{case.case_id}/{path}.json", {"note": {"content": "İç not"}})
    assert got.status == 201
    assert (got.one("message")["note"], got.one("message")["staff_id"]) == (True, 905)
    assert case.status is Status.OPEN
    assert [
        message["note"] for message in (await api.get(f"/api/cases/{case.case_id}/messages.json")).many("message")
    ] == [
        False,
        True,
    ]


async def test_a_message_is_edited_and_deleted_without_a_webhook(api: Api, desk: Desk) -> None:
    case = await api.open_case()
    message = await desk.agent_reply(case.case_id, "<p>Bugün</p>", 905)
    path = f"/api/cases/{case.case_id}/messages/{message.message_id}.json"
    got = await api.call("PUT", path, {"message": {"content_html": "<p>Yarın</p>"}})
    assert got.one("message")["content_html"] == "<p>Yarın</p>"
    assert (await api.call("PUT", path, {"message": {}})).data == {"error": "empty_content"}
    note_path = path.replace("messages/", "note/")
    assert (await api.call("DELETE", note_path)).data == {"error": "message_not_found"}
    got = await api.call("DELETE", path)
    assert (got.status, got.text, len(desk.messages(case))) == (200, "", 1)
    assert len(desk.deliveries) == 1
    assert (await api.call("DELETE", path)).data == {"error": "message_not_found"}


async def test_a_note_is_edited(api: Api, desk: Desk) -> None:
    case = await api.open_case()
    note = await desk.add_note(case.case_id, "eski", 905)
    path = f"/api/cases/{case.case_id}/note/{note.message_id}.json"
    got = await api.call("PUT", path, {"note": {"content": "yeni"}})
    assert (got.one("message")["content"], got.one("message")["content_html"]) == ("yeni", "")


async def test_a_desk_may_let_no_message_be_edited(api: Api, desk: Desk) -> None:
    case = await api.open_case()
    desk.switches.messages_editable = False
    path = f"/api/cases/{case.case_id}/messages/{desk.messages(case)[0].message_id}.json"
    got = await api.call("PUT", path, {"message": {"content": "yeni"}})
    assert (got.status, got.data) == (403, {"error": "staff_has_not_access"})


async def test_a_100_kb_message_is_kept_whole(api: Api, desk: Desk) -> None:
    case = await api.open_case()
    await api.say(case, "ığüşöç🎉" * 7_000)
    assert desk.messages(case)[1].content == "ığüşöç🎉" * 7_000
