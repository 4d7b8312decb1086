"""A case's history and the news of it: each change is a line of the changelog, each act is told to the rules. Knows no
act."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from forum_bridge.model import Clock
from forum_bridge.sandbox.desk.records import Case, Change


class Listener(Protocol):
    """Who is told of cases."""

    def opened(self, case: Case) -> None:
        """A case is complete with its first message."""

    def heard(self, case: Case, changes: Sequence[Change]) -> None:
        """An act on a case is complete, with the lines of history that it brought."""


class History:
    """Writes histories and tells the listeners."""

    def __init__(self, clock: Clock, changed: Callable[[], None], listeners: Sequence[Listener]) -> None:
        self._clock = clock
        self._changed = changed
        self._listeners = listeners
        self._fresh: dict[int, list[Change]] = {}

    def record(self, case: Case, event: str, done_by: str, old: str = "", new: str = "") -> None:
        """Add a line. Call it after the change, and ``touched`` at the end of the act."""
        line = Change(self._clock(), event, done_by, old, new)
        case.changes.append(line)
        self._fresh.setdefault(case.case_id, []).append(line)

    def touched(self, case: Case) -> None:
        """Note that an act on the case is complete."""
        case.updated_at = max(self._clock(), case.updated_at)
        fresh = self._fresh.pop(case.case_id, [])
        for listener in self._listeners:
            listener.heard(case, fresh)
        self._changed()

    def opened(self, case: Case) -> None:
        """Note that a case is complete with its first message."""
        case.updated_at = max(self._clock(), case.updated_at)
        for listener in self._listeners:
            listener.opened(case)
        self._changed()

    def vanished(self, case: Case) -> None:
        """Note that a case is gone for good; nobody can hear of it."""
        self._fresh.pop(case.case_id, None)
        self._changed()
