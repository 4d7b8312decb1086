"""How posts become cases: whose posts count, what a case is called, where it goes. Templates are checked, not
rendered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, PlainSerializer, PlainValidator, WithJsonSchema

from forum_bridge.config.base import Model, refused
from forum_bridge.config.templates import CaseTemplate
from forum_bridge.model import WatchKind

PRIORITIES = ("low", "normal", "high", "critical")
FROM_MEND = "write everyone, starter, mentions, or {mentions: [word, another]}"


class Who(StrEnum):
    """Whose posts become cases."""

    EVERYONE = "everyone"
    STARTER = "starter"
    MENTIONS = "mentions"


@dataclass(frozen=True, slots=True)
class CasesFrom:
    """Whose posts become cases; with MENTIONS only posts that hold one of ``words`` (none: the bridge's own
    user name)."""

    who: Who
    words: tuple[str, ...] = ()


class Others(StrEnum):
    """What becomes of posts by people whose posts make no case, in a thread that has one."""

    IGNORE = "ignore"
    NOTE = "note"


class Edits(StrEnum):
    """What agents get of a delivered post that was edited on the forum."""

    IGNORE = "ignore"
    NOTE = "note"
    MESSAGE = "message"


class Deletions(StrEnum):
    """What agents hear of a delivered post that was deleted on the forum."""

    IGNORE = "ignore"
    NOTE = "note"


class WhenClosed(StrEnum):
    """What a new post does to a closed case."""

    APPEND = "append"
    NEW = "new"


def _from(value: object) -> CasesFrom:
    if isinstance(value, CasesFrom):
        return value
    if isinstance(value, str) and value in set(Who):
        return CasesFrom(Who(value))
    words = value.get("mentions") if isinstance(value, Mapping) and set(value) == {"mentions"} else None
    if isinstance(words, str):
        words = [words]
    if isinstance(words, list) and words and all(isinstance(word, str) and word.strip() for word in words):
        return CasesFrom(Who.MENTIONS, tuple(str(word) for word in words))
    raise refused("does not say whose posts become cases", FROM_MEND)


def _from_written(value: CasesFrom | None) -> str | dict[str, list[str]] | None:
    if value is None:
        return None
    return {"mentions": list(value.words)} if value.words else value.who.value


def _priority(text: str) -> str:
    if "{" not in text and text not in PRIORITIES:
        raise refused("is not a priority", f"write one of {', '.join(PRIORITIES)}, or a template that gives one")
    return text


From = Annotated[
    CasesFrom,
    PlainValidator(_from),
    PlainSerializer(_from_written),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": [who.value for who in Who]},
                {
                    "type": "object",
                    "properties": {"mentions": {"type": "array", "items": {"type": "string"}, "minItems": 1}},
                    "required": ["mentions"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]


class CustomerConfig(Model):
    """What Deskie learns about a post's author. An e-mail or phone ties them to a customer whom Deskie already
    knows."""

    name: CaseTemplate = Field("{{ author.name }}", description="Name of the customer.")
    company: CaseTemplate | None = Field(None, description="Company of the customer.")
    email: CaseTemplate | None = Field(
        "{{ author.email }}", description="E-mail of the customer; the forum's owner sends it, or you know it."
    )
    phone: CaseTemplate | None = Field(None, description="Phone of the customer, with + and country code.")


class CasesConfig(Model):
    """How posts become cases. Texts may be templates over forum, thread, post and author."""

    from_: From | None = Field(
        None,
        alias="from",
        description="Whose posts become cases. Not set: starter in a board watch, everyone in the others.",
    )
    others: Others = Field(Others.IGNORE, description="What other people's posts in such a thread become.")
    subject: CaseTemplate = Field("{{ thread.title }}", description="Subject of a new case.")
    labels: tuple[CaseTemplate, ...] = Field((), description="Labels of a new case, by id or name.")
    group: CaseTemplate | None = Field(None, description="Group that gets a new case, by id or name.")
    priority: Annotated[CaseTemplate, AfterValidator(_priority)] | None = Field(
        None, description="Priority of a new case: low, normal, high, critical."
    )
    language: CaseTemplate | None = Field(None, description="Language of a new case, by id, code or name.")
    custom_fields: dict[str, CaseTemplate] = Field(
        {}, description="Custom fields of a new case: id or name, and its value."
    )
    customer: CustomerConfig = Field(CustomerConfig(), description="What Deskie learns about the author.")
    when_closed: WhenClosed = Field(
        WhenClosed.APPEND, description="append: a new post opens the closed case again; new: it makes a new case."
    )

    edits: Edits = Field(
        Edits.NOTE,
        description="Delivered posts that are edited: note (an internal note with what changed), message (the message"
        " itself is edited, or a note where Deskie refuses), ignore.",
    )
    deletions: Deletions = Field(
        Deletions.NOTE, description="Delivered posts that are deleted, where the forum tells: note or ignore."
    )

    def whose(self, kind: WatchKind) -> CasesFrom:
        """Return whose posts become cases in a watch of this kind: ``from``, else what suits the kind. Who writes a
        personal message always speaks to us."""
        if kind is WatchKind.INBOX:
            return CasesFrom(Who.EVERYONE)
        if self.from_ is not None:
            return self.from_
        return CasesFrom(Who.STARTER if kind is WatchKind.BOARD else Who.EVERYONE)
