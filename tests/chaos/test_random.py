"""The bridge is killed at random moments, with everything else that goes wrong."""

from __future__ import annotations

from collections.abc import Callable

from forum_bridge.testkit.chaos.many import Total, as_command, play
from forum_bridge.testkit.chaos.run import Order

RUNS = 200  # more by hand: python -m forum_bridge.testkit.chaos --seed 1 --runs 5000 --jobs 2 --json


def test_nothing_is_lost_doubled_or_misordered_whenever_it_is_killed(figures: Callable[..., None]) -> None:
    total, wrong = Total(), []
    for order, made in play((Order(seed) for seed in range(1, RUNS + 1)), jobs=1):
        total.add(made)
        wrong += [(as_command(order), made.verdict.wrong, made.broken)] if made.verdict.wrong or made.broken else []
    figures("killed at random", **total.line(1))
    assert wrong == []
    assert total.kills > RUNS // 2
    assert total.answers > RUNS
