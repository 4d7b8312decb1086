"""What stands on the desk, as values: case, message, user, agent, channel and the small lists. Knows no JSON and no
call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from forum_bridge.model import Attachment, Upload


class CaseStatus(StrEnum):
    """The statuses that Deskie documents; a status it adds later stays plain text."""

    OPEN = "open"
    WAITING = "waiting"
    CLOSED = "closed"


class ChannelType(StrEnum):
    """How a custom channel works: like e-mail (each question its own case) or like a chat (all goes on in the last
    one)."""

    ASYNC = "async"
    SYNC = "sync"


@dataclass(frozen=True, slots=True)
class Case:
    """A case. ``user_id`` 0 means nobody; ``deleted`` and ``spam`` cases still exist; ``parent_case_id`` is the case
    that absorbed this one. ``labels`` are the ids of the labels it carries, None where the answer does not tell them.
    Dates are aware UTC."""

    id: int
    number: str
    user_id: int
    status: CaseStatus | str
    channel: str = ""
    subject: str = ""
    deleted: bool = False
    spam: bool = False
    parent_case_id: int | None = None
    labels: frozenset[int] | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A message on a case. ``user_id`` or ``staff_id`` is 0; one of ``html`` and ``text`` may be empty; ``note`` is
    internal."""

    id: int
    user_id: int
    staff_id: int
    html: str
    text: str
    note: bool
    sent_via_rule: bool
    created_at: datetime | None = None
    sent_at: datetime | None = None
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class User:
    """A customer's profile on one channel; ``custom_id`` is what we call them, None for other kinds of channel.
    ``linked`` are the ids of the same person's other profiles."""

    id: int
    name: str
    custom_id: str | None = None
    channel: str = ""
    linked: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent (the API's `staff`); ``name`` is the full name."""

    id: int
    name: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class Channel:
    """A custom channel; ``key`` is what a case names (`cch42`). ``type`` is None if Deskie names one we do not know.
    The webhook's address holds a secret, so it stays out of the repr."""

    key: str
    title: str
    type: ChannelType | None
    webhook_url: str = field(repr=False)
    active: bool = True


@dataclass(frozen=True, slots=True)
class Label:
    """A label that a case may carry."""

    id: int
    title: str


@dataclass(frozen=True, slots=True)
class Group:
    """A group of agents."""

    id: int
    title: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the account; ``code`` is like `tr`."""

    id: int
    code: str
    title: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case to create. ``user_custom_id`` names the customer on ``channel``; an e-mail or phone links them to
    profiles that the desk already knows. ``custom_fields`` is by `cf_<id>`; ``labels`` are ids."""

    user_custom_id: str
    channel: str
    subject: str
    html: str
    user_full_name: str
    company: str | None = None
    email: str | None = None
    phone: str | None = None
    group_id: int | None = None
    labels: tuple[int, ...] = ()
    priority: str | None = None
    language_id: int | None = None
    custom_fields: Mapping[str, str | bool] = field(default_factory=dict)
    files: tuple[Upload, ...] = ()
