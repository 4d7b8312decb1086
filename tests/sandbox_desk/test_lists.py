"""Lists: their shapes, pages, filters and search."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from forum_bridge.sandbox.desk import DeepPage, Desk, EmptyList
from forum_bridge.sandbox.desk.query import matcher

if TYPE_CHECKING:
    from tests.sandbox_desk.conftest import Api, ManualTime


async def test_a_list_is_an_object_with_numeric_keys(api: Api) -> None:
    got = await api.get("/api/staff.json")
    assert list(got.data) == ["0", "1", "2", "total_count"]
    assert [agent["staff_full_name"] for agent in got.many("staff")] == ["Elif Kaya", "Mert Demir", "Deniz Şahin"]
    assert [agent["active"] for agent in got.many("staff")] == [True, True, False]
    assert "sandbox-" not in got.text  # the key


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        (EmptyList.TOTAL, '{\n    "total_count": 0\n}'),
        (EmptyList.KEYED, '{\n    "case": []\n}'),
        (EmptyList.OBJECT, "{}"),
        (EmptyList.ARRAY, "[]"),
    ],
)
async def test_switch_empty_list(api: Api, desk: Desk, shape: EmptyList, text: str) -> None:
    desk.switches.empty_list = shape
    assert (await api.get("/api/cases.json")).text == text


async def test_paging_is_clamped(api: Api, time: ManualTime) -> None:
    for index in range(103):
        await api.open_case(f"u-{index}")

    async def count(query: str) -> int:
        return len((await api.get(f"/api/cases.json?{query}")).many("case"))

    assert await count("") == 100
    assert await count("limit=500") == 100
    assert await count("limit=0") == 100
    assert await count("limit=-3") == 1
    assert await count("page=0&limit=2") == 2
    assert await count("page=2") == 3
    assert await count("page=3") == 0
    assert (await api.get("/api/cases.json?page=3")).data == {"total_count": 103}


async def test_switch_deep_page(api: Api, desk: Desk) -> None:
    await api.open_case()
    assert (await api.get("/api/cases.json?page=501")).data == {"total_count": 1}
    desk.switches.deep_page = DeepPage.ERROR
    got = await api.get("/api/cases.json?page=501")
    assert (got.status, got.data) == (400, {"error": "wrong_page"})
    assert (await api.get("/api/cases.json?page=500")).status == 200


async def test_case_filters(api: Api, desk: Desk, time: ManualTime) -> None:
    first = await api.open_case("a", labels=[55, 56], subject="Kargo", user_email="a@x.example")
    time.pass_by(3_600)
    second = await api.open_case("b", priority="high", staff_id=911, custom_fields={"cf_71": "t9"}, subject="Fatura")
    third = await api.open_case("a", status="closed", group_id=310)

    async def found(query: str) -> list[object]:
        return [case["case_id"] for case in (await api.get(f"/api/cases.json?{query}")).many("case")]

    assert await found(f"user_id={first.user_id}") == [third.case_id, first.case_id]
    assert await found(f"user_id[]={first.user_id}&user_id[]={second.user_id}&limit=1&page=2") == [second.case_id]
    assert await found(f"user_id={first.user_id}&status=open") == [first.case_id]
    assert await found("staff_id=0&sort=created_at_asc") == [first.case_id, third.case_id]
    assert await found("staff_id=911") == [second.case_id]
    assert await found("group_id=310") == [third.case_id]
    assert await found("labels[]=55&labels[]=56") == [first.case_id]
    assert await found("labels[]=55&labels[]=57") == []
    assert await found("priority=high") == [second.case_id]
    assert await found("channel=cch43") == []
    assert await found("custom_fields[cf_71]=t9") == [second.case_id]
    assert await found("subject=atur") == [second.case_id]
    assert await found("subject=%5EKargo%5E") == [first.case_id]
    assert await found("user_email=a@x") == [third.case_id, first.case_id]
    assert await found("user_custom_id=%5Eb%5E") == [second.case_id]
    stamp = int(first.created_at.timestamp())
    assert await found(f"to_time={stamp}") == [first.case_id]
    assert await found(f"from_updated_time={stamp + 1}") == [third.case_id, second.case_id]
    assert await found("sort=priority_desc&limit=1") == [second.case_id]
    assert await found("sort=status_desc&limit=1") == [third.case_id]
    desk.switches.default_sort = "created_at_asc"
    assert (await found(""))[0] == first.case_id
    assert (await found("sort=nonsense"))[0] == first.case_id


async def test_switch_list_trashed(api: Api, desk: Desk) -> None:
    trashed, spam = await api.open_case(), await api.open_case()
    desk.trash(trashed.case_id)
    desk.spam(spam.case_id)
    assert len((await api.get("/api/cases.json")).many("case")) == 2
    desk.switches.list_trashed = False
    assert (await api.get("/api/cases.json")).many("case") == []


@pytest.mark.parametrize("spelling", ["true", "True", "1"])
async def test_an_active_chat_hides_from_lists(api: Api, desk: Desk, spelling: str) -> None:
    chat = await api.open_case(channel="cch43")
    assert (await api.get(f"/api/cases.json?user_id={chat.user_id}")).many("case") == []
    got = await api.get(f"/api/cases.json?user_id={chat.user_id}&show_active_chats={spelling}")
    assert [case["case_id"] for case in got.many("case")] == [chat.case_id]
    desk.chats.complete(chat)
    assert len((await api.get("/api/cases.json")).many("case")) == 1
    await api.say(chat)  # and the chat goes on
    assert (await api.get("/api/cases.json")).many("case") == []


async def test_what_an_admin_set_up(api: Api, desk: Desk) -> None:
    desk.set_channel("cch42", webhook_url="https://bridge.example/hook/3f9c")
    channels = (await api.get("/api/custom_channels.json")).many("custom_channel")
    assert channels[0] == {
        "channel_id": 42,
        "channel_api_key": "cch42",
        "title": "Forum",
        "channel_type": "async",
        "icon": "fa-comments",
        "webhook_url": "https://bridge.example/hook/3f9c",
        "active": True,
    }
    assert [(item["channel_type"], item["active"]) for item in channels[1:]] == [("sync", True), ("async", False)]
    labels = await api.get("/api/labels.json?limit=1")
    assert labels.many("label") == [{"label_id": 55, "label_title": "forum"}]
    assert labels.data["total_count"] == 3
    assert [item["code"] for item in (await api.get("/api/languages.json")).many("language")] == ["tr", "en"]
    assert [item["group_title"] for item in (await api.get("/api/groups.json")).many("group")] == ["Destek", "Satış"]
    fields = (await api.get("/api/custom_fields.json")).many("custom_field")
    assert [(item["field_id"], item["field_level"]) for item in fields] == [(71, "case"), (72, "user")]
    assert (await api.get("/api/staff/905.json")).one("staff")["staff_full_name"] == "Elif Kaya"
    assert (await api.get("/api/groups/310.json")).one("group")["active"] is True
    assert (await api.get("/api/staff/1.json")).data == {"error": "staff_not_found"}
    assert (await api.get("/api/groups/1.json")).data == {"error": "group_not_found"}


@pytest.mark.parametrize(
    ("pattern", "hits"),
    [
        ("abc", {"abc", "xabc", "abcx", "xabcx", "ABC"}),
        ("^abc^", {"abc", "ABC"}),
        ("^abc", {"abc", "abcx", "ABC"}),
        ("abc^", {"abc", "xabc", "ABC"}),
        ("", {"abc", "xabc", "abcx", "xabcx", "ABC", ""}),
        ("^", {"abc", "xabc", "abcx", "xabcx", "ABC", ""}),
        ("^^", {""}),
    ],
)
def test_anchors(pattern: str, hits: set[str]) -> None:
    texts = {"abc", "xabc", "abcx", "xabcx", "ABC", ""}
    assert {text for text in texts if matcher(pattern)(text)} == hits
