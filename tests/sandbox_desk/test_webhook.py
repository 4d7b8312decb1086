"""What the channel's webhook gets, in every spelling that the real desk may use."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

import pytest

from forum_bridge.sandbox.desk import Desk, Identifier, Refusal, Upload
from forum_bridge.sandbox.desk.casework import CaseFields
from forum_bridge.sandbox.desk.people import Contact
from forum_bridge.sandbox.desk.plain import plain

if TYPE_CHECKING:
    from tests.sandbox_desk.conftest import Api, ManualTime, Receiver

HTML = '<p>Yarın <b>teslim</b> edilecek.</p><ul><li>Şube</li><li><a href="https://a.example/x">Takip</a></li></ul>'


async def test_the_bytes_on_the_wire(api: Api, desk: Desk, receiver: Receiver) -> None:
    case = await api.open_case("u-7731")
    files = [Upload("fiş.pdf", "application/pdf", b"%PDF")]
    message = await desk.agent_reply(case.case_id, "<p>Yarın & öbür gün 🎉</p>", 905, files=files)
    await desk.webhooks_idle()
    (hit,) = receiver.hits
    assert hit.content_type == "application/x-www-form-urlencoded"
    raw = hit.raw.decode("ascii")
    assert raw.startswith("type=message_new&object%5Bmessage_id%5D=")
    assert unquote_plus(raw) == (
        f"type=message_new&object[message_id]={message.message_id}&object[case_id]={case.case_id}&object[staff_id]=905"
        f"&object[user_id]={case.user_id}&object[custom_user_id]=u-7731&object[content]=Yarın & öbür gün 🎉"
        f"&object[attachments][0][url]={api.url}/files/{message.files[0].file_id}"
        "&object[note]=0&object[sent_via_rule]=0&object[b_from_api]=0"
    )
    (delivery,) = desk.deliveries_of(message.message_id)
    assert (delivery.status, delivery.accepted, delivery.done, len(delivery.attempts)) == (200, True, True, 1)


async def test_content_is_the_text_of_the_reply(api: Api, desk: Desk, receiver: Receiver) -> None:
    case = await api.open_case()
    await desk.agent_reply(case.case_id, HTML, 905)
    await desk.webhooks_idle()
    assert receiver.hits[0].form["object[content]"] == ("Yarın teslim edilecek.\n- Şube\n- Takip (https://a.example/x)")
    assert "object[content_html]" not in receiver.hits[0].form


def test_plain_text_of_odd_html() -> None:
    assert plain("") == ""
    assert plain("a<br>b<blockquote>c</blockquote>d") == "a\nb\nc\nd"
    assert plain("<ul><li><p>a</p><p>b</p></li></ul>") == "- a\nb"
    assert plain("1 &lt; 2 &amp; 3") == "1 < 2 & 3"
    assert plain('<a href="https://a.example">https://a.example</a>') == "https://a.example"


async def test_an_api_reply_says_so_and_is_sent(api: Api, desk: Desk, receiver: Receiver) -> None:
    case = await api.open_case()
    body = {"message": {"staff_id": 911, "content": "Bakıyoruz"}}
    got = await api.call("POST", f"/api/cases/{case.case_id}/messages.json", body)
    assert got.status == 201
    await desk.webhooks_idle()
    form = receiver.hits[0].form
    assert (form["object[b_from_api]"], form["object[staff_id]"], form["object[content]"]) == ("1", "911", "Bakıyoruz")
    assert form["object[message_id]"] == str(got.one("message")["message_id"])


@pytest.mark.parametrize(("switch", "staff"), [(True, "0"), (False, "905")])
async def test_a_rules_reply_and_switch_webhook_rule_staff_zero(
    api: Api, desk: Desk, receiver: Receiver, *, switch: bool, staff: str
) -> None:
    desk.switches.webhook_rule_staff_zero = switch
    case = await api.open_case()
    await desk.agent_reply(case.case_id, "Otomatik yanıt", 905, via_rule=True)
    await desk.webhooks_idle()
    form = receiver.hits[0].form
    assert (form["object[sent_via_rule]"], form["object[staff_id]"]) == ("1", staff)


async def test_customers_and_status_changes_are_not_sent(api: Api, desk: Desk, receiver: Receiver) -> None:
    case = await api.open_case()
    await api.say(case)
    desk.set_status(case.case_id, "closed")
    desk.trash(case.case_id)
    await desk.webhooks_idle()
    assert (receiver.hits, desk.deliveries) == ([], [])


@pytest.mark.parametrize("sent", [True, False])
async def test_switch_webhook_notes(api: Api, desk: Desk, receiver: Receiver, *, sent: bool) -> None:
    desk.switches.webhook_notes = sent
    case = await api.open_case()
    await desk.add_note(case.case_id, "<p>gizli</p>", 905)
    await desk.webhooks_idle()
    assert [hit.form["object[note]"] for hit in receiver.hits] == (["1"] if sent else [])


async def test_switch_webhook_json(api: Api, desk: Desk, receiver: Receiver) -> None:
    desk.switches.webhook_json = True
    case = await api.open_case()
    message = await desk.agent_reply(case.case_id, "<p>Yarın 🎉</p>", 905)
    await desk.webhooks_idle()
    assert receiver.hits[0].content_type == "application/json"
    assert json.loads(receiver.hits[0].raw) == {
        "type": "message_new",
        "object": {
            "message_id": message.message_id,
            "case_id": case.case_id,
            "staff_id": 905,
            "user_id": case.user_id,
            "custom_user_id": "u-7731",
            "content": "Yarın 🎉",
            "note": 0,
            "sent_via_rule": 0,
            "b_from_api": 0,
        },
    }


async def test_switches_for_what_the_object_holds(api: Api, desk: Desk, receiver: Receiver) -> None:
    switches = desk.switches
    switches.webhook_content_html = True
    switches.webhook_entities = True
    switches.webhook_identifier = Identifier.USER_CUSTOM_ID
    switches.webhook_from_api_zero = False
    switches.webhook_attachment_details = True
    case = await api.open_case()
    await desk.agent_reply(case.case_id, "<p>1 &lt; 2</p>", 905, files=[Upload("a.txt", "text/plain", b"abc")])
    switches.webhook_html_in_content = True
    switches.webhook_entities = False
    await desk.agent_reply(case.case_id, "<p>1 &lt; 2</p>", 905)
    await desk.webhooks_idle()
    first, second = (hit.form for hit in receiver.hits)
    assert (first["object[content]"], first["object[content_html]"]) == ("1 &lt; 2", "<p>1 &lt; 2</p>")
    assert first["object[user_custom_id]"] == "u-7731"
    assert "object[custom_user_id]" not in first
    assert "object[b_from_api]" not in first
    assert (first["object[attachments][0][file_name]"], first["object[attachments][0][file_size]"]) == ("a.txt", "3")
    assert second["object[content]"] == "<p>1 &lt; 2</p>"


async def test_an_answer_of_only_a_file(api: Api, desk: Desk, receiver: Receiver) -> None:
    case = await api.open_case()
    await desk.agent_reply(case.case_id, "", 905, files=[Upload("a.txt", "text/plain", b"abc")])
    await desk.webhooks_idle()
    assert receiver.hits[0].form["object[content]"] == ""
    with pytest.raises(Refusal, match="empty_content"):
        await desk.agent_reply(case.case_id, "", 905)


async def test_switch_webhook_copies_and_stray_type(api: Api, desk: Desk, receiver: Receiver) -> None:
    desk.switches.webhook_copies = 2
    desk.switches.webhook_stray_type = "message_edit"
    case = await api.open_case()
    await desk.agent_reply(case.case_id, "x", 905)
    await desk.webhooks_idle()
    assert [hit.form["type"] for hit in receiver.hits] == ["message_edit"] * 2 + ["message_new"] * 2


async def test_order_is_kept_and_switch_webhook_hold_turns_it_round(api: Api, desk: Desk, receiver: Receiver) -> None:
    case = await api.open_case()
    for text in "abc":
        await desk.agent_reply(case.case_id, text, 905)
    await desk.webhooks_idle()
    desk.switches.webhook_hold = 2
    for text in "def":
        await desk.agent_reply(case.case_id, text, 905)
    await desk.wait_for(lambda: len([d for d in desk.deliveries if d.done]) == 5)
    assert "".join(hit.form["object[content]"] for hit in receiver.hits) == "abced"
    await desk.webhooks_idle()  # lets go of what is held
    assert receiver.hits[-1].form["object[content]"] == "f"


async def test_without_retries_an_error_is_final(api: Api, desk: Desk, receiver: Receiver) -> None:
    receiver.statuses = [404]
    case = await api.open_case()
    message = await desk.agent_reply(case.case_id, "x", 905)
    await desk.webhooks_idle()
    (delivery,) = desk.deliveries_of(message.message_id)
    assert (delivery.status, delivery.accepted, delivery.done, len(receiver.hits)) == (404, False, True, 1)


async def test_switch_webhook_retries(api: Api, desk: Desk, receiver: Receiver, time: ManualTime) -> None:
    desk.switches.webhook_retries = 3
    desk.switches.webhook_retry_seconds = 45.0
    receiver.statuses = [500, 302]
    case = await api.open_case()
    message = await desk.agent_reply(case.case_id, "x", 905)
    await desk.webhooks_idle()
    (delivery,) = desk.deliveries_of(message.message_id)
    assert [attempt.status for attempt in delivery.attempts] == [500, 302, 200]
    assert len({hit.raw for hit in receiver.hits}) == 1
    assert time.slept == [45.0, 45.0]


async def test_switch_webhook_delay(api: Api, desk: Desk, receiver: Receiver, time: ManualTime) -> None:
    desk.switches.webhook_delay_seconds = 20.0
    case = await api.open_case()
    await desk.agent_reply(case.case_id, "x", 905)
    await desk.webhooks_idle()
    assert (time.slept, len(receiver.hits)) == ([20.0], 1)


async def test_no_receiver_and_no_address(api: Api, desk: Desk, unused_tcp_port: int) -> None:
    case = await api.open_case()
    lonely = await desk.agent_reply(case.case_id, "x", 905)
    secret = f"http://127.0.0.1:{unused_tcp_port}/hook/secret"
    desk.set_channel("cch42", webhook_url=secret)
    refused = await desk.agent_reply(case.case_id, "x", 905)
    await desk.webhooks_idle()
    (without,), (with_one,) = desk.deliveries_of(lonely.message_id), desk.deliveries_of(refused.message_id)
    assert (without.status, without.done) == (None, True)
    assert "no webhook URL" in without.attempts[0].trouble
    assert with_one.attempts[0].trouble == "ClientConnectorError"
    assert "secret" not in repr(with_one)


async def test_closing_the_desk_ends_what_is_under_way(receiver: Receiver) -> None:
    asleep = asyncio.Event()

    async def never(_: float) -> None:
        asleep.set()
        await asyncio.Event().wait()

    desk = Desk(sleep=never)
    desk.set_channel("cch42", webhook_url=receiver.url)
    desk.switches.webhook_delay_seconds = 1.0
    case = desk.casework.open(desk.people.find_or_create(Contact("cch42", "u-1")), CaseFields(subject="Kargo"))
    await desk.agent_reply(case.case_id, "x", 905)
    await asleep.wait()
    await desk.close()
    assert (receiver.hits, desk.deliveries[0].attempts) == ([], [])


async def test_a_vanished_customer_leaves_an_empty_identifier(api: Api, desk: Desk, receiver: Receiver) -> None:
    case = await api.open_case()
    desk.people.purge(case.user_id)
    await desk.agent_reply(case.case_id, "x", 905)
    await desk.webhooks_idle()
    form = receiver.hits[0].form
    assert (form["object[custom_user_id]"], form["object[user_id]"]) == ("", str(case.user_id))
