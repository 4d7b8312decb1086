"""Who guesses the webhook's secret is slowed down; Deskie never is, and no web server of ours is shut out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import aiohttp
import pytest
import structlog
from tests.bridge.test_webhook import case_of, form
from tests.bridge.world import World, open_world

from forum_bridge.bridge.guard import GUESSES

FAR = "203.0.113.7"


@pytest.fixture
async def guarded(tmp_path: Path) -> AsyncIterator[World]:
    """A world whose webhook may come from one network alone."""

    def only_from(world: World) -> None:
        hook = world.config.webhook.model_copy(update={"allow": world.config.webhook.trusted_proxies[:0]})
        raw = hook.model_dump(mode="json") | {"secret": hook.secret.get_secret_value(), "allow": ["203.0.113.0/24"]}
        world.config = world.config.model_copy(update={"webhook": type(hook).model_validate(raw)})

    async with open_world(tmp_path / "ledger.sqlite", only_from) as made:
        yield made


async def knock(url: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> tuple[int, str]:
    said = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
    async with aiohttp.ClientSession() as http, http.post(url, data=body, headers=said) as answer:
        return answer.status, answer.headers.get("Retry-After", "")


def of(address: str) -> dict[str, str]:
    return {"X-Forwarded-For": address}


def wrong(world: World, guess: object = "x") -> str:
    return f"{world.door.rsplit('/', 1)[0]}/guess-{guess}"


async def test_guessing_is_slow_and_told_once(world: World) -> None:
    with structlog.testing.capture_logs() as logs:
        answers = [await knock(wrong(world, n), headers=of(FAR)) for n in range(GUESSES + 20)]
    assert answers[:GUESSES] == [(404, "")] * GUESSES
    assert {status for status, _ in answers[GUESSES:]} == {429}
    assert all(1 <= int(after) <= 11 for _, after in answers[GUESSES:])
    told = [each for each in logs if each["event"] == "webhook_secret_guessed"]
    assert [each["address"] for each in told] == [FAR]
    assert "guess-" not in str(logs)


async def test_who_goes_on_guessing_is_told_of_once_an_hour(world: World) -> None:
    with structlog.testing.capture_logs() as logs:
        for _ in range(12):
            assert [(await knock(wrong(world), headers=of(FAR)))[0] for _ in range(GUESSES + 5)][-1] == 429
            world.clock.advance(minutes=10)
    told = [each["address"] for each in logs if each["event"] == "webhook_secret_guessed"]
    assert told == [FAR] * 2


async def test_who_guessed_too_often_does_not_get_in_even_with_the_right_one(world: World) -> None:
    body = form(case_id=await case_of(world))
    for n in range(GUESSES + 1):
        await knock(wrong(world, n), headers=of(FAR))
    assert (await knock(world.door, body, of(FAR)))[0] == 429
    assert (await knock(world.door, body, of("198.51.100.9")))[0] == 200
    world.clock.advance(seconds=10)
    assert (await knock(world.door, body, of(FAR)))[0] == 200


async def test_an_address_that_showed_the_secret_is_not_shut_out_by_who_guesses_from_there(world: World) -> None:
    body = form(case_id=await case_of(world))
    assert (await knock(world.door, body, of(FAR)))[0] == 200
    answers = [(await knock(wrong(world, n), headers=of(FAR)))[0] for n in range(GUESSES + 5)]
    assert answers[-1] == 429
    assert (await knock(world.door, body, of(FAR)))[0] == 200
    world.clock.advance(days=2)
    for n in range(GUESSES + 5):
        await knock(wrong(world, n), headers=of(FAR))
    assert (await knock(world.door, body, of(FAR)))[0] == 429


async def test_a_web_server_that_does_not_say_for_whom_it_asks_is_not_shut_out(world: World) -> None:
    body = form(case_id=await case_of(world))
    with structlog.testing.capture_logs() as logs:
        answers = [(await knock(wrong(world, n)))[0] for n in range(GUESSES + 5)]
    assert answers[-1] == 429
    assert "X-Forwarded-For" in next(each["address"] for each in logs if each["event"] == "webhook_secret_guessed")
    assert (await knock(world.door, body))[0] == 200


async def test_a_burst_of_deskie_is_never_slowed(world: World) -> None:
    body = form(case_id=await case_of(world))
    assert {(await knock(world.door, body, of(FAR)))[0] for _ in range(200)} == {200}


async def test_nobody_names_another_address_than_their_own(world: World) -> None:
    for n in range(GUESSES + 1):
        invented = f"198.51.100.{n}, {FAR}"  # the last is what our web server has written
        status, _ = await knock(wrong(world, n), headers=of(invented))
    assert status == 429


async def test_a_second_header_line_of_our_web_server_is_the_one_that_counts(world: World) -> None:
    url = wrong(world)
    for n in range(GUESSES + 1):
        lines = [("X-Forwarded-For", f"198.51.100.{n}"), ("X-Forwarded-For", f"::ffff:{FAR}")]
        async with aiohttp.ClientSession() as http, http.post(url, headers=lines) as answer:
            status = answer.status
    assert status == 429


async def test_one_house_of_ipv6_is_one_guesser_and_mapped_ipv4_is_not_one_house(world: World) -> None:
    for n in range(GUESSES + 1):
        status, _ = await knock(wrong(world), headers=of(f"2001:db8:1:2::{n:x}"))
    assert status == 429
    for n in range(GUESSES + 1):
        status, _ = await knock(wrong(world), headers=of(f"::ffff:203.0.113.{n}"))
    assert status == 404


@pytest.mark.parametrize("told", ["", "nobody", "203.0.113.7:443, ?", "1" * 5000, "127.0.0.1"])
async def test_what_names_no_address_does_no_harm(world: World, told: str) -> None:
    assert (await knock(wrong(world), headers=of(told)))[0] == 404


async def test_only_the_networks_that_are_allowed_get_in(guarded: World) -> None:
    body = form(case_id=1, custom_user_id="elsewhere:1")
    assert (await knock(guarded.door, body, of(FAR)))[0] == 200
    with structlog.testing.capture_logs() as logs:
        assert (await knock(guarded.door, body, of("198.51.100.7")))[0] == 403
        assert (await knock(guarded.door, body, of("198.51.100.7")))[0] == 403
        assert (await knock(guarded.door, body))[0] == 403  # nobody says from where
    assert [each["event"] for each in logs if each["log_level"] == "warning"] == ["webhook_not_allowed"] * 2


async def test_an_unprintable_guess_is_wrong_and_nothing_else(world: World) -> None:
    for guess in ("%ff%fe", "%00", "%ED%A0%80", "ş" * 50, "x" * 6000):
        assert (await knock(wrong(world, guess), headers=of(FAR)))[0] == 404
