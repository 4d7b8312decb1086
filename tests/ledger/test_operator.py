"""What a person may decide about an item, as a table."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from forum_bridge.ledger.operator import Act, Found, Item, decided, named
from forum_bridge.ledger.states import State

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ASLEEP = (State.HELD, State.DEAD, State.BY_HAND)
DECIDED = (*ASLEEP, State.QUEUED)


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("post-142", Item("post", 142)),
        (" answer-61200502 ", Item("answer", 61200502)),
        ("answer-61200502.2", Item("answer", 61200502, 2)),
        ("note-3", Item("note", 3)),
        ("post-3.2", None),
        ("answer-3.", None),
        ("answer-9223372036854775808", None),
        ("post-", None),
        ("post--1", None),
        ("post-٣", None),
        ("case-3", None),
        ("post:142", None),
        ("142", None),
    ],
)
def test_names(text: str, item: Item | None) -> None:
    assert named(text) == item
    assert item is None or named(str(item)) == item


@pytest.mark.parametrize("act", list(Act))
@pytest.mark.parametrize("state", [state for state in State if state not in DECIDED])
def test_what_goes_on_by_itself_or_is_done_is_not_decided_about(act: Act, state: State) -> None:
    assert decided(act, Found(1, state, began=True), "by hand", anyway=True, now=NOW) is None


@pytest.mark.parametrize("state", ASLEEP)
@pytest.mark.parametrize(
    ("began", "anyway", "becomes"),
    [
        (False, False, State.WAITING),
        (False, True, State.WAITING),
        (True, True, State.WAITING),
        (True, False, State.UNCLEAR),
    ],
)
def test_a_retry_looks_first_once_a_write_was_begun(state: State, *, began: bool, anyway: bool, becomes: State) -> None:
    facts = decided(Act.RETRY, Found(1, state, began), "", anyway=anyway, now=NOW)
    assert facts is not None
    assert (facts["state"], facts["due_at"], facts["attempts"]) == (becomes, NOW, 0)
    assert ("sending_at" in facts) == (becomes is State.WAITING)


@pytest.mark.parametrize(("act", "becomes"), [(Act.MARK_SENT, State.SENT), (Act.DROP, State.IGNORED)])
def test_what_is_done_with_says_by_whom(act: Act, becomes: State) -> None:
    facts = decided(act, Found(1, State.HELD, began=True), "by hand", anyway=False, now=NOW)
    assert facts is not None
    assert (facts["state"], facts["due_at"], facts["reason"]) == (becomes, None, "by hand")


@pytest.mark.parametrize(
    ("act", "anyway", "becomes"),
    [
        (Act.RETRY, False, None),
        (Act.RETRY, True, State.WAITING),
        (Act.MARK_SENT, False, State.SENT),
        (Act.DROP, False, State.IGNORED),
    ],
)
def test_what_waits_for_a_moderator_cannot_be_looked_for(act: Act, *, anyway: bool, becomes: State | None) -> None:
    facts = decided(act, Found(1, State.QUEUED, began=True), "", anyway=anyway, now=NOW)
    assert (facts and facts["state"]) == becomes
