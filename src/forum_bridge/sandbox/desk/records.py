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
class Agent:
    """A person of the company. ``groups`` and ``channels`` are what they may see; None means everything."""

    staff_id: int
    full_name: str
    email: str
    api_key: str = field(default="", repr=False)
    active: bool = True
    full_access: bool = True
    groups: frozenset[int] | None = None
    channels: frozenset[str] | None = None
    thumbnail: str = ""


@dataclass(slots=True)
class Channel:
    """A custom channel; ``type`` is ``async`` or ``sync``, agents' answers go to ``webhook_url``."""

    channel_id: int
    title: str
    type: str = "async"
    active: bool = True
    webhook_url: str = ""
    icon: str = "fa-comments"

    @property
    def key(self) -> str:
        """What the API calls the channel: ``cch`` and the number."""
        return f"cch{self.channel_id}"


@dataclass(slots=True)
class Group:
    """A department of agents."""

    group_id: int
    title: str
    active: bool = True


@dataclass(slots=True)
class Label:
    """A label that cases carry by its id."""

    label_id: int
    title: str


@dataclass(slots=True)
class Language:
    """A language of the account."""

    language_id: int
    code: str
    title: str
    active: bool = True


@dataclass(slots=True)
class CustomField:
    """A field the account added to cases or users; its values stand under ``cf_<field_id>``."""

    field_id: int
    title: str
    type: str = "text"
    level: str = "case"
    active: bool = True


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
    """A case. ``parent_case_id`` is set once it was merged into another; ``chat`` while its live chat is going on."""

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
    parent_case_id: int = 0
    custom_fields: dict[str, object] = field(default_factory=dict)
    labels: list[int] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
