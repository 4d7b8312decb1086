"""What knocks at the webhook's door: only agents' answers get in, once each, and only after they are committed."""

import json
from io import BytesIO
from urllib.parse import urlencode

import aiohttp
import pytest
from tests.bridge.world import World

NOTE = "Müşteriye söyleme"


async def knock(url: str, body: bytes, content_type: str = "application/x-www-form-urlencoded") -> int:
    headers = {"Content-Type": content_type}
    async with aiohttp.ClientSession() as http, http.post(url, data=BytesIO(body), headers=headers) as answer:
        return answer.status


def form(**fields: object) -> bytes:
    values = {"message_id": 900, "case_id": 1, "staff_id": 905, "content": "Merhaba", "note": 0, **fields}
    return urlencode({"type": "message_new", **{f"object[{name}]": value for name, value in values.items()}}).encode()


async def case_of(world: World) -> int:
    await world.write("Kargo", "Nerede?")
    return world.deskie.cases()[0].case_id


async def test_an_answer_that_comes_twice_is_posted_once(world: World) -> None:
    await world.believe_webhooks()
    body = form(case_id=await case_of(world))
    assert [await knock(world.door, body) for _ in range(3)] == [200, 200, 200]
    await world.settle()
    assert len(world.ours()) == 1


@pytest.mark.parametrize("note", [1, "true", "yes", "2"])
async def test_a_note_never_reaches_the_forum(world: World, note: object) -> None:
    case = await case_of(world)
    assert await knock(world.door, form(case_id=case, note=note, content=NOTE)) == 200
    as_json = {"type": "message_new", "object": {"message_id": 901, "case_id": case, "content": NOTE, "note": note}}
    assert await knock(world.door, json.dumps(as_json).encode(), "application/json") == 200
    await world.settle()
    assert world.ours() == []
    assert await world.answer_states() == []


async def test_a_note_of_the_simulated_desk_that_reaches_the_webhook_stays_inside(world: World) -> None:
    case = await case_of(world)
    world.deskie.switches.webhook_notes = True
    await world.deskie.add_note(case, f"<p>{NOTE}</p>", 905)
    await world.settle()
    assert len(world.deskie.deliveries) == 1
    assert world.ours() == []


async def test_a_wrong_secret_or_channel_is_404_whatever_the_body(world: World) -> None:
    body = form(case_id=await case_of(world))
    wrong = [
        world.door[:-1] + "x",
        world.door + "x",
        world.door.replace("cch42", "cch43"),
        world.door.rsplit("/", 1)[0] + "/x",
    ]
    assert [await knock(url, body) for url in wrong] == [404] * 4
    await world.settle()
    assert world.ours() == []


async def test_two_megabytes_are_413_with_and_without_a_length(world: World) -> None:
    async def chunks() -> object:
        for _ in range(32):
            yield b"x" * 65_536

    assert await knock(world.door, b"x" * 2_000_000) == 413
    async with aiohttp.ClientSession() as http, http.post(world.door, data=chunks()) as answer:
        assert answer.status == 413


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00garbage", b"{", b"object[message_id]=5", b"[" * 100_000])
async def test_what_cannot_be_read_is_400(world: World, body: bytes) -> None:
    assert await knock(world.door, body) == 400


async def test_an_unknown_type_is_200_and_ignored(world: World) -> None:
    body = form(case_id=await case_of(world)).replace(b"message_new", b"case_closed")
    assert await knock(world.door, body) == 200
    await world.settle()
    assert world.ours() == []


async def test_an_answer_to_an_unknown_case_finds_the_thread_by_its_only_customer(world: World) -> None:
    await world.believe_webhooks()
    case = await case_of(world)
    user = world.deskie.user(world.deskie.case(case).user_id).custom_id
    assert await knock(world.door, form(case_id=77, custom_user_id=user)) == 200
    await world.settle()
    assert len(world.ours()) == 1


async def test_where_the_customer_has_two_threads_nobody_guesses(world: World) -> None:
    await world.believe_webhooks()
    await case_of(world)
    await world.write("Fatura", "O da yok.")
    user = world.deskie.user(world.deskie.cases()[0].user_id).custom_id
    assert await knock(world.door, form(case_id=77, custom_user_id=user)) == 200
    await world.settle()
    assert world.ours() == []
    assert await world.answer_states() == ["held"]


async def test_an_answer_to_nobody_is_a_dead_letter_that_is_kept(world: World) -> None:
    assert await knock(world.door, form(case_id=77, custom_user_id="elsewhere:1")) == 200
    assert await world.answer_states() == ["dead"]
    assert any("no conversation" in reason for reason in await world.reasons())


@pytest.mark.parametrize(("flag", "key"), [("sent_via_rule", "from_rules"), ("b_from_api", "from_api")])
async def test_answers_that_nobody_typed_follow_the_policy(world: World, flag: str, key: str) -> None:
    await world.believe_webhooks()
    case = await case_of(world)
    await knock(world.door, form(case_id=case, message_id=901, **{flag: 1}))
    world.configure(lambda forum: forum.update(answers={key: "ignore", "verify": False}))
    await world.restart()
    await knock(world.door, form(case_id=case, message_id=902, **{flag: 1}))
    await world.settle()
    assert await world.answer_states() == ["sent", "ignored"]


async def test_markup_in_an_answer_is_shown_not_obeyed(world: World) -> None:
    await world.believe_webhooks()
    case = await case_of(world)
    body = form(case_id=case, content="# Başlık\n[tık](javascript:alert(1)) <script>x</script> *yıldız*")
    await knock(world.door, body)
    await world.settle()
    async with aiohttp.ClientSession() as http, http.get(f"{world.url}/thread/{world.forum.threads()[0].id}") as page:
        html = await page.text()
    assert "<script>x" not in html
    assert 'href="javascript' not in html
    assert "<em>yıldız" not in html
    assert "*yıldız*" in html
