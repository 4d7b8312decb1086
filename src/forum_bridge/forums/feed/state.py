"""Where the reading of a feed stands, as the small JSON object that lies in a cursor. Knows no feed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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
    thread: ``waiting`` is still to be read, ``cursors`` tell where the reading of each stands."""

    validators: Validators = field(default_factory=Validators)
    seen: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, Place] = field(default_factory=dict)
    cursors: dict[str, Json] = field(default_factory=dict)

    def to_json(self) -> Json:
        """Return the object for the cursor, with the threads read last only."""
        kept = dict(list(self.cursors.items())[-PLACES:])
        return {
            "validators": self.validators.to_json(),
            "seen": dict(self.seen),
            "waiting": {key: [place.kind.value, place.url] for key, place in self.waiting.items()},
            "cursors": kept,
        }

    @classmethod
    def from_json(cls, obj: Json) -> FeedState:
        """Return what ``to_json`` wrote; parts of another shape count as absent."""
        kinds = set(WatchKind)
        return cls(
            Validators.from_json(obj.get("validators")),
            {key: mark for key, mark in _mapping(obj.get("seen")).items() if isinstance(mark, str)},
            {
                key: Place(WatchKind(place[0]), str(place[1]))
                for key, place in _mapping(obj.get("waiting")).items()
                if isinstance(place, list | tuple) and len(place) == 2 and place[0] in kinds
            },
            {key: state for key, state in _mapping(obj.get("cursors")).items() if isinstance(state, Mapping)},
        )


def _mapping(obj: object) -> dict[str, object]:
    return {str(key): value for key, value in obj.items()} if isinstance(obj, Mapping) else {}
