"""How one forum is asked, and as whom. Knows no network."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from pydantic import SecretStr


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """How one forum is asked. ``pace`` lies between the starts of two requests to one host, ``timeout`` bounds each
    request, ``max_bytes`` the unpacked body. ``i_have_permission``: the owner agreed, robots.txt is not asked."""

    base_url: str
    user_agent: str
    pace: timedelta
    timeout: timedelta = timedelta(seconds=30)
    max_bytes: int = 4 * 1024 * 1024
    i_have_permission: bool = False


@dataclass(frozen=True, slots=True)
class Credentials:
    """The forum account the bridge signs in with: by its password, or by a key for the forum's API."""

    user: str
    password: SecretStr | None = None
    api_key: SecretStr | None = None


def user_agent(version: str, contact_url: str | None = None) -> str:
    """Return the name the bridge goes by, with the page that tells a forum's owner who asks."""
    return f"forum-bridge/{version}" + (f" (+{contact_url})" if contact_url else "")
