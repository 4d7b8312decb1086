"""JSON of the desk → records. Tolerant in what a field holds, strict in one thing: a record without its id raises
Misshapen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from forum_bridge.deskie.lists import numbered, unwrapped
from forum_bridge.deskie.records import (
    Agent,
    Case,
    CaseStatus,
    Channel,
    ChannelType,
    Group,
    Label,
    Language,
    Message,
    User,
)
from forum_bridge.deskie.values import Misshapen, clearly_no, flag, moment, text, whole
from forum_bridge.model import Attachment, Json

Word = TypeVar("Word", bound=StrEnum)
Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class Kind(Generic[Record]):
    """A kind of record: the wrapper its JSON stands in, and its reader."""

    wrapper: str
    read: Callable[[Json], Record]


def single(answer: object, kind: Kind[Record]) -> Record:
    """Read the one record of an answer such as ``{"case": {…}}``."""
    inner = answer.get(kind.wrapper) if isinstance(answer, Mapping) else None
    if not isinstance(inner, Mapping) or not inner:
        raise Misshapen(f"no {kind.wrapper} in the answer")
    return kind.read(inner)


def listed(answer: object, kind: Kind[Record]) -> list[Record]:
    """Read all records of a list answer."""
    return [kind.read(raw) for raw in unwrapped(answer, kind.wrapper)]


def case(raw: Json) -> Case:
    """Read a case; lists hold fewer fields than a single one."""
    status = text(raw.get("status")).strip().lower()
    return Case(
        id=_id(raw, "case_id"),
        number=text(raw.get("case_number")),
        user_id=whole(raw.get("user_id")) or 0,
        status=_known(CaseStatus, status) or status,
        channel=text(raw.get("channel")),
        subject=text(raw.get("subject")),
        deleted=flag(raw.get("deleted")),
        spam=flag(raw.get("spam")),
        parent_case_id=whole(raw.get("parent_case_id")) or None,
        labels=_labels(raw),
        created_at=moment(raw.get("created_at")),
        updated_at=moment(raw.get("updated_at")),
        closed_at=moment(raw.get("closed_at")),
    )


def message(raw: Json) -> Message:
    """Read a message or a note; anything but a clear no makes it one, as in a webhook."""
    return Message(
        id=_id(raw, "message_id"),
        user_id=whole(raw.get("user_id")) or 0,
        staff_id=whole(raw.get("staff_id")) or 0,
        html=text(raw.get("content_html")),
        text=text(raw.get("content")),
        note=not clearly_no(raw.get("note")),
        sent_via_rule=flag(raw.get("sent_via_rule")),
        created_at=moment(raw.get("created_at")),
        sent_at=moment(raw.get("sent_at")),
        attachments=attachments(raw.get("attachments")),
    )


def attachments(raw: object) -> tuple[Attachment, ...]:
    """Read a list of files; only absolute http(s) addresses are kept, since others are nothing a reader can open."""
    files = [raw] if isinstance(raw, Mapping) and "url" in raw else numbered(raw)
    found = []
    for item in files:
        fields = item if isinstance(item, Mapping) else {"url": item if isinstance(item, str) else ""}
        address = text(fields.get("url")).strip()
        if address.lower().startswith(("https://", "http://")):
            name, mime = text(fields.get("file_name")), text(fields.get("mime_type"))
            found.append(Attachment(address, name, mime or None, whole(fields.get("file_size"))))
    return tuple(found)


def user(raw: Json) -> User:
    """Read a customer's profile; a bare channel number ("481") becomes its key (`cch481`)."""
    channel, custom_id = text(raw.get("user_custom_channel")), raw.get("user_custom_id")
    return User(
        id=_id(raw, "user_id"),
        name=text(raw.get("user_full_name")),
        custom_id=None if custom_id is None else text(custom_id),
        channel=f"cch{channel}" if whole(channel) else channel,
        linked=frozenset(filter(None, map(whole, numbered(raw.get("linked_users"))))),
    )


def agent(raw: Json) -> Agent:
    """Read an agent."""
    return Agent(_id(raw, "staff_id"), text(raw.get("staff_full_name")), _active(raw))


def channel(raw: Json) -> Channel:
    """Read a custom channel; without a key of its own it is `cch` and its number."""
    key = text(raw.get("channel_api_key")) or f"cch{_id(raw, 'channel_id')}"
    kind = text(raw.get("channel_type")).strip().lower()
    return Channel(
        key=key,
        title=text(raw.get("title")),
        type=_known(ChannelType, kind),
        webhook_url=text(raw.get("webhook_url")).strip(),
        active=_active(raw),
    )


def label(raw: Json) -> Label:
    """Read a label."""
    return Label(_id(raw, "label_id"), text(raw.get("label_title")))


def group(raw: Json) -> Group:
    """Read a group."""
    return Group(_id(raw, "group_id"), text(raw.get("group_title")), _active(raw))


def language(raw: Json) -> Language:
    """Read a language."""
    return Language(_id(raw, "language_id"), text(raw.get("code")), text(raw.get("title")), _active(raw))


CASE = Kind("case", case)
MESSAGE = Kind("message", message)
USER = Kind("user", user)
AGENT = Kind("staff", agent)
CHANNEL = Kind("custom_channel", channel)
LABEL = Kind("label", label)
GROUP = Kind("group", group)
LANGUAGE = Kind("language", language)


def _labels(raw: Json) -> frozenset[int] | None:
    """Those that rules keep in place stand apart, and count as well."""
    if "labels" not in raw:
        return None
    every = [*numbered(raw["labels"]), *numbered(raw.get("locked_labels"))]
    return frozenset(filter(None, map(whole, every)))


def _id(raw: Json, name: str) -> int:
    number = whole(raw.get(name))
    if not number:
        raise Misshapen(f"a record without {name}")
    return number


def _known(words: type[Word], word: str) -> Word | None:
    try:
        return words(word)
    except ValueError:
        return None


def _active(raw: Json) -> bool:
    return flag(raw.get("active", True))
