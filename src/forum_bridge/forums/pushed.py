"""What a forum sends by itself, as its adapter read it. Knows no network and no ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from forum_bridge.errors import BridgeError
from forum_bridge.model import Reading


@dataclass(frozen=True, slots=True)
class PushRequest:
    """One request that came for a forum. ``headers`` find names in any case; ``content`` is the body, or the query as
    it was sent where there is none; ``now`` is when it came, aware UTC; ``token`` what stood behind the forum's name in
    the address."""

    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    now: datetime
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Hint:
    """Something is new in a thread of the forum, by its id; None: somewhere."""

    thread: str | None = None


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a believed request says: posts (``reading``), or only where to look for some (``hints``). ``id`` is the
    forum's own name for posts that it sends, the same at each try; ``ahead`` how far its clock is ahead of ours."""

    id: str = ""
    reading: Reading | None = None
    ahead: timedelta = timedelta()
    hints: tuple[Hint, ...] = ()


class PushRefused(BridgeError):
    """Nothing of what was sent is taken; the message is for whoever sent it."""

    status = 400


class NotSigned(PushRefused):
    """It is not signed as it should be."""

    status = 401


class Malformed(PushRefused):
    """It cannot be read; ``place`` says where."""

    def __init__(self, message: str, place: str = "") -> None:
        super().__init__(message)
        self.place = place
