"""What is polled, and how often."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from forum_bridge.config.base import Broken, Model, refused
from forum_bridge.config.durations import PATTERN, PositiveDuration, parse_duration, positive
from forum_bridge.config.urls import Url, host
from forum_bridge.model import POLLED, WatchKind

ONE_KIND = "write one of thread:, board:, feed:, mentions: true or inbox: true after each dash"


class Every(Model):
    """How often a watch is polled: from min while it is busy to max while it is quiet."""

    min: PositiveDuration = Field(timedelta(minutes=1), description="The shortest pause between two polls.")
    max: PositiveDuration = Field(timedelta(minutes=30), description="The longest pause between two polls.")

    @classmethod
    def rules(cls, keys: Mapping[str, object]) -> Iterator[Broken]:
        """The shortest pause is not longer than the longest."""
        shortest, longest = (_length(keys.get(key, cls.model_fields[key].default)) for key in ("min", "max"))
        if shortest is not None and longest is not None and shortest > longest:
            what = "max" if "max" in keys else "max, which is 30m unless you write another"
            yield ("min",), refused(f"is longer than {what}", "write a shorter min or a longer max")


def _length(value: object) -> timedelta | None:
    if isinstance(value, timedelta):
        return value
    try:
        return parse_duration(value) if isinstance(value, str) else None
    except PydanticCustomError:
        return None  # its own fault is told where it stands


def _one_duration(value: object) -> object:
    length = parse_duration(value) if isinstance(value, str) else value
    return Every(min=positive(length), max=length) if isinstance(length, timedelta) else value


def or_duration(schema: JsonDict) -> None:
    """Let a JSON schema of ``Every`` accept one duration, too."""
    schema["anyOf"] = [{"$ref": schema.pop("$ref")}, {"type": "string", "pattern": PATTERN}]


def _yes(value: bool) -> bool:
    if not value:
        raise refused("can only be true", "delete the line to watch none")
    return value


Interval = Annotated[Every, BeforeValidator(_one_duration)]


class WatchConfig(Model):
    """One thing to poll: exactly one of the keys."""

    thread: Url | None = Field(None, description="Address of a thread.")
    board: Url | None = Field(None, description="Address of a board: all its threads.")
    feed: Url | None = Field(None, description="Address of an RSS or Atom feed.")
    mentions: Annotated[bool, AfterValidator(_yes)] | None = Field(
        None, description="true: posts that mention the bridge's account."
    )
    inbox: Annotated[bool, AfterValidator(_yes)] | None = Field(
        None, description="true: personal messages to the bridge's account."
    )

    @classmethod
    def rules(cls, keys: Mapping[str, object]) -> Iterator[Broken]:
        """Exactly one kind stands in an entry."""
        kinds = [key for key in keys if key in POLLED]
        if not kinds:
            yield (), refused("does not say what to watch", ONE_KIND)
        for key in kinds[1:]:
            yield (key,), refused(f"stands in the same entry as {kinds[0]}", "give each watch a dash of its own")

    @property
    def kind(self) -> WatchKind:
        """What is polled."""
        return next(WatchKind(key) for key in type(self).model_fields if getattr(self, key))

    @property
    def target(self) -> str:
        """The address, empty for mentions and the inbox."""
        return self.thread or self.board or self.feed or ""


def unread(login: object, watches: object) -> Iterator[Broken]:
    """Yield a refusal for each watched inbox of a forum where the bridge has no account (``login``)."""
    for index, entry in enumerate(watches if isinstance(watches, list | tuple) and login is None else ()):
        keys = entry.model_dump() if isinstance(entry, WatchConfig) else entry
        if isinstance(keys, Mapping) and keys.get("inbox") is True:
            mend = "add login: with user and password, or take this watch out"
            yield ("watch", index, "inbox"), refused("is watched without an account on the forum", mend)


def outside(url: object, watches: object) -> Iterator[Broken]:
    """Yield a refusal for each watched thread or board that is not on the host of the forum's ``url``."""
    home = host(url)
    for index, entry in enumerate(watches if isinstance(watches, list | tuple) else ()):
        keys = entry.model_dump() if isinstance(entry, WatchConfig) else entry
        for kind in (WatchKind.THREAD, WatchKind.BOARD):
            other = host(keys.get(kind)) if isinstance(keys, Mapping) else None
            if home and other and other != home:
                problem = "lies on another host than the forum's url"
                mend = "watch an address of the forum, or correct its url"
                yield ("watch", index, kind.value), refused(problem, mend, beside="url")
