"""What an admin of the simulated account set up: agents, channels, groups and the like, as plain records in Deskie's
words. Knows no HTTP, no JSON and no rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta, timezone, tzinfo

ISTANBUL = timezone(timedelta(hours=3))


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
    from_name: str = ""
    signature: str = ""


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


@dataclass(frozen=True, slots=True)
class Account:
    """What an admin set up before the first case: who works here, which channels there are, and the time zone."""

    agents: Sequence[Agent] = ()
    channels: Sequence[Channel] = ()
    groups: Sequence[Group] = ()
    labels: Sequence[Label] = ()
    languages: Sequence[Language] = ()
    custom_fields: Sequence[CustomField] = ()
    timezone: tzinfo = ISTANBUL
