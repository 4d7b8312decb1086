from __future__ import annotations

import json
from datetime import timedelta

import pytest
from tests.cli.conftest import CHANNEL, HOOK_SECRET, SECRETS, Place, Ran, Tree, free_port

from forum_bridge.sandbox.forum.faults import What


def failing(ran: Ran) -> dict[tuple[str, str], Tree]:
    """The findings that do not work, by part and step."""
    return {(each["part"], each["what"]): each for each in ran.json if not each["ok"]}


async def test_all_well(place: Place) -> None:
    ran = await place.run("check")
    assert (ran.status, ran.err) == (0, "")
    assert "All works." in ran.out
    assert "\x1b" not in ran.out
    assert "signed in as acme_destek" in ran.out
    assert not (place.folder / "ledger.sqlite").exists()


async def test_json_is_a_list_of_objects_of_one_shape_and_nothing_else_is_printed(place: Place) -> None:
    ran = await place.call("check", "--json")
    assert ran.err == ""
    assert [set(each) for each in ran.json] == [{"part", "what", "ok", "found", "todo"}] * len(ran.json)
    parts = [(each["part"], each["what"]) for each in ran.json]
    desk = [("deskie", "API"), ("deskie", "channel cch42")]
    assert parts == [("ledger", "open"), *desk, ("acme", "sign in"), ("acme", f"board {place.url}/board/1")]


async def test_a_wrong_api_key_and_a_wrong_forum_password_are_both_named(place: Place) -> None:
    place.tree["deskie"]["api_key"] = "not-the-key"
    place.acme["login"]["password"] = "not-the-password"
    ran = await place.call("check")
    assert ran.status == 1
    assert "the API key is wrong" in ran.out
    assert "deskie.api_key" in ran.out
    assert "acme_destek: refused" in ran.out
    assert "login.password" in ran.out
    assert "2 things do not work" in ran.out
    assert "not-the" not in ran.out + ran.err


async def test_an_inactive_channel_a_wrong_webhook_url_and_a_wrong_password_are_all_named(place: Place) -> None:
    place.desk.set_channel(
        CHANNEL, active=False, webhook_url="https://elsewhere.example/deskie/cch42/another-secret-0001"
    )
    place.acme["login"]["password"] = "not-the-password"
    ran = await place.call("check", "--json")
    assert ran.status == 1
    found = [each["found"] for each in ran.json if not each["ok"]]
    assert len(found) == 3
    assert "switched off" in found[0]
    assert "https://elsewhere.example/" in found[1]
    assert "refused" in found[2]
    assert all(each["todo"] for each in ran.json if not each["ok"])
    assert not any(secret in ran.out for secret in (*SECRETS, "another-secret-0001"))


async def test_the_right_address_with_another_secret_is_told_apart(place: Place) -> None:
    other = "another-secret-of-invented-letters"
    place.desk.set_channel(CHANNEL, webhook_url=f"{place.bridge}/deskie/{CHANNEL}/{other}")
    ran = await place.call("check", "--json")
    assert "another secret than webhook.secret" in failing(ran)["deskie", "channel cch42"]["found"]
    assert other not in ran.out
    assert HOOK_SECRET not in ran.out


async def test_a_channel_that_does_not_exist(place: Place) -> None:
    place.tree["deskie"]["channel"] = "cch99"
    found = failing(await place.call("check", "--json"))["deskie", "channel cch99"]
    assert "cch42 (Forum)" in found["found"]


async def test_each_channel_in_use_is_looked_at(place: Place) -> None:
    place.acme["channel"] = "cch44"
    ran = await place.call("check", "--json")
    assert ("deskie", "channel cch44") in failing(ran)
    assert "cch42" not in ran.out


async def test_without_a_public_address_the_webhook_url_is_not_compared_and_it_says_so(place: Place) -> None:
    del place.tree["webhook"]["public_url"]
    ran = await place.call("check")
    assert ran.status == 0
    assert "not compared" in ran.out
    assert "Set webhook.public_url" in ran.out
    assert "!" in ran.out


async def test_nothing_listens_at_deskie_nor_at_the_forum(place: Place) -> None:
    place.tree["deskie"]["base_url"] = f"http://127.0.0.1:{free_port()}/api/"
    nowhere = f"http://127.0.0.1:{free_port()}"
    place.acme.update(url=nowhere, watch=[{"board": f"{nowhere}/board/1"}])
    ran = await place.call("check", "--json")
    assert ran.status == 1
    found = failing(ran)
    assert "no connection" in found["deskie", "API"]["found"]
    assert "127.0.0.1" in found["acme", "sign in"]["found"]
    assert all(each["todo"] for each in found.values())


async def test_a_challenge_is_named_and_not_defeated(place: Place) -> None:
    place.forum.faults.next("GET /login", What.CHALLENGE, None)
    found = failing(await place.call("check", "--json"))["acme", "sign in"]
    assert "challenge" in found["found"]
    assert "User-Agent" in found["todo"]


async def test_robots_txt_forbids_a_guest_to_read(place: Place) -> None:
    place.acme.pop("login")
    place.acme.update(watch=[{"thread": f"{place.url}/_control/thread/1"}])
    found = failing(await place.call("check", "--json"))["acme", f"thread {place.url}/_control/thread/1"]
    assert "robots.txt" in found["found"]
    assert "i_have_permission" in found["todo"]


async def test_a_thread_that_does_not_exist(place: Place) -> None:
    place.acme["watch"] = [{"thread": f"{place.url}/thread/77"}, {"thread": f"{place.url}/thread/2"}]
    ran = await place.call("check", "--json")
    assert list(failing(ran)) == [("acme", f"thread {place.url}/thread/77")]
    assert "posts read in “Kargo gelmedi 😞”" in ran.json[-1]["found"]


async def test_without_an_account_reading_works_and_what_is_missing_is_said(place: Place) -> None:
    place.acme.pop("login")
    ran = await place.call("check", "--json")
    assert ran.status == 0
    sign_in = next(each for each in ran.json if each["what"] == "sign in")
    assert "as a guest" in sign_in["found"]
    assert "login.user" in sign_in["todo"]


async def test_a_fault_in_an_adapter_s_code_does_not_hide_the_other_findings(place: Place) -> None:
    (place.folder / "adapters").mkdir()
    (place.folder / "adapters" / "odd.py").write_text(
        "from forum_bridge.forums.contract import AdapterOptions\n"
        "from forum_bridge.model import Markup\n"
        "class Odd:\n"
        "    name, markup, Options = 'odd', Markup.HTML, AdapterOptions\n"
        "    def __init__(self, options, session): pass\n"
        "    async def read(self, watch, cursor): return {}['acme-parola']\n"
    )
    second = {**place.acme, "adapter": "odd", "watch": [{"thread": f"{place.url}/thread/2"}]}
    place.tree["forums"] = {"abc": second, **place.tree["forums"]}
    ran = await place.call("check", "--json")
    assert list(failing(ran)) == [("abc", f"thread {place.url}/thread/2")]
    assert "KeyError" in ran.out
    assert ran.json[-1]["part"] == "acme"
    assert "parola" not in ran.out


@pytest.mark.parametrize("columns", [80, 120])
async def test_the_table_fits_its_columns_and_keeps_addresses_whole(place: Place, columns: int) -> None:
    place.acme["login"]["password"] = "not-the-password"
    place.desk.set_channel(CHANNEL, active=False)
    ran = await place.call("check", columns=columns)
    assert all(len(line) <= columns for line in ran.out.splitlines() if str(place.folder) not in line)
    assert ran.out.count(" → ") - ran.out.count("Deskie → Channels → Custom") * 2 == 2
    place.acme["login"]["password"] = "acme-parola"
    place.acme["watch"] = [{"thread": f"{place.url}/thread/2-{'uzun-' * 30}"}]
    assert place.acme["watch"][0]["thread"] in (await place.call("check", columns=columns)).out


async def test_where_the_encoding_has_no_such_signs_others_stand_for_them(place: Place) -> None:
    ran = await place.run("check", PYTHONIOENCODING="iso-8859-9")
    assert ran.status == 0
    assert "+ sign in" in ran.out


async def test_a_ledger_in_a_folder_that_does_not_exist(place: Place) -> None:
    place.tree["ledger"]["url"] = "nowhere/ledger.sqlite"
    found = failing(await place.call("check", "--json"))["ledger", "open"]
    assert "mkdir" in found["todo"]


async def test_json_survives_a_pipe(place: Place) -> None:
    ran = await place.run("check", "--json")
    assert json.loads(ran.out)[0]["part"] == "ledger"
    assert ran.err == ""


async def test_a_forum_whose_clock_is_an_hour_behind_is_named(place: Place) -> None:
    right = place.forum.clock
    place.forum.clock = lambda: right() - timedelta(hours=1)
    found = failing(await place.call("check", "--json"))["acme", "clock"]
    assert "60 minutes behind this machine's" in found["found"]


async def test_a_forum_whose_posts_lie_in_the_future_has_another_timezone(place: Place) -> None:
    right = place.forum.clock
    place.forum.clock = lambda: right() + timedelta(hours=3)
    place.forum.reply(place.forum.threads()[0].id, "Ayşe", "Merhaba")
    place.forum.clock = right
    place.acme.update(watch=[{"thread": f"{place.url}/thread/2"}])
    ran = await place.call("check", "--json")
    assert list(failing(ran)) == [("acme", "timezone")]


async def test_on_a_terminal_a_bar_says_what_is_being_tried_and_how_much_is_left(place: Place) -> None:
    ran = await place.on_terminal("check")
    assert ran.status == 0
    assert f"trying acme: board {place.url}/board/1 …" in ran.out
    assert "3/4" in ran.out
    assert "All works." in ran.out


async def test_nothing_of_it_is_shown_elsewhere(place: Place) -> None:
    ran = await place.run("check")
    assert "trying" not in ran.out + ran.err
    assert "reading" not in (await place.run("preview", f"{place.url}/thread/2")).err
