"""What the API writes beside cases and messages: labels, groups, ratings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from forum_bridge.sandbox.desk import Desk

if TYPE_CHECKING:
    from tests.sandbox_desk.conftest import Api


async def test_a_label_is_made_renamed_carried_and_deleted(api: Api, desk: Desk) -> None:
    made = await api.call("POST", "/api/labels.json", {"label": {"label_title": "köprü"}})
    label = made.one("label")
    assert (made.status, label["label_title"]) == (201, "köprü")
    path = f"/api/labels/{label['label_id']}.json"
    got = await api.call("PUT", path, {"label": {"label_title": "forum köprüsü"}})
    assert got.one("label") == {"label_id": label["label_id"], "label_title": "forum köprüsü"}
    case = await api.open_case(labels=[55, label["label_id"]])
    got = await api.call("DELETE", path)
    assert (got.status, got.text, case.labels) == (200, "", [55])
    assert (case.changes[-1].event, case.changes[-1].value) == ("labels", "55")
    assert (await api.call("DELETE", path)).data == {"error": "label_not_found"}
    got = await api.call("POST", "/api/labels.json", {"label": {"label_title": ""}})
    assert got.data == {"error": "empty_label_title"}


async def test_a_group_is_made_changed_disabled_and_deleted(api: Api, desk: Desk) -> None:
    body = {"group": {"group_title": "İade", "group_from_name": "Acme İade", "group_signature": "Acme"}}
    made = await api.call("POST", "/api/groups.json", body)
    group_id = made.one("group")["group_id"]
    assert made.status == 201
    path = f"/api/groups/{group_id}"
    got = await api.call("PUT", f"{path}.json", {"group": {"group_title": "İadeler"}})
    assert got.one("group") == {
        "group_id": group_id,
        "group_title": "İadeler",
        "group_from_name": "Acme İade",
        "group_signature": "Acme",
        "active": True,
    }
    case, other = await api.open_case(group_id=group_id), await api.open_case(group_id=311)
    for heir in (0, group_id, 999):
        got = await api.call("PUT", f"{path}/disable.json", {"group": {"replace_group_id": heir}})
        assert got.data == {"error": "group_not_found"}
    got = await api.call("PUT", f"{path}/disable.json", {"group": {"replace_group_id": 310}})
    assert (got.one("group")["active"], case.group_id, other.group_id) == (False, 310, 311)
    assert (case.changes[-1].event, case.changes[-1].value) == ("group", "310")
    assert (await api.call("PUT", f"{path}/enable.json")).one("group")["active"] is True
    got = await api.call("DELETE", f"{path}.json", {"group": {"replace_group_id": 310}})
    assert (got.status, got.text) == (200, "")
    assert (await api.get(f"{path}.json")).data == {"error": "group_not_found"}


async def test_a_case_and_a_message_are_rated(api: Api, desk: Desk) -> None:
    case = await api.open_case(staff_id=911)
    reply = await desk.agent_reply(case.case_id, "Yarın", 905)
    assert "rating" not in (await api.get(f"/api/cases/{case.case_id}.json")).one("case")
    body: dict[str, object] = {"rate": {"rating": "high", "rating_comment": "Teşekkürler"}}
    got = await api.call("PUT", f"/api/cases/{case.case_number}/rate.json", body)
    rated = ("rating", "rating_comment", "rated_staff_id")
    assert [got.one("case")[name] for name in rated] == ["high", "Teşekkürler", 911]
    body = {"rate": {"rating": "low", "rated_staff_id": 905}}
    got = await api.call("PUT", f"/api/cases/{case.case_id}/rate/{reply.message_id}.json", body)
    assert [got.one("message")[name] for name in rated] == ["low", "", 905]
    shown = (await api.get(f"/api/cases/{case.case_id}/messages.json")).many("message")
    assert ["rating" in message for message in shown] == [False, True]


@pytest.mark.parametrize(
    ("path", "rate", "code"),
    [
        ("rate", {"rating": "great"}, "wrong_rating"),
        ("rate", {"rating": "low", "rated_staff_id": 999}, "staff_not_found"),
        ("rate/1", {"rating": "low"}, "message_not_found"),
    ],
)
async def test_a_refused_rating(api: Api, path: str, rate: dict[str, object], code: str) -> None:
    case = await api.open_case()
    got = await api.call("PUT", f"/api/cases/{case.case_id}/{path}.json", {"rate": rate})
    assert (got.data, case.rating) == ({"error": code}, None)


async def test_the_history_names_every_kind_of_change(api: Api, desk: Desk) -> None:
    case = await api.open_case()
    body = {
        "subject": "İade",
        "status": "waiting",
        "priority": "high",
        "staff_id": 911,
        "group_id": 310,
        "language_id": 2,
        "custom_fields": {"cf_71": "t/9"},
        "labels": [55, 56],
    }
    for _ in range(2):  # the second one changes nothing
        await api.call("PUT", f"/api/cases/{case.case_id}.json", {"case": body})
    await desk.agent_reply(case.case_id, "Otomatik", 905, via_rule=True)
    await api.say(case)
    lines = (await api.get(f"/api/cases/{case.case_id}/changelog.json")).data["changelog"]
    assert [(line["event"], line["done_by"], line.get("value")) for line in lines] == [
        ("subject", "staff_905", "İade"),
        ("priority", "staff_905", "high"),
        ("staff", "staff_905", "911"),
        ("group", "staff_905", "310"),
        ("language", "staff_905", "2"),
        ("status", "staff_905", "waiting"),
        ("custom_field_71", "staff_905", "t/9"),
        ("labels", "staff_905", "55,56"),
        ("rules", "rule_1", None),
        ("status", f"user_{case.user_id}", "open"),
    ]
    assert {line["created_at"] for line in lines} == {"Tue, 14 Jan 2025 10:02:11 +0300"}
