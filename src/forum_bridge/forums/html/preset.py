"""A preset: what the ``html`` adapter has to know of one engine or one forum, as YAML states it. Data, no behaviour."""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from pydantic import ConfigDict, Field, model_validator

from forum_bridge.forums.contract import AdapterOptions
from forum_bridge.forums.fingerprint import Fingerprint
from forum_bridge.forums.html.dates import Order
from forum_bridge.forums.html.preset_parts import Board, Login, Posts, Reply, Says, Thread
from forum_bridge.forums.html.preset_private import Inbox, Message, inherited, separate
from forum_bridge.forums.html.preset_types import Forms, Values, Zone
from forum_bridge.forums.html.value import Value
from forum_bridge.model import Markup

_NONE: tuple[Value, ...] = ()


class Preset(AdapterOptions):
    """A whole preset. Any key of it may be overridden under a forum's ``options``."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    engine: str = Field("", description="the engine and its versions, for people")
    detect: Fingerprint | None = Field(
        None, description="what the engine is recognised by; `extends` does not hand it on"
    )
    markup: Markup = Field(description="what posts are written in: markdown, bbcode or html")
    timezone: Zone = Field(
        "Europe/Istanbul",
        description="zone of times that name none; where the preset leaves it open, forums.<name>.timezone fills it",
    )
    time_formats: tuple[str, ...] = Field(
        (), description="strptime formats of times that are neither ISO 8601, Unix, nor words in English or Turkish"
    )
    date_order: Order = Field("dmy", description="which comes first in 11-05-2026: dmy, the day, or mdy, the month")
    clock: Values = Field(
        _NONE,
        description="what time it is, day and hour, by the page's own clock: it tells date_order and timezone",
    )
    complete: str = Field("</html>", description="what every whole page contains, near its end")
    zone: Values = Field(_NONE, description="the zone in which the page tells times, by its name: Europe/Istanbul")
    signed_in: Values = Field(_NONE, description="stands on every page while signed in, and only then")
    account_id: Values = Field(_NONE, description="our own author id, on every page while signed in")
    form_age: timedelta = Field(
        timedelta(),
        ge=timedelta(),
        le=timedelta(minutes=1),
        description="seconds that a form has to be shown before it is sent: some engines take none that is younger",
    )
    thread: Thread
    posts: Posts
    board: Board | None = None
    login: Login | None = None
    reply: Reply | None = None
    inbox: Inbox | None = None
    message: Message | None = None
    quote: Forms = Field(
        (),
        description="the engine's own way to quote a post, as in [quote={name} pid='{post}']{text}[/quote]; knows "
        "{name}, {member} (the name, of members alone), {handle} (the same, if it is one word) and {id} of the author, "
        "{post} or (a personal one) {message}, {time} (Unix seconds), {url}, {text}; of several the first of which "
        "nothing is missing, else the common form",
    )
    mention: Forms = Field((), description="the engine's own way to mention the author, likewise")
    says: Says = Says()
    pages_a_poll: int = Field(10, ge=1, le=200, description="pages of one thread (or board) read in one poll")
    threads_a_poll: int = Field(20, ge=1, le=200, description="threads of a board read in one poll")

    @model_validator(mode="before")
    @classmethod
    def _inherited(cls, raw: object) -> object:
        return inherited(raw)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.reply is not None and self.login is None:
            raise ValueError("reply needs login: an answer is posted by an account")
        if self.login is not None and not self.signed_in:
            raise ValueError("login needs signed_in: how a page shows that we are signed in")
        if self.reply is not None and self.reply.files is not None and self.posts.attachments is None:
            raise ValueError("reply.files needs posts.attachments: how a post shows the files that hang on it")
        if not all("{text}" in form for form in self.quote):
            raise ValueError("quote needs {text} in each form: the words that are quoted")
        separate(self.thread, self.login, self.says, self.inbox, self.message)
        return self
