"""Every failure the roads know, named by what to do about it. An error's docstring is its message unless one is given;
``explanation`` tells a person what to do now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Evidence:
    """The page on which something went wrong: where it came from and what it is made of. It holds what people wrote, so
    it goes into quarantine and never into a log."""

    url: str
    text: str = field(repr=False)


class BridgeError(Exception):
    """Something went wrong."""

    explanation: str = ""
    evidence: Evidence | None = None
    cursor: Mapping[str, object] | None = None
    """Where the reading of a watch goes on from although nothing could be read: what waits is not forgotten."""

    def __init__(self, message: str | None = None, *, explanation: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())
        if explanation is not None:
            self.explanation = explanation


class Retry(BridgeError):
    """It did not work this time, and nothing was written: try again later."""

    explanation = "The bridge tries again by itself."

    def __init__(
        self, message: str | None = None, *, after: timedelta | None = None, explanation: str | None = None
    ) -> None:
        super().__init__(message, explanation=explanation)
        self.after = after


class SignInNeeded(BridgeError):
    """The forum no longer knows us: sign in again."""

    explanation = "The bridge signs in again by itself; if that fails, check login.user and login.password."


class Unclear(BridgeError):
    """The answer to a write was lost, so it may or may not have taken effect: look before trying again."""

    explanation = "The bridge looks whether it arrived before it tries again."


class NotPosted(BridgeError):
    """The other side refused this for good, and said why: give up and tell the agent."""

    explanation = "Read the reason; mend the cause, then retry the item or drop it."


class FilesRefused(NotPosted):
    """The forum does not take the answer's files, and nothing was posted: post it with links to them instead."""

    explanation = "The bridge posts the answer with links to its files."


class NotAnAnswer(BridgeError):
    """It turned out to be no answer to the customer: leave it alone."""

    explanation = "It stays inside; there is nothing to do."


class Held(BridgeError):
    """Acting might be wrong, so a person has to decide."""

    explanation = "Look at both sides, then retry the item or mark it as sent."


class WatchTrouble(BridgeError):
    """This watch cannot be read as it should: wait, tell the operator, never guess."""

    explanation = "Open the address in a browser and compare; the watch is asked again now and then."


class Blocked(WatchTrouble):
    """The forum shows a challenge or refuses us; the bridge never defeats one."""

    explanation = "Ask the forum's owner to let the bridge's User-Agent through, for an API key, or for a webhook."


class Forbidden(WatchTrouble):
    """The forum does not let us read this address."""

    explanation = "Give the bridge's account the right to read there, or take the address out of watch."


class Gone(WatchTrouble):
    """The address does not exist on the forum (any more)."""

    explanation = "Check the address; take it out of watch if the thread or board was deleted."


class Unreadable(WatchTrouble):
    """The page holds nothing that the adapter recognises."""

    explanation = "The theme may have changed: compare `forum-bridge preview URL` with the page and mend the preset."


class RobotsForbid(WatchTrouble):
    """robots.txt of the forum asks programs not to read this address."""

    explanation = "Ask the owner; with their consent sign in (login.user) or set i_have_permission: true."


class ConfigurationRefused(BridgeError):
    """The configuration cannot be used as it stands."""

    explanation = "Mend the places named above; nothing was started and nothing was changed."


class LedgerRefused(BridgeError):
    """The ledger cannot be opened."""

    explanation = "Check the path, its rights and the free space; a running daemon holds the ledger for itself."


class LedgerInUse(LedgerRefused):
    """Another process owns the ledger."""
