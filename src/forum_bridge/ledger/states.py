"""The states an item goes through, the same words for both roads."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a post or an answer stands. Only ``waiting``, ``sending`` and ``unclear`` are work."""

    WAITING = "waiting"  # to be written to the other side when due
    SENDING = "sending"  # the write began; if nobody is writing now, its outcome is unknown
    UNCLEAR = "unclear"  # the answer to the write was lost: look before trying again
    SENT = "sent"  # it stands on the other side
    BY_HAND = "by_hand"  # a person posts it, and it is recognised then
    QUEUED = "queued"  # the forum has it; a moderator lets it stand, and it is recognised then
    HELD = "held"  # acting might be wrong: a person decides
    DEAD = "dead"  # will not be tried again until a person says so
    OLD = "old"  # was there before the watch began
    OWN = "own"  # written by our own account
    IGNORED = "ignored"  # policy says it does not concern the desk


WORK = (State.WAITING, State.SENDING, State.UNCLEAR)


class LinkState(StrEnum):
    """Where the linking of a customer's profile with the author's others stands."""

    WAITING = "waiting"  # to be asked for when due
    LINKED = "linked"
    DECLINED = "declined"  # Deskie will not; agents see several people


class CaseState(StrEnum):
    """What we last knew of a case."""

    OPEN = "open"
    WAITING = "waiting"
    CLOSED = "closed"
    GONE = "gone"  # trashed, spam, purged: never written to again
