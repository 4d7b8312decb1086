"""A rule's webhook: what the admin wrote, every value a string, states as words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from forum_bridge.sandbox.desk import Desk, Refusal

if TYPE_CHECKING:
    from tests.sandbox_desk.conftest import Api, Receiver


async def test_a_closed_case_as_json(api: Api, desk: Desk, receiver: Receiver) -> None:
    case = await api.open_case()
    reply = await desk.agent_reply(case.case_id, "Yarın", 911)
    await desk.webhooks_idle()
    desk.rules.add(receiver.url, headers={"Authorization": "ortak-sır".encode().hex()})
    desk.set_status(case.case_id, "closed")
    desk.set_status(case.case_id, "closed")  # no change, no event
    await desk.webhooks_idle()
    (hit,) = receiver.hits[1:]
    assert hit.content_type == "application/json"
    assert hit.headers["Authorization"] == "ortak-sır".encode().hex()
    assert json.loads(hit.raw) == {
        "event_type": "case.closed",
        "case_id": str(case.case_id),
        "case_number": case.case_number,
        "case_status": "Kapalı",
        "last_message_id": str(reply.message_id),
        "staff_id": "911",
        "user_id": str(case.user_id),
    }
    assert len(desk.deliveries_of(reply.message_id)) == 1  # the rule's is not the answer's
    assert hit.headers["Authorization"] not in repr(desk.deliveries)


@pytest.mark.parametrize(("words", "word"), [("tr", "Açık"), ("en", "Open"), ("ru", "Открытое")])
async def test_switch_rule_words_and_every_variable(
    api: Api, desk: Desk, receiver: Receiver, words: str, word: str
) -> None:
    desk.switches.apply({"rule_words": words})
    body = {"event_type": "yeni", "all": "[case_status]|[case_tags]|[case_group]|[custom_field_71]|[user_full_name]"}
    body["text"] = "[case_description]/[case_subject] [note_text][last_note_id] [nonsense] [user_lang] [case_url]"
    desk.rules.add(receiver.url, ["case.created"], body)
    case = await api.open_case(labels=[55, 57], group_id=310, custom_fields={"cf_71": "t/9"})
    await desk.webhooks_idle()
    assert json.loads(receiver.hits[0].raw) == {
        "event_type": "yeni",
        "all": f"{word}|forum, acil|Destek|t/9|Selin Aydın",
        "text": "Siparişim nerede? 📦/Kargo takibi (forum #9120)  [nonsense] tr "
        f"{api.url}/staff/cases/record/{case.case_number}",
    }


@pytest.mark.parametrize(("zero", "unset"), [(False, ""), (True, "0")])
@pytest.mark.parametrize("twice", [False, True])
async def test_switches_rule_json_rule_encoded_twice_and_rule_unset_zero(
    api: Api, desk: Desk, receiver: Receiver, unset: str, *, zero: bool, twice: bool
) -> None:
    desk.switches.rule_json = False
    desk.switches.rule_encoded_twice, desk.switches.rule_unset_zero = twice, zero
    case = await api.open_case()
    desk.rules.add(receiver.url, ["case.waiting"])
    desk.set_status(case.case_id, "waiting")
    await desk.webhooks_idle()
    (hit,) = receiver.hits
    assert hit.content_type == "application/x-www-form-urlencoded"
    status = hit.form["case_status"]
    assert (status, unquote(status)) == ("Beklemede", "Beklemede")
    assert (unquote(hit.form["event_type"]), hit.form["staff_id"]) == ("case.waiting", unset)
    desk.set_status(case.case_id, "open")
    desk.rules.clear()
    desk.rules.add(receiver.url, ["case.closed"])
    desk.set_status(case.case_id, "closed")
    await desk.webhooks_idle()
    assert (b"%25C4%25B1" in receiver.hits[1].raw) is twice
    assert (receiver.hits[1].form["case_status"] == "Kapalı") is not twice


async def test_which_acts_a_rule_hears_of(api: Api, desk: Desk, receiver: Receiver) -> None:
    body = {"event": "x", "message": "[last_message]", "status": "[case_status]"}
    desk.rules.add(receiver.url, ["case.updated"], {"event": "updated", **body, "words": "[note_text]"})
    desk.rules.add(receiver.url, ["case.opened"], {"event": "opened"})
    case = await api.open_case()
    await desk.webhooks_idle()
    assert receiver.hits == []
    desk.set_status(case.case_id, "waiting")
    await api.say(case, "geldi mi?")  # updates and opens in one act
    await desk.webhooks_idle()
    seen = [json.loads(hit.raw) for hit in receiver.hits]
    assert [len(each) for each in seen] == [4, 4, 1]
    assert (seen[1]["message"], seen[1]["status"]) == ("geldi mi?", "Açık")


def test_an_unknown_happening_is_refused() -> None:
    desk = Desk()
    for events in (["case.exploded"], []):
        with pytest.raises(Refusal, match="wrong_event"):
            desk.rules.add("http://127.0.0.1:9/rule", events)
