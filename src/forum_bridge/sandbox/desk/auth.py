"""Reads HTTP Basic credentials and finds the agent they belong to. Knows no request."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Iterable

from forum_bridge.sandbox.desk.account import Agent
from forum_bridge.sandbox.desk.refusal import Refusal


def authenticated(header: str, agents: Iterable[Agent]) -> Agent:
    """Return the agent whose e-mail and API key an ``Authorization`` header carries. No or a wrong key is 401, an
    e-mail that no agent has 403 [code]; the words of the codes ``unauthorized`` and ``access_denied`` are unknown.
    A disabled agent is refused with ``staff_not_active``."""
    email, key = _credentials(header)
    agent = next((agent for agent in agents if agent.email.casefold() == email.casefold()), None)
    if agent is None:
        raise Refusal("access_denied", 403)
    if not agent.api_key or not hmac.compare_digest(agent.api_key.encode(), key.encode()):
        raise Refusal("unauthorized", 401)
    if not agent.active:
        raise Refusal("staff_not_active")
    return agent


def _credentials(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    try:
        email, colon, key = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise Refusal("unauthorized", 401) from None
    if scheme.lower() != "basic" or not colon:
        raise Refusal("unauthorized", 401)
    return email, key
