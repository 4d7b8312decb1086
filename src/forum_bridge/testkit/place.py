"""Where the kit may write: a forum that runs for the test, with an eye of its own for what stands there. An adapter's
author makes one; it may be a stand-in of thirty lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from enum import StrEnum
from typing import Protocol

from forum_bridge.forums.contract import Adapter
from forum_bridge.model import PostId, Quote, ThreadRef


class Refusal(StrEnum):
    """Why a forum does not show a reply, at least not at once."""

    LOCKED = "a locked thread"
    FLOOD = "a reply too soon after another"
    SIGNED_OUT = "a session that has ended"
    BANNED = "an account that may no longer write"
    UNFIT = "a text that the forum does not take"
    MODERATED = "a moderator who looks first"


class Place(Protocol):
    """One forum with one thread of some posts, new for each check."""

    @property
    def thread(self) -> ThreadRef: ...
    @property
    def newest(self) -> PostId:
        """The thread's newest post before anything is written."""
        ...

    @property
    def quote(self) -> Quote:
        """One of its posts, to be quoted."""
        ...

    @property
    def unfit(self) -> str:
        """A text that is refused: too short, too long."""
        ...

    @property
    def secrets(self) -> Sequence[str]:
        """What opens the account."""
        ...

    def adapter(self) -> AbstractAsyncContextManager[Adapter]:
        """Open an adapter with the account of the bridge, which has not signed in yet."""
        ...

    def standing(self) -> int:
        """Return how many posts the thread has, those that wait for a moderator included."""
        ...

    def arrived(self) -> Sequence[str]:
        """Return the texts of all fields that writes have brought so far, as the forum decoded them."""
        ...

    def wait(self) -> None:
        """Let so much time pass that a flood limit no longer holds."""
        ...

    def lose_next(self) -> None:
        """Let the next reply take effect, and cut the connection instead of saying so."""
        ...

    def refuse(self, why: Refusal) -> bool:
        """Refuse replies from now on, for this reason; False if this forum does not know it."""
        ...


OpenPlace = Callable[[], AbstractAsyncContextManager[Place]]
