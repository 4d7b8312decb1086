"""The fuzz of the webhook's door, with a few bodies; by hand it takes as many as you like (docs/testing.md)."""

from __future__ import annotations

import itertools

import pytest

from forum_bridge.testkit.fuzz.bodies import bodies
from forum_bridge.testkit.fuzz.run import fuzz

REAL = [("type", "message_new"), ("object[message_id]", "5"), ("object[case_id]", "7"), ("object[content]", "Merhaba")]


@pytest.mark.filterwarnings("ignore:unclosed")  # connections are cut on purpose
async def test_forged_and_broken_bodies_do_no_harm() -> None:
    judged = await fuzz(6000, 400, seed=20)
    assert judged.faults == []
    assert judged.decoded["answer"] > 300  # it is no fuzz of the first line alone
    assert judged.decoded["unreadable"] > 300
    assert judged.statuses[200] > 20
    assert judged.statuses[400] > 20


def test_the_same_seed_makes_the_same_bodies() -> None:
    one, other = ([*itertools.islice(bodies(REAL, seed), 50)] for seed in (7, 7))
    assert one == other
    assert one != [*itertools.islice(bodies(REAL, 8), 50)]
