"""The proof can fail: without any one of what makes the bridge safe, it is found out within few runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from forum_bridge.testkit.chaos.many import play
from forum_bridge.testkit.chaos.names import of_call
from forum_bridge.testkit.chaos.points import Kill
from forum_bridge.testkit.chaos.run import Order

RUNS = 40
TAKEN = "forum POST /thread/*/reply:after"  # the forum has it, the ledger has not heard of it


@pytest.mark.parametrize(
    ("turned_off", "order", "found"),
    [
        ("sending-row", Order(1, kills=(Kill(TAKEN),)), "doubled"),
        ("look-up", Order(1, kills=(Kill(TAKEN),)), "doubled"),
        ("waiting-time", Order(1), "doubled"),
        ("unique-keys", Order(1), "doubled"),
        ("commit-first", Order(1, kills=(Kill("receive.take:before"),)), "lost"),
        ("epoch", Order(1, put_back=True), "doubled"),
    ],
)
def test_what_is_turned_off_is_missed(turned_off: str, order: Order, found: str, figures: Callable[..., None]) -> None:
    orders = (replace(order, seed=seed, sabotage=turned_off) for seed in range(1, RUNS + 1))
    outcomes = enumerate((made for _, made in play(orders, jobs=1)), 1)
    runs, made = next((runs, made) for runs, made in outcomes if found in made.verdict.wrong or made.broken)
    figures(f"without {turned_off}", runs_until_found=runs)
    assert made.broken == ""


def test_calls_keep_their_names_whatever_their_numbers() -> None:
    assert of_call("http://d/api/", "POST", "http://d/api/cases/12/messages.json") == "desk POST cases/*/messages"
    assert of_call("http://d/api/", "POST", "http://f/thread/3-kargo-%C4%B1/reply") == "forum POST /thread/*/reply"
