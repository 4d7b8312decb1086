"""Addresses in the configuration: http or https, a host, nothing secret in them. Fetches nothing."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, WithJsonSchema

from forum_bridge.config.base import refused

MEND = "write the whole address as the browser shows it: https://forum.example/…"


def split(text: str) -> SplitResult | None:
    """Return the parts of an http(s) address with a host, or None if ``text`` is not one."""
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and parts.hostname and (parts.port or 1) > 0
    except ValueError:
        return None
    spoiled = any(letter.isspace() or not letter.isprintable() for letter in text)
    return parts if usable and not spoiled else None


def host(text: object) -> str | None:
    """Return the host of an address in lower case; None for anything that is not an address."""
    parts = split(text) if isinstance(text, str) else None
    return parts.hostname if parts else None


def _address(text: str) -> str:
    parts = split(text)
    if parts is None:
        raise refused("is not an address", MEND)
    if parts.username is not None:
        raise refused("holds a user name or password", "take it out; write an account under login: instead")
    return text


Url = Annotated[
    str, AfterValidator(_address), WithJsonSchema({"type": "string", "format": "uri", "pattern": "^https?://"})
]
