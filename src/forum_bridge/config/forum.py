"""One forum of the configuration: where it is, who we are there, what is polled and how, and what becomes of
its posts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, JsonValue, WithJsonSchema

from forum_bridge.config.answers import AnswersConfig
from forum_bridge.config.base import Broken, Model, Secret, refused
from forum_bridge.config.cases import CasesConfig
from forum_bridge.config.deskie import Channel
from forum_bridge.config.durations import Duration
from forum_bridge.config.hints import close
from forum_bridge.config.start import Start, StartFrom
from forum_bridge.config.tree import typed
from forum_bridge.config.urls import Url
from forum_bridge.config.watching import Every, Interval, WatchConfig, or_duration, outside, unread
from forum_bridge.model import WatchKind


class Identity(StrEnum):
    """Who is one customer for Deskie."""

    AUTHOR = "author"
    AUTHOR_IN_THREAD = "author_in_thread"


class ConversationMode(StrEnum):
    """What is one conversation."""

    AUTHOR_IN_THREAD = "author_in_thread"
    THREAD = "thread"


def _timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        near = close(name, available_timezones())
        mend = f"did you mean {near}?" if near else "write a name such as Europe/Istanbul"
        raise refused("is not a known timezone", mend) from None
    return name


IdOrName = Annotated[str, WithJsonSchema({"type": ["string", "integer"]})]
Options = Annotated[dict[str, JsonValue], BeforeValidator(typed)]


class LoginConfig(Model):
    """The bridge's own account on the forum."""

    user: Annotated[str, Field(min_length=1)] = Field(description="User name of the bridge's account.")
    password: Secret | None = Field(None, description="Its password, where the adapter signs in with one.")
    api_key: Secret | None = Field(
        None, description="Its key or token for the forum's API, where the adapter wants one."
    )

    @classmethod
    def rules(cls, keys: Mapping[str, object]) -> Iterator[Broken]:
        """A password or a key opens the account."""
        if keys.get("password") is None and keys.get("api_key") is None and not {"password", "api_key"} & keys.keys():
            yield ("password",), refused("is missing", "add the line password: and the account's password, or api_key:")


class ForumConfig(Model):
    """One forum."""

    adapter: Annotated[str, Field(min_length=1)] = Field(
        description="What speaks the forum's engine: flaskbb, fossil, feed, html, or a file of the adapters folder."
    )
    url: Url = Field(description="The forum's start page.")
    login: LoginConfig | None = Field(None, description="The bridge's account; without one it reads and never answers.")
    timezone: Annotated[str, AfterValidator(_timezone)] = Field(
        "Europe/Istanbul", description="The timezone in which the forum shows times."
    )
    watch: tuple[WatchConfig, ...] = Field(
        (), description="What is polled. Only a forum that sends its posts by itself (adapter push) has none."
    )
    every: Interval = Field(
        Every(min=timedelta(minutes=1), max=timedelta(minutes=30)),
        description="How often a watch is polled: min while it is busy, max while it is quiet; or one duration.",
        json_schema_extra=or_duration,
    )
    start_from: Start = Field(
        StartFrom(), description="From when on posts of a new watch count: now, all, 7d or a date."
    )
    own_authors: tuple[IdOrName, ...] = Field(
        (), description="Ids or names of your people's own accounts: their posts never become cases, but a note."
    )
    ignore_authors: tuple[IdOrName, ...] = Field(
        (), description="Ids or names of authors whose posts are not looked at."
    )
    identity: Identity | None = Field(
        None,
        description="Who is one customer. Not set: author for an async channel, author_in_thread for a sync one.",
    )
    conversation: ConversationMode = Field(
        ConversationMode.AUTHOR_IN_THREAD,
        description="One case for each author in a thread, or one for the whole thread under its starter.",
    )
    cases: CasesConfig = Field(CasesConfig(), description="How posts become cases.")
    answers: AnswersConfig = Field(AnswersConfig(), description="How agents' answers become posts.")
    i_have_permission: bool = Field(
        False, description="The forum's owner agreed that the bridge reads pages which robots.txt closes to programs."
    )
    channel: Channel | None = Field(None, description="Another custom channel than deskie.channel for this forum.")
    pace: Duration = Field(timedelta(seconds=1), description="The pause between two requests to one host.")
    options: Options = Field({}, description="Keys of the adapter's own.")

    @classmethod
    def rules(cls, keys: Mapping[str, object]) -> Iterator[Broken]:
        """What is watched lies on the forum's host (feeds may lie elsewhere); an inbox is that of an account."""
        yield from outside(keys.get("url"), keys.get("watch"))
        yield from unread(keys.get("login"), keys.get("watch"))

    @property
    def watched(self) -> frozenset[tuple[WatchKind, str]]:
        """What is watched, each by kind and target; of a forum that sends its posts by itself, that."""
        return frozenset((each.kind, each.target) for each in self.watch) or frozenset({(WatchKind.PUSH, "")})

    @property
    def zone(self) -> ZoneInfo:
        """The timezone itself."""
        return ZoneInfo(self.timezone)
