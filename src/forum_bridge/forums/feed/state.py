"""Where the reading of a feed stands, as the small JSON object that lies in a cursor. Knows no feed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from forum_bridge.forums.reading.refusals import Refusals
from forum_bridge.model import Json, WatchKind
from forum_bridge.web.page import Validators

PLACES = 200  # threads whose reading is remembered; one that is forgotten is read as if first met


@dataclass(frozen=True, slots=True)
class Place:
    """A thread or board still to be read."""

    kind: WatchKind
    url: str


@dataclass(slots=True)
class FeedState:
    """``seen``: id and mark of each post in the feed when it was read last. Where another adapter reads the pages, by
    thread: ``waiting`` is still to be read, ``refusals`` tell which of that was refused to us, ``cursors`` where the
    reading of each stands, ``read`` which one was read last."""

    validators: Validators = field(default_factory=Validators)
    seen: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, Place] = field(default_factory=dict)
    cursors: dict[str, Json] = field(default_factory=dict)
    refusals: Refusals = field(default_factory=Refusals)
    read: tuple[str, Place] | None = None

    def to_json(self) -> Json:
        """Return the object for the cursor, with the threads read last only."""
        kept = dict(list(self.cursors.items())[-PLACES:])
        return {
            "validators": self.validators.to_json(),
            "seen": dict(self.seen),
            "waiting": _written(self.waiting),
            "cursors": kept,
            "refusals": self.refusals.to_json(),
            "read": _written(dict([self.read] if self.read is not None else [])),
        }

    @classmethod
    def from_json(cls, obj: Json) -> FeedState:
        """Return what ``to_json`` wrote; parts of another shape count as absent."""
        return cls(
            Validators.from_json(obj.get("validators")),
            {key: mark for key, mark in _mapping(obj.get("seen")).items() if isinstance(mark, str)},
            _places(obj.get("waiting")),
            {key: state for key, state in _mapping(obj.get("cursors")).items() if isinstance(state, Mapping)},
            Refusals.from_json(obj.get("refusals")),
            next(iter(_places(obj.get("read")).items()), None),
        )


def _written(places: Mapping[str, Place]) -> Json:
    return {key: [place.kind.value, place.url] for key, place in places.items()}


def _places(obj: object) -> dict[str, Place]:
    kinds = set(WatchKind)
    return {
        key: Place(WatchKind(place[0]), str(place[1]))
        for key, place in _mapping(obj).items()
        if isinstance(place, list | tuple) and len(place) == 2 and place[0] in kinds
    }


def _mapping(obj: object) -> dict[str, object]:
    return {str(key): value for key, value in obj.items()} if isinstance(obj, Mapping) else {}
