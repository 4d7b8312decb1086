"""What the simulated desk remembers, as plain records in Deskie's words. Knows no HTTP, no JSON and no rule."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Status(StrEnum):
    """The three states of a case; a live chat is a flag beside them, not a fourth one."""

    OPEN = "open"
    WAITING = "waiting"
    CLOSED = "closed"


@dataclass(slots=True)
class User:
    """A customer as one channel knows them. ``linked`` are the ids of their profiles on other channels."""

    user_id: int
    full_name: str
    created_at: datetime
    updated_at: datetime
    channel: str = ""
    custom_id: str = ""
    email: str = ""
    phone: str = ""
    company_name: str = ""
    company_position: str = ""
    note: str = ""
    language_id: int = 0
    custom_fields: dict[str, object] = field(default_factory=dict)
    active: bool = True
    deleted: bool = False
    confirmed: bool = False
    linked: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way in: sent in a multipart body, or named by the address it can be fetched from (``url``)."""

    name: str
    mime: str
    data: bytes = field(default=b"", repr=False)
    url: str = ""


@dataclass(slots=True)
class File:
    """A file that hangs on a message. ``url`` is its source where only the address was recorded, else empty."""

    file_id: int
    name: str
    mime: str
    size: int
    data: bytes = field(default=b"", repr=False)
    url: str = ""


@dataclass(frozen=True, slots=True)
class Rating:
    """What a customer thought: ``high``, ``middle`` or ``low``, a comment, and the agent it is about (0 for none)."""

    rating: str
    comment: str = ""
    staff_id: int = 0


@dataclass(slots=True)
class Message:
    """One message of a case: by a customer (``user_id``) or by an agent (``staff_id``, 0 where a rule sent it)."""

    message_id: int
    case_id: int
    created_at: datetime
    sent_at: datetime
    user_id: int = 0
    staff_id: int = 0
    content: str = ""
    content_html: str = ""
    note: bool = False
    via_rule: bool = False
    from_api: bool = False
    files: list[File] = field(default_factory=list)
    rating: Rating | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A line of a case's change history; ``done_by`` is ``staff_<id>``, ``user_<id>`` or ``rule_<id>``."""

    created_at: datetime
    event: str
    done_by: str
    old_value: str
    value: str


@dataclass(slots=True)
class Case:
    """A case. ``parent_case_id`` is set once it was merged into another; ``chat`` while its live chat is going on, and
    until ``chat_ends_at`` if nobody writes (None: it never ends by itself)."""

    case_id: int
    case_number: str
    user_id: int
    channel: str
    subject: str
    created_at: datetime
    updated_at: datetime
    last_response_at: datetime
    status: Status = Status.OPEN
    priority: str = "normal"
    staff_id: int = 0
    group_id: int = 0
    language_id: int = 0
    closed_at: datetime | None = None
    deleted: bool = False
    spam: bool = False
    chat: bool = False
    chat_ends_at: datetime | None = None
    chat_warned: bool = False
    parent_case_id: int = 0
    custom_fields: dict[str, object] = field(default_factory=dict)
    labels: list[int] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    rating: Rating | None = None
    changes: list[Change] = field(default_factory=list)
