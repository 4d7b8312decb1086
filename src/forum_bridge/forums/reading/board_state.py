"""Where the reading of a board stands: marks of its threads, and those that wait to be read. Knows no page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from forum_bridge.forums.reading.refusals import Refusals
from forum_bridge.forums.reading.state import ThreadState
from forum_bridge.model import Json

THREADS = 500  # remembered; one that is forgotten and moves again is read as if first met, which costs a page, no post


@dataclass(slots=True)
class Waiting:
    """A thread that has moved and was not read to its end yet; ``mark`` is what the board showed."""

    url: str
    mark: str


@dataclass(frozen=True, slots=True)
class Scan:
    """A page of the board still to be looked at, once the thread ``after`` (the last row before it) has been read: only
    that tells whether the page is worth it, where rows tell no time."""

    url: str
    after: str | None = None


@dataclass(slots=True)
class BoardState:
    """``marks``: what the board showed when a thread was last read (or need not be); ``threads``: where its reading
    stands; ``waiting``: what is still to be read, in order; ``refusals``: which of that was refused to us; ``scans``:
    pages of the board still to be looked at."""

    marks: dict[str, str] = field(default_factory=dict)
    threads: dict[str, ThreadState] = field(default_factory=dict)
    waiting: dict[str, Waiting] = field(default_factory=dict)
    scans: list[Scan] = field(default_factory=list)
    refusals: Refusals = field(default_factory=Refusals)

    def mark(self, thread_id: str, mark: str) -> None:
        """Remember a thread's mark as the newest."""
        self.marks.pop(thread_id, None)
        self.marks[thread_id] = mark

    def put_behind(self, thread_id: str) -> None:
        """Let a thread wait behind the others; what stands behind it on the board waits for it no longer, since nobody
        knows when it is read."""
        self.waiting[thread_id] = self.waiting.pop(thread_id)
        self.scans = list(dict.fromkeys(Scan(each.url) if each.after == thread_id else each for each in self.scans))

    @property
    def to_scan(self) -> Scan | None:
        """The next page that can be looked at now."""
        return next((scan for scan in self.scans if scan.after not in self.waiting), None)

    def to_json(self) -> Json:
        """Return the object for the cursor, with the newest threads only."""
        kept = dict(list(self.marks.items())[-THREADS:])
        return {
            "marks": kept,
            "threads": {
                key: state.to_json() for key, state in self.threads.items() if key in kept or key in self.waiting
            },
            "waiting": {key: [one.url, one.mark] for key, one in self.waiting.items()},
            "scans": [[scan.url, scan.after] for scan in self.scans],
            "refusals": self.refusals.to_json(),
        }

    @classmethod
    def from_json(cls, obj: Json) -> BoardState:
        """Return what ``to_json`` wrote; parts of another shape count as absent, and their threads as first met."""
        states = {key: ThreadState.from_json(state) for key, state in _mapping(obj.get("threads")).items()}
        scans = obj.get("scans")
        return cls(
            {key: mark for key, mark in _mapping(obj.get("marks")).items() if isinstance(mark, str)},
            {key: state for key, state in states.items() if state is not None},
            {
                key: Waiting(str(pair[0]), str(pair[1]))
                for key, pair in _mapping(obj.get("waiting")).items()
                if isinstance(pair, list | tuple) and len(pair) == 2
            },
            [
                Scan(str(pair[0]), str(pair[1]) if pair[1] is not None else None)
                for pair in (scans if isinstance(scans, list | tuple) else ())
                if isinstance(pair, list | tuple) and len(pair) == 2
            ],
            Refusals.from_json(obj.get("refusals")),
        )


def _mapping(obj: object) -> dict[str, object]:
    return {str(key): value for key, value in obj.items()} if isinstance(obj, Mapping) else {}
