"""What every way to tell a person can do, and how it fails."""

from __future__ import annotations

from typing import ClassVar, Protocol

from forum_bridge.alerts.words import Message
from forum_bridge.config import AlertConfig
from forum_bridge.errors import BridgeError


class NotTold(BridgeError):
    """Telling has failed, and is tried again later."""

    explanation = "Check the alert's settings; `forum-bridge alert --test` tries them."


class Channel(Protocol):
    """One configured way. ``one_by_one``: each trouble is a message of its own."""

    one_by_one: ClassVar[bool]

    @property
    def config(self) -> AlertConfig: ...

    async def tell(self, message: Message) -> int | None:
        """Hand a message over; return the case that it stands in, if it is one. Raises NotTold, whose text holds no
        secret, and TimeoutError."""
        ...
