"""What a verdict means for a ledger row, the same on both roads: its next state, when it is due, and the line in the
log."""

from __future__ import annotations

from typing import Protocol

from forum_bridge.bridge.retry import Again, Dead, Hold, Leave, Look, Verdict
from forum_bridge.ledger.states import State
from forum_bridge.ledger.trail import Step


class Log(Protocol):
    """A logger that already knows which item is spoken of."""

    def warning(self, event: str, **facts: object) -> object: ...
    def error(self, event: str, **facts: object) -> object: ...


def consequence(verdict: Verdict, state: State, log: Log, road: str) -> dict[str, object]:
    """Return the facts to write into the row that stood in ``state``; ``road`` begins the event's name in the log."""
    match verdict:
        case Again(at):
            log.warning("_".join((road, "waits")), again_at=at.isoformat())
            return {"state": state, "due_at": at}  # as it was before this step: nothing was written
        case Look(at):
            log.warning("_".join((road, "unclear")), look_at=at.isoformat())
            return {"state": State.UNCLEAR, "due_at": at}
        case Hold():
            log.error("_".join((road, "held")))
            return {"state": State.HELD}
        case Dead():
            log.error("_".join((road, "dead")))
            return {"state": State.DEAD}
        case Leave():
            log.warning("_".join((road, "left_alone")))
            return {"state": State.IGNORED}


def step_of(verdict: Verdict) -> Step:
    """Return what a verdict is called in the item's trail."""
    match verdict:
        case Again():
            return Step.FAILED
        case Look():
            return Step.UNCLEAR
        case Hold():
            return Step.HELD
        case Dead():
            return Step.DEAD
        case Leave():
            return Step.LEFT
