"""What commands and the running bridge say to each other through the control socket, as JSON."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter

from forum_bridge.bridge.backfill import Filled
from forum_bridge.daemon.news import WatchNews
from forum_bridge.errors import BridgeError, ConfigurationRefused
from forum_bridge.ledger.operator import Act

NDJSON = "application/x-ndjson"
NOT_MINE = 421  # "Misdirected Request": this bridge works with another ledger


@dataclass(frozen=True, slots=True)
class Hello:
    """Is it you who works with this ledger?"""

    ledger: str


@dataclass(frozen=True, slots=True)
class Decision:
    """An operator's decision about one item; ``url`` says where it stands."""

    ledger: str
    act: Act
    item: str
    anyway: bool = False
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """Read these watches now (none named: all)."""

    ledger: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Oblivion:
    """Forget this author of this forum."""

    ledger: str
    forum: str
    author_key: str


@dataclass(frozen=True, slots=True)
class Fill:
    """Take in what was old at this place since that moment (None: all), at most so many posts."""

    ledger: str
    name: str
    since: datetime | None
    limit: int | None


@dataclass(frozen=True, slots=True)
class Said:
    """What became of a decision, in one sentence."""

    said: str


@dataclass(frozen=True, slots=True)
class Failed:
    """Why something was not done, and what to do; ``refused`` if what was asked for makes no sense."""

    error: str
    explanation: str
    refused: bool = False

    @classmethod
    def of(cls, error: BridgeError) -> Failed:
        """Return an error as it goes through the socket."""
        return cls(str(error), error.explanation, isinstance(error, ConfigurationRefused))

    @property
    def raised(self) -> BridgeError:
        """The error as a command raises it."""
        return (ConfigurationRefused if self.refused else BridgeError)(self.error, explanation=self.explanation)


hello: TypeAdapter[Hello] = TypeAdapter(Hello)
decision: TypeAdapter[Decision] = TypeAdapter(Decision)
oblivion: TypeAdapter[Oblivion] = TypeAdapter(Oblivion)
wish: TypeAdapter[Wish] = TypeAdapter(Wish)
fill: TypeAdapter[Fill] = TypeAdapter(Fill)
filled: TypeAdapter[Filled | Failed] = TypeAdapter(Filled | Failed)
answer: TypeAdapter[Said | Failed] = TypeAdapter(Said | Failed)
line: TypeAdapter[WatchNews | Failed] = TypeAdapter(WatchNews | Failed)


def identity(ledger: Path) -> str:
    """Return what names a ledger: its file itself, since a service's folder has two names."""
    return os.path.realpath(ledger)
