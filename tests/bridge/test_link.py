"""Where each thread of an author is a person apart, the profiles are linked, each once, and no message waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, MutableMapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from structlog.testing import capture_logs
from tests.bridge.test_sync import REFUSED, begun, cases, sync, thread_of
from tests.bridge.world import World, open_world

from forum_bridge.ledger.tables import conversation
from forum_bridge.sandbox.desk.choices import Wrapped
from forum_bridge.sandbox.desk.faults import What

LINK = r"PUT /api/users/\d+/link\.json"
PROFILE = r"GET /api/users/\d+\.json"
Logs = list[MutableMapping[str, Any]]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path / "ledger.sqlite", sync(REFUSED)) as made:
        yield made


@pytest.fixture
def logs() -> Iterator[Logs]:
    with capture_logs() as told:
        yield told


def asked(logs: Logs) -> int:
    """How often Deskie answered a request to link."""
    return sum(each["event"] == "desk_called" and str(each["call"]).endswith("/link.json") for each in logs)


def told(logs: Logs, event: str) -> int:
    return sum(each["event"] == event for each in logs)


def linked(world: World) -> list[int]:
    """To how many profiles each profile is linked, oldest first."""
    return [len(user.linked) for user in world.deskie.users()]


async def states(world: World) -> list[str | None]:
    async with world.ledger.reading() as db:
        return list(await db.scalars(select(conversation.c.link_state).order_by(conversation.c.id)))


async def two_threads(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    await world.write("Fatura", "Yanlış.")


@pytest.mark.parametrize("form", list(Wrapped))
async def test_each_new_profile_is_linked_once_and_agents_see_one_person(
    world: World, logs: Logs, form: Wrapped
) -> None:
    world.deskie.switches.link_body = form
    await two_threads(world)
    await world.write("İade", "Geri vermek istiyorum.")
    assert linked(world) == [2, 2, 2]
    assert await states(world) == [None, "linked", "linked"]
    assert asked(logs) == (4 if form is Wrapped.WRAPPED else 2)
    for title in ("Kargo", "Fatura", "İade"):
        await world.reply(thread_of(world, title), "Alo?")
    world.deskie.set_status(cases(world)[0].case_id, "closed")
    await world.reply(thread_of(world, "Kargo"), "Yine gelmedi.")
    await world.restart()
    await world.later(hours=25)
    assert asked(logs) == (4 if form is Wrapped.WRAPPED else 2)
    assert told(logs, "profiles_linked") == 2


async def test_profiles_of_several_authors_and_of_guests_stay_apart(world: World, logs: Logs) -> None:
    await world.write("Kargo", "Nerede?")
    await world.write("Fatura", "Yanlış.", author=world.forum.person("Elif Şahin"))
    await world.write("İade", "Nasıl?", author="Misafir")
    await world.write("Garanti", "Var mı?", author="Misafir")
    assert len(cases(world)) == 4
    assert linked(world) == [0, 0, 0, 0]
    assert (asked(logs), await states(world)) == (0, [None] * 4)


async def test_in_an_async_channel_an_author_is_one_customer_and_needs_no_link(tmp_path: Path, logs: Logs) -> None:
    async with open_world(tmp_path / "ledger.sqlite") as world:
        await two_threads(world)
        assert (len(world.deskie.users()), asked(logs), await states(world)) == (1, 0, [None, None])


async def test_where_threads_are_kept_apart_in_an_async_channel_the_profiles_are_linked_too(tmp_path: Path) -> None:
    def apart(world: World) -> None:
        world.configure(lambda raw: raw.update(identity="author_in_thread"))

    async with open_world(tmp_path / "ledger.sqlite", apart) as world:
        await two_threads(world)
        assert linked(world) == [1, 1]


@pytest.mark.parametrize(
    ("where", "what"), [(PROFILE, What.BAD_GATEWAY), (PROFILE, What.TOO_MANY), (LINK, What.CUT_BEFORE)]
)
async def test_what_fails_is_tried_again_later(world: World, logs: Logs, where: str, what: What) -> None:
    world.deskie.faults.next(where, what, 2 if what is What.CUT_BEFORE else 1)  # a PUT that is cut off goes twice
    await two_threads(world)
    assert (linked(world), await states(world)) == ([0, 0], [None, "waiting"])
    await world.later(minutes=3)
    assert (linked(world), await states(world)) == ([1, 1], [None, "linked"])
    assert told(logs, "linking_waits") == 1


@pytest.mark.parametrize("what", [What.CUT_AFTER, What.MALFORMED, What.SERVER_ERROR])
async def test_a_lost_yes_is_not_asked_for_again(world: World, logs: Logs, what: What) -> None:
    times = 2 if what is What.CUT_AFTER else 1  # a PUT that is cut off goes twice
    lost = world.deskie.faults.next(LINK, what, times, takes_effect=True)
    await two_threads(world)
    assert (linked(world), await states(world)) == ([1, 1], [None, "waiting"])
    world.deskie.faults.next(LINK, What.UNPROCESSABLE, 99)
    await world.later(minutes=3)
    assert await states(world) == [None, "linked"]
    assert (lost.hits, told(logs, "profiles_stay_apart")) == (times, 0)


async def test_what_is_declined_is_told_once_and_given_up(world: World, logs: Logs) -> None:
    no = world.deskie.faults.next(LINK, What.UNPROCESSABLE, 99)
    await two_threads(world)
    assert await states(world) == [None, "declined"]
    assert no.hits == 2  # in both forms
    await world.restart()
    await world.later(days=2)
    await world.reply(thread_of(world, "Fatura"), "Alo?")
    assert (no.hits, told(logs, "profiles_stay_apart")) == (2, 1)
    assert len(cases(world)) == 2


async def test_a_profile_that_fails_for_ever_is_asked_for_ever_more_seldom_and_holds_up_no_other(world: World) -> None:
    await two_threads(world)
    await world.write("İade", "Nasıl?")
    never = world.deskie.faults.next(rf"GET /api/users/{await next_user(world)}\.json", What.BAD_GATEWAY, 999)
    await world.write("Garanti", "Var mı?")
    await world.write("Takas", "Olur mu?")
    assert await states(world) == [None, "linked", "linked", "waiting", "linked"]
    tries = []
    for _ in range(4):
        before = never.hits
        for _ in range(12):
            await world.later(hours=2)
        tries.append(never.hits - before)
    assert tries[0] <= 5
    assert max(tries[2:]) == 1


async def next_user(world: World) -> int:
    """The id that the next profile will get."""
    first, second = world.deskie.users()[:2]
    return world.deskie.users()[-1].user_id + second.user_id - first.user_id


async def test_no_message_waits_for_it(world: World) -> None:
    hanging = world.deskie.faults.next(PROFILE, What.HANG)
    work = asyncio.create_task(two_threads(world))
    await begun(hanging)
    more = world.forum.reply(thread_of(world, "Fatura"), world.deniz, "Alo?")
    await world.settle_at_once()
    assert world.times_delivered(more.id) == 1
    hanging.release()
    await work
    assert linked(world) == [1, 1]


@pytest.mark.parametrize("seconds", [0.5, 61])
async def test_the_desk_s_last_requests_are_for_messages(world: World, seconds: float) -> None:
    world.deskie.switches.rate_limit_per_minute = 20
    await world.restart()
    await world.later(minutes=2)
    posts = [await world.write(f"Konu {number}", "Nerede?") for number in range(3)]
    for number in range(3):
        posts.append(await world.reply(thread_of(world, f"Konu {number}"), "Alo?"))
        await world.later(seconds=seconds)
    for _ in range(30):
        await world.later(seconds=61)
    assert [world.times_delivered(post) for post in posts] == [1] * 6
    assert linked(world) == [2, 2, 2]


async def test_a_link_that_was_made_but_not_noted_is_noted_after_a_restart(world: World, logs: Logs) -> None:
    async with world.refusing("UPDATE OF link_state ON conversation WHEN NEW.link_state = 'linked'"):
        with pytest.raises(SQLAlchemyError):
            await two_threads(world)
    assert linked(world) == [1, 1]
    await world.restart()
    await world.settle()
    assert (asked(logs), await states(world)) == (1, [None, "linked"])


async def test_a_link_that_was_not_made_before_the_end_is_made_after_a_restart(world: World) -> None:
    world.deskie.faults.next(PROFILE, What.BAD_GATEWAY)
    await two_threads(world)
    await world.restart()
    await world.later(minutes=3)
    assert linked(world) == [1, 1]


async def test_the_profile_of_a_case_whose_opening_was_lost_is_linked_too(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    world.deskie.faults.next(r"POST /api/cases\.json", What.CUT_AFTER)
    await world.write("Fatura", "Yanlış.")
    for _ in range(3):
        await world.later(seconds=31)
    assert (len(cases(world)), linked(world)) == (2, [1, 1])
