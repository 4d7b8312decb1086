"""The budget: its decisions as a table, its promises as properties, and what Deskie's headers teach it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from forum_bridge.deskie.budget import READ, WRITE, Budget, Priority, Window, fits, mark
from forum_bridge.deskie.quota import Quota, quota_of
from forum_bridge.errors import Retry

if TYPE_CHECKING:
    from tests.deskie.conftest import StandingClock

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("allowance", "marks"),
    [(14, [14, 11, 8, 5]), (35, [35, 28, 21, 14]), (2, [2, 2, 2, 2]), (3, [3, 2, 2, 2])],
)
def test_marks(allowance: int, marks: list[int]) -> None:
    assert [mark(allowance, priority) for priority in Priority] == marks


@pytest.mark.parametrize(
    ("used", "left", "cost", "priority", "granted"),
    [
        (0, None, WRITE, Priority.BACKGROUND, True),
        (3, None, WRITE, Priority.BACKGROUND, True),
        (4, None, WRITE, Priority.BACKGROUND, False),
        (4, None, READ, Priority.BACKGROUND, True),
        (6, None, WRITE, Priority.NEW_CASE, True),
        (7, None, WRITE, Priority.NEW_CASE, False),
        (9, None, WRITE, Priority.MESSAGE, True),
        (10, None, WRITE, Priority.MESSAGE, False),
        (12, None, WRITE, Priority.ANSWER, True),
        (13, None, WRITE, Priority.ANSWER, False),
        (14, None, READ, Priority.ANSWER, False),
        (0, 1, WRITE, Priority.ANSWER, False),  # others have used the account up
        (0, 1, READ, Priority.ANSWER, True),
        (0, 7, WRITE, Priority.NEW_CASE, False),  # what they left is kept for answers
        (0, 8, WRITE, Priority.NEW_CASE, True),
        (0, 0, READ, Priority.ANSWER, False),
    ],
)
def test_decisions_within_an_allowance_of_14(
    used: int, left: int | None, cost: int, priority: Priority, granted: bool
) -> None:
    assert fits(Window(START, used, left), 14, cost, priority) is granted


def drain(budget: Budget, cost: int, priority: Priority) -> tuple[int, timedelta]:
    """Take until it must wait; return the units drawn and the wait."""
    drawn = 0
    while True:
        try:
            budget.take(cost, priority)
        except Retry as wait:
            assert wait.after is not None
            return drawn, wait.after
        drawn += cost


def test_answers_do_not_wait_behind_new_cases(clock: StandingClock) -> None:
    budget = Budget(clock)
    assert budget.allowance == 14
    assert drain(budget, WRITE, Priority.NEW_CASE)[0] == 8
    assert drain(budget, WRITE, Priority.MESSAGE)[0] == 2
    assert drain(budget, WRITE, Priority.ANSWER)[0] == 4


def test_the_wait_is_till_the_minute_ends_and_then_there_is_a_new_one(clock: StandingClock) -> None:
    budget = Budget(clock)
    clock.advance(3600)
    assert drain(budget, READ, Priority.ANSWER) == (14, timedelta(seconds=60))
    clock.advance(59.5)
    assert drain(budget, READ, Priority.ANSWER) == (0, timedelta(seconds=0.5))
    clock.advance(0.5)
    assert drain(budget, READ, Priority.ANSWER)[0] == 14


def test_a_minute_begins_with_its_first_call(clock: StandingClock) -> None:
    budget = Budget(clock)
    clock.advance(40)
    assert drain(budget, READ, Priority.ANSWER) == (14, timedelta(seconds=60))


def test_a_clock_set_back_does_not_stop_the_desk(clock: StandingClock) -> None:
    budget = Budget(clock)
    drain(budget, READ, Priority.ANSWER)
    clock.advance(-86400)
    assert drain(budget, READ, Priority.ANSWER)[0] == 14


@given(
    share=st.floats(0.01, 1.0),
    ceiling=st.integers(1, 200),
    steps=st.lists(
        st.tuples(st.floats(0, 40), st.sampled_from([READ, WRITE]), st.sampled_from(Priority), st.integers(0, 300)),
        max_size=150,
    ),
    headers=st.booleans(),
)
def test_no_minute_holds_more_than_our_share(
    share: float, ceiling: int, steps: list[tuple[float, int, Priority, int]], headers: bool
) -> None:
    now = START
    budget = Budget(lambda: now, share, ceiling)
    most = max(WRITE, int(ceiling * share + 1e-9))
    granted: list[tuple[datetime, int]] = []
    for pause, cost, priority, left in steps:
        now += timedelta(seconds=pause)
        try:
            budget.take(cost, priority)
        except Retry as wait:
            assert wait.after is not None
            assert timedelta(0) < wait.after <= timedelta(minutes=1)
        else:
            granted.append((now, cost))
            if headers:
                budget.learn(Quota(ceiling=ceiling, left=left))
    minutes: list[tuple[datetime, int]] = []
    for when, cost in granted:  # a minute begins with the first call after the last one ended
        if minutes and when < minutes[-1][0] + timedelta(minutes=1):
            minutes[-1] = (minutes[-1][0], minutes[-1][1] + cost)
        else:
            minutes.append((when, cost))
    assert all(units <= most for _, units in minutes)


@given(
    ceiling=st.integers(15, 200),
    others=st.permutations([Priority.BACKGROUND, Priority.NEW_CASE, Priority.MESSAGE]),
    cost=st.sampled_from([READ, WRITE]),
)
def test_an_answer_is_granted_when_all_others_have_used_up_their_parts(
    ceiling: int, others: list[Priority], cost: int
) -> None:
    budget = Budget(lambda: START, 0.7, ceiling)
    for priority in others:
        drain(budget, cost, priority)
    budget.take(WRITE, Priority.ANSWER)


@given(ceiling=st.integers(1, 500), share=st.floats(0.01, 1.0), priority=st.sampled_from(Priority))
def test_a_fresh_minute_grants_a_write_to_everyone(ceiling: int, share: float, priority: Priority) -> None:
    Budget(lambda: START, share, ceiling).take(WRITE, priority)


def test_higher_priorities_have_higher_marks() -> None:
    assert all(mark(35, higher) > mark(35, lower) for higher, lower in pairwise(Priority))


def test_the_ceiling_is_learned(clock: StandingClock) -> None:
    budget = Budget(clock)
    budget.learn(Quota(ceiling=50))
    assert (budget.ceiling, budget.allowance) == (50, 35)
    budget.learn(Quota())
    assert budget.ceiling == 50


def test_what_others_used_is_respected(clock: StandingClock) -> None:
    budget = Budget(clock, share=0.7, ceiling=50)
    budget.take(READ, Priority.ANSWER)
    budget.learn(Quota(ceiling=50, left=3))
    assert drain(budget, READ, Priority.NEW_CASE)[0] == 0
    assert drain(budget, READ, Priority.ANSWER)[0] == 3


def test_an_answer_that_overtook_another_call_does_not_give_units_back(clock: StandingClock) -> None:
    budget = Budget(clock, share=1.0, ceiling=50)
    for _ in range(3):
        budget.take(READ, Priority.ANSWER)
    budget.learn(Quota(left=2))
    budget.take(WRITE, Priority.ANSWER)
    budget.learn(Quota(left=2))  # of an earlier call
    assert drain(budget, READ, Priority.ANSWER)[0] == 0


def test_a_jump_of_the_units_left_is_a_new_minute_of_deskie(clock: StandingClock) -> None:
    budget = Budget(clock, share=0.5, ceiling=50)
    budget.take(READ, Priority.ANSWER)
    budget.learn(Quota(left=2))
    budget.take(READ, Priority.ANSWER)
    budget.learn(Quota(left=49))
    assert drain(budget, READ, Priority.ANSWER)[0] == 23


def test_a_refusal_closes_the_budget_for_everyone_until_the_reset(clock: StandingClock) -> None:
    budget = Budget(clock)
    budget.take(READ, Priority.ANSWER)
    assert budget.refused(Quota(ceiling=50, retry_after=timedelta(seconds=37))) == timedelta(seconds=37)
    clock.advance(30)
    assert drain(budget, READ, Priority.ANSWER) == (0, timedelta(seconds=7))
    clock.advance(7)
    assert drain(budget, READ, Priority.ANSWER)[0] == 35


def test_a_refusal_while_our_clock_was_fast_closes_it_no_longer_than_deskie_asked(clock: StandingClock) -> None:
    budget = Budget(clock)
    clock.advance(2 * 86400)
    budget.take(READ, Priority.ANSWER)
    budget.refused(Quota(ceiling=50, retry_after=timedelta(seconds=37)))
    clock.advance(-2 * 86400)
    assert drain(budget, READ, Priority.ANSWER) == (0, timedelta(seconds=37))
    clock.advance(37)
    assert drain(budget, READ, Priority.ANSWER)[0] == 35


def test_a_refusal_that_names_no_time_costs_a_minute(clock: StandingClock) -> None:
    budget = Budget(clock)
    budget.take(READ, Priority.ANSWER)
    clock.advance(50)
    assert budget.refused(Quota()) == timedelta(minutes=1)


@pytest.mark.parametrize(
    ("headers", "quota"),
    [
        ({"rate_limit_per_minute": "50", "api_calls_left": "12"}, Quota(50, 12)),
        ({"Rate_limit_per_minute": "50", "retry_after": "37"}, Quota(50, None, timedelta(seconds=37))),
        ({"Retry-After": "37"}, Quota(retry_after=timedelta(seconds=37))),
        ({"Retry-After": "Mon, 02 Mar 2026 09:00:37 GMT"}, Quota(retry_after=timedelta(seconds=37))),
        ({"Retry-After": "Mon, 02 Mar 2026 08:00:00 GMT"}, Quota(retry_after=timedelta(seconds=1))),
        ({"retry_after": "99999999999"}, Quota(retry_after=timedelta(hours=1))),
        ({"api_calls_left": "-", "rate_limit_per_minute": "", "retry_after": "soon"}, Quota()),
        ({}, Quota()),
    ],
)
def test_headers(headers: dict[str, str], quota: Quota) -> None:
    assert quota_of(CIMultiDict(headers), START) == quota
