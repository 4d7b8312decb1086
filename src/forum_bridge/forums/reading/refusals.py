"""How long a thread that the forum refuses to show is asked for again: a deploy or a wary server refuses for a while, a
deleted thread for ever. Knows no page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from forum_bridge.model import Json

PAUSES = tuple(timedelta(minutes=each) for each in (1, 4, 15, 40))  # an hour in all; who refuses after that means it


@dataclass(slots=True)
class Refusals:
    """By thread: how often it was refused, one time after another, and before when (Unix) it is not asked again."""

    _known: dict[str, tuple[int, int]] = field(default_factory=dict)

    def rests(self, key: str, now: datetime) -> bool:
        """Whether it is too early to ask for a thread again."""
        return key in self._known and self._known[key][1] > int(now.timestamp())

    def again(self, key: str, now: datetime) -> bool:
        """Note one more refusal; return whether the thread is to be asked for again, else it is forgotten here."""
        times = self._known.pop(key, (0, 0))[0]
        if times == len(PAUSES):
            return False
        self._known[key] = (times + 1, int((now + PAUSES[times]).timestamp()))
        return True

    def forget(self, key: str) -> None:
        """A thread was read, or has moved: what was refused before does not count."""
        self._known.pop(key, None)

    def to_json(self) -> Json:
        """Return the object for a cursor."""
        return {key: list(each) for key, each in self._known.items()}

    @classmethod
    def from_json(cls, obj: object) -> Refusals:
        """Return what ``to_json`` wrote; parts of another shape count as absent."""
        found = obj.items() if isinstance(obj, Mapping) else ()
        return cls({str(key): (each[0], each[1]) for key, each in found if _is_pair(each)})


def _is_pair(obj: object) -> bool:
    return isinstance(obj, list | tuple) and len(obj) == 2 and all(type(each) is int and each >= 0 for each in obj)
