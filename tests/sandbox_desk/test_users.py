"""Users through the API: made on the fly, found, linked, blocked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from forum_bridge.sandbox.desk import Desk
from forum_bridge.sandbox.desk.choices import Wrapped

if TYPE_CHECKING:
    from tests.sandbox_desk.conftest import Api, Got


async def make(api: Api, **user: object) -> Got:
    return await api.call("POST", "/api/users.json", {"user": user})


async def test_one_user_per_channel_and_identifier(api: Api, desk: Desk) -> None:
    first = await api.open_case("u-1", user_full_name="Ayşe Yılmaz", company_name="Acme")
    second = await api.open_case("u-1", user_full_name="Ayşe Öz")
    elsewhere = await api.open_case("u-1", channel="cch43")
    assert first.user_id == second.user_id != elsewhere.user_id
    user = desk.user(first.user_id)
    assert (user.full_name, user.company_name) == ("Ayşe Öz", "Acme")
    assert len(desk.users()) == 2


async def test_creating_a_known_user_finds_them(api: Api, desk: Desk) -> None:
    case = await api.open_case("u-1")
    got = await make(api, user_custom_id="u-1", user_custom_channel="cch42", custom_fields={"cf_72": "9"})
    assert (got.status, got.one("user")["user_id"]) == (201, case.user_id)
    assert got.one("user")["custom_fields"] == {"cf_72": "9"}
    assert got.one("user")["password"]
    shown = (await api.get(f"/api/users/{case.user_id}.json")).one("user")
    assert "password" not in shown
    assert (shown["user_custom_id"], shown["user_custom_channel"], shown["type"]) == ("u-1", "cch42", "cch42")


@pytest.mark.parametrize(
    ("user", "code"),
    [
        ({}, "empty_contact"),
        ({"user_custom_id": "x"}, "channel_not_found"),
        ({"user_email": "taken@x.example"}, "email_already_exist"),
        ({"user_phone": "+905551112233"}, "phone_already_exist"),
    ],
)
async def test_a_refused_user(api: Api, desk: Desk, user: dict[str, object], code: str) -> None:
    assert (await make(api, user_email="taken@x.example")).status == 201
    assert (await make(api, user_phone="+905551112233")).status == 201
    assert (await make(api, **user)).data == {"error": code}
    assert len(desk.users()) == 2


async def test_search_is_by_substring_unless_anchored(api: Api, desk: Desk) -> None:
    for custom_id in ("77", "771", "forum:77", "Ali", "ali"):
        await api.open_case(custom_id)

    async def found(pattern: str, channel: str = "cch42") -> list[object]:
        got = await api.get(f"/api/users.json?user_custom_id={pattern}&user_custom_channel={channel}")
        return [user["user_custom_id"] for user in got.many("user")]

    assert await found("77") == ["77", "771", "forum:77"]
    assert await found("%5E77%5E") == ["77"]
    assert await found("%5E77") == ["77", "771"]
    assert await found("77%5E") == ["77", "forum:77"]
    assert await found("%5E77%5E", "cch43") == []
    assert await found("%5Eali%5E") == ["Ali", "ali"]
    desk.switches.search_ignores_case = False
    assert await found("%5Eali%5E") == ["ali"]
    desk.switches.custom_id_anchors = False
    assert await found("%5E77%5E") == []


async def test_a_shared_e_mail_or_phone_links_profiles(api: Api, desk: Desk) -> None:
    mail = (await make(api, user_email="can@x.example")).one("user")["user_id"]
    phone = (await make(api, user_phone="+905551112233")).one("user")["user_id"]
    case = await api.open_case("u-1", user_email="can@x.example", user_phone="+905551112233")
    assert desk.user(case.user_id).linked == {mail, phone}
    assert (await api.get(f"/api/users/{mail}.json")).one("user")["linked_users"] == sorted({phone, case.user_id})


async def test_an_e_mail_of_another_identifier_of_the_channel_does_not_link(api: Api, desk: Desk) -> None:
    first = await api.open_case("u-1", user_email="can@x.example")
    second = await api.open_case("u-2", user_email="can@x.example")
    assert (desk.user(second.user_id).linked, desk.user(second.user_id).email) == (set(), "")
    other = await api.open_case("u-3", channel="cch43", user_email="can@x.example")
    assert desk.user(other.user_id).linked == {first.user_id}


async def test_link_and_unlink_by_hand(api: Api, desk: Desk) -> None:
    cases = [await api.open_case(custom_id) for custom_id in "abc"]
    first, second, third = (case.user_id for case in cases)
    await make(api, user_email="d@x.example")
    path = f"/api/users/{first}/"
    await api.call("PUT", f"{path}link.json", {"user": {"user_id": second}})
    await api.call("PUT", f"{path}link.json", {"user": {"user_id": third}})
    got = await api.call("PUT", f"{path}link.json", {"user": {"user_email": "d@x.example"}})
    assert len(got.one("user")["linked_users"]) == 3
    await api.call("PUT", f"{path}unlink.json", {"user": {"user_id": second}})
    assert desk.user(second).linked == set()
    assert second not in desk.user(third).linked
    assert third in desk.user(first).linked
    for body in ({"user_id": first}, {"user_phone": "+1"}, {}):
        assert (await api.call("PUT", f"{path}link.json", {"user": body})).status in {400, 404}


async def test_a_blocked_customers_case_lands_in_spam(api: Api, desk: Desk) -> None:
    case = await api.open_case("u-1")
    got = await api.call("PUT", f"/api/users/{case.user_id}/block.json")
    assert got.one("user")["active"] is False
    assert (await api.open_case("u-1")).spam is True
    await api.call("PUT", f"/api/users/{case.user_id}/restore.json")
    assert (await api.open_case("u-1")).spam is False


@pytest.mark.parametrize("moves", [True, False])
async def test_switch_block_moves_cases(api: Api, desk: Desk, *, moves: bool) -> None:
    desk.switches.block_moves_cases = moves
    case, trashed = await api.open_case("u-1"), await api.open_case("u-1")
    desk.trash(trashed.case_id)
    await api.call("PUT", f"/api/users/{case.user_id}/block.json")
    assert (case.spam, trashed.spam, trashed.deleted) == (moves, moves, True)
    assert (await api.say(case)).status == 201
    assert case.spam is True  # a new message of a blocked customer in any event


@pytest.mark.parametrize("accepted", [True, False])
async def test_switch_disabled_user_accepted(api: Api, desk: Desk, *, accepted: bool) -> None:
    desk.switches.disabled_user_accepted = accepted
    case = await api.open_case("u-1")
    await api.call("PUT", f"/api/users/{case.user_id}/disable.json")
    assert (await api.say(case)).data.get("error") == (None if accepted else "user_not_found")
    await api.call("PUT", f"/api/users/{case.user_id}/restore.json")
    assert (await api.say(case)).status == 201


@pytest.mark.parametrize("refused", [True, False])
async def test_switch_fixed_contact_refused(api: Api, desk: Desk, *, refused: bool) -> None:
    desk.switches.fixed_contact_refused = refused
    case = await api.open_case("u-1", user_email="can@x.example")
    path = f"/api/users/{case.user_id}.json"
    changed = await api.call("PUT", path, {"user": {"user_email": "deniz@x.example"}})
    assert changed.one("user")["user_email"] == "deniz@x.example"
    desk.user(case.user_id).confirmed = True
    got = await api.call("PUT", path, {"user": {"user_email": "ece@x.example"}})
    assert got.data.get("error") == ("wrong_email" if refused else None)
    got = await api.call("PUT", path, {"user": {"user_phone": "+905551112233"}})
    assert got.data.get("error") == ("wrong_phone" if refused else None)
    user = desk.user(case.user_id)
    assert (user.email, user.phone) == ("deniz@x.example", "")
    found = await api.get("/api/users.json?user_email=can@x.example")
    assert found.many("user") == []


@pytest.mark.parametrize(
    ("body", "allowed"), [("wrapped", {"either", "wrapped"}), ("bare", {"either", "bare"})], ids=["wrapped", "bare"]
)
@pytest.mark.parametrize("switch", list(Wrapped))
async def test_switch_link_body(api: Api, desk: Desk, switch: Wrapped, body: str, allowed: set[str]) -> None:
    desk.switches.link_body = switch
    first, second = await api.open_case("a"), await api.open_case("b")
    values: dict[str, object] = {"user_id": second.user_id}
    sent = {"user": values} if body == "wrapped" else values
    await api.call("PUT", f"/api/users/{first.user_id}/link.json", sent)
    assert bool(desk.user(first.user_id).linked) is (switch in allowed)
    desk.people.link(desk.user(first.user_id), desk.user(second.user_id))
    await api.call("PUT", f"/api/users/{first.user_id}/unlink.json", sent)
    assert bool(desk.user(first.user_id).linked) is (switch not in allowed)


async def test_switches_user_type_is_channel_and_linked_users_include_self(api: Api, desk: Desk) -> None:
    first, second = await api.open_case("a"), await api.open_case("b")
    desk.people.link(desk.user(first.user_id), desk.user(second.user_id))
    path = f"/api/users/{first.user_id}.json"
    shown = (await api.get(path)).one("user")
    assert (shown["type"], shown["linked_users"]) == ("cch42", [second.user_id])
    desk.switches.user_type_is_channel, desk.switches.linked_users_include_self = False, True
    shown = (await api.get(path)).one("user")
    assert (shown["type"], shown["linked_users"]) == ("custom_channel", [first.user_id, second.user_id])


async def test_a_linked_profiles_cases_and_switch_list_includes_linked(api: Api, desk: Desk) -> None:
    first, second = await api.open_case("a"), await api.open_case("b")
    desk.people.link(desk.user(first.user_id), desk.user(second.user_id))
    path = f"/api/cases.json?user_id={first.user_id}"
    assert [case["case_id"] for case in (await api.get(path)).many("case")] == [first.case_id]
    desk.switches.list_includes_linked = True
    assert [case["case_id"] for case in (await api.get(path)).many("case")] == [second.case_id, first.case_id]


async def test_a_disabled_user_is_not_found_again(api: Api, desk: Desk) -> None:
    case = await api.open_case("u-1")
    got = await api.call("PUT", f"/api/users/{case.user_id}/disable.json")
    assert got.one("user")["deleted"] is True
    assert (await api.open_case("u-1")).user_id != case.user_id


async def test_update_and_delete(api: Api, desk: Desk) -> None:
    case = await api.open_case("u-1")
    path = f"/api/users/{case.user_id}.json"
    body = {"user": {"user_full_name": "Işıl Çağ", "user_custom_id": "u-2", "custom_fields": {"cf_72": "1"}}}
    got = (await api.call("PUT", path, body)).one("user")
    assert (got["user_full_name"], got["user_custom_id"], got["custom_fields"]) == ("Işıl Çağ", "u-1", {"cf_72": "1"})
    assert (await api.call("DELETE", path)).text == ""
    assert (await api.get(path)).data == {"error": "user_not_found"}
    assert (await api.say(case)).data == {"error": "user_not_found"}
    assert (await api.open_case("u-1")).user_id != case.user_id


async def test_an_e_mail_case_has_no_custom_channel(api: Api, desk: Desk) -> None:
    body = {"case": {"user_email": "can@x.example", "subject": "s", "content": "c"}}
    assert (await api.call("POST", "/api/cases.json", body)).one("case")["channel"] == "email"
    await desk.agent_reply(desk.cases()[0].case_id, "x", 905)
    assert desk.deliveries == []
