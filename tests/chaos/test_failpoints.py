"""The bridge is killed once at each named place, found by looking on: every remote write and every commit, before and
after."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence

import pytest

from forum_bridge.testkit.chaos.many import Total, at_failpoints, recorded

KNOWN = """
deliver.begun deliver.sent deliver.told deliver.told[unclear] deliver.told[waiting]
publish.begun[sending] publish.sent[sent] publish.failed[unclear] publish.lost_again[waiting]
receive.take poll.store listing.listed reconcile.compared account.note register.register conversation.learn wording.keep
"desk POST cases" "desk POST cases/*/messages"
"forum POST /thread/*/reply" "forum POST /messages/new" "forum POST /login"
"""


@pytest.fixture(scope="module")
def found() -> Mapping[str, Sequence[int]]:
    return recorded(seed=1, jobs=1)


def test_each_known_step_of_both_roads_is_a_failpoint(found: Mapping[str, Sequence[int]]) -> None:
    wanted = {f"{step}:{side}" for step in shlex.split(KNOWN) for side in ("before", "after")}
    assert wanted - found.keys() == set()


def test_nothing_is_lost_doubled_or_misordered_wherever_it_is_killed(
    found: Mapping[str, Sequence[int]], figures: Callable[..., None]
) -> None:
    total, killed, wrong = Total(), set[str](), []
    for order, made in at_failpoints(found, jobs=1):
        total.add(made)
        wrong += [(order, made.verdict.wrong, made.broken)] if made.verdict.wrong or made.broken else []
        killed.update(made.killed_at)
    missed = found.keys() - killed
    figures("killed at each failpoint", **total.line(1), failpoints=len(found), missed=len(missed))
    assert wrong == []
    assert len(missed) <= len(found) // 20, missed  # a rare way that luck did not take again
