"""Whom the bridge tells by itself that something needs a person, and about what."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from forum_bridge.config.base import Broken, Model, Secret, refused
from forum_bridge.config.deskie import Channel
from forum_bridge.config.durations import PositiveDuration
from forum_bridge.config.urls import MEND, split


class AlertTo(StrEnum):
    """By what an alert goes out."""

    COMMAND = "command"
    EMAIL = "email"
    WEBHOOK = "webhook"
    DESKIE = "deskie"


class Language(StrEnum):
    """The language of alerts."""

    EN = "en"
    TR = "tr"


class About(StrEnum):
    """What an alert may be about."""

    DRIFT = "drift"
    SIGN_IN = "sign_in"
    FORUM = "forum"
    LATE = "late"
    DEAD = "dead"
    HELD = "held"
    DESK = "desk"
    WEBHOOK = "webhook"
    LEDGER = "ledger"
    QUOTA = "quota"


class Security(StrEnum):
    """How the connection to a mail server is kept private."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


PORTS = {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25}
HERE = ("localhost", "127.0.0.1", "::1")
WANTED = {
    AlertTo.COMMAND: ("run",),
    AlertTo.EMAIL: ("server", "sender", "recipients"),
    AlertTo.WEBHOOK: ("url",),
    AlertTo.DESKIE: (),
}
OWN = {
    AlertTo.COMMAND: frozenset({"run"}),
    AlertTo.EMAIL: frozenset({"server", "port", "security", "user", "password", "sender", "recipients"}),
    AlertTo.WEBHOOK: frozenset({"url", "secret"}),
    AlertTo.DESKIE: frozenset({"channel"}),
}


def _secret_address(text: SecretStr) -> SecretStr:
    parts = split(text.get_secret_value())
    if parts is None:
        raise refused("is not an address", MEND)
    return text


def _signing(secret: SecretStr) -> SecretStr:
    if not secret.get_secret_value().startswith("whsec_"):
        raise refused("is no secret of Standard Webhooks", "write whsec_ and 24 to 64 bytes in base64")
    return secret


def _mail(text: str) -> str:
    if text.count("@") != 1 or any(letter.isspace() or letter in '<>,;"' for letter in text):
        raise refused("is not an e-mail address", "write it without a name, as in bridge@firm.example")
    return text


Mail = Annotated[str, AfterValidator(_mail)]


class AlertConfig(Model):
    """One way to tell a person."""

    to: AlertTo = Field(description="command, email, webhook or deskie (a case of its own for each trouble).")
    language: Language = Field(Language.EN, description="en or tr.")
    about: Annotated[tuple[About, ...], Field(min_length=1)] = Field(tuple(About), description="What is told there.")
    held_after: PositiveDuration = Field(timedelta(hours=2), description="How old a held item is before it is told.")
    late_after: PositiveDuration = Field(
        timedelta(hours=1), description="How long an item may be tried again and again before it is told."
    )
    forum_after: PositiveDuration = Field(
        timedelta(hours=1), description="How long a forum may be away or unreadable before it is told."
    )
    desk_after: PositiveDuration = Field(
        timedelta(minutes=10), description="How long Deskie may be away before it is told."
    )
    timeout: PositiveDuration = Field(timedelta(seconds=20), description="How long telling may take.")
    run: tuple[str, ...] = Field((), description="The program and its arguments; the text comes on standard input.")
    server: str | None = Field(None, description="The mail server's name.")
    port: int | None = Field(None, ge=1, le=65_535, description="Its port, if it is not the usual one.")
    security: Security = Field(Security.STARTTLS, description="starttls, tls, or none (for a server on this machine).")
    user: str | None = Field(None, description="The account there.")
    password: Secret | None = Field(None, description="Its password.")
    sender: Mail | None = Field(None, description="From whom the message is.")
    recipients: tuple[Mail, ...] = Field((), description="To whom it goes.")
    url: Annotated[Secret, AfterValidator(_secret_address)] | None = Field(
        None, description="The address that takes a POST with JSON; it may be secret."
    )
    secret: Annotated[Secret, AfterValidator(_signing)] | None = Field(
        None, description="whsec_…: signs each message by Standard Webhooks."
    )
    channel: Channel | None = Field(None, description="Another custom channel than deskie.channel for the cases.")

    @classmethod
    def rules(cls, keys: Mapping[str, object]) -> Iterator[Broken]:
        """Each way has keys of its own."""
        kind = keys.get("to")
        if kind not in set(AlertTo):
            return
        to = AlertTo(str(kind))
        for name in WANTED[to]:
            if not keys.get(name):
                yield (name,), refused(f"is missing: to: {to.value} needs it", f"add the line {name}:")
        for other, names in OWN.items():
            for name in sorted(names - OWN[to]) if other is not to else ():
                if name in keys:
                    yield (name,), refused(f"belongs to: {other.value}, not to {to.value}", "take the line out")
        if keys.get("security") == Security.NONE and "password" in keys and keys.get("server") not in HERE:
            yield ("security",), refused("would send the password unprotected", "write starttls or tls")
        if (keys.get("user") is None) != (keys.get("password") is None):
            missing = "password" if keys.get("password") is None else "user"
            yield (missing,), refused("is missing", "write user and password, or neither")

    @property
    def key(self) -> str:
        """What tells this way from others in the ledger; no secret can be read from it."""
        hidden = self.url.get_secret_value() if self.url is not None else ""
        said = "\0".join((*self.run, self.server or "", *self.recipients, hidden, self.channel or ""))
        return f"{self.to.value}-{hashlib.sha256(said.encode()).hexdigest()[:12]}"

    @property
    def mail_port(self) -> int:
        """The mail server's port."""
        return self.port or PORTS[self.security]
