"""An event's way to a webhook, try by try. Knows nothing of how it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to reach a webhook: the HTTP status answered, or None and what went wrong."""

    at: datetime
    status: int | None
    trouble: str = ""


@dataclass(slots=True)
class Delivery:
    """An event on its way to a webhook; ``done`` once the desk will not try again. The address and the
    headers are secrets."""

    delivery_id: int
    message_id: int
    case_id: int
    url: str = field(repr=False)
    body: bytes = field(repr=False)
    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    attempts: list[Attempt] = field(default_factory=list)
    done: bool = False

    @property
    def status(self) -> int | None:
        """The HTTP status of the last try; None before the first one and where there was no answer."""
        return self.attempts[-1].status if self.attempts else None

    @property
    def accepted(self) -> bool:
        """Whether the webhook took the event (any 2xx)."""
        return self.status is not None and 200 <= self.status < 300
