"""One forum as the roads see it: its name, its configuration, its adapter and our account there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from forum_bridge.bridge.account import Account
from forum_bridge.config import ForumConfig
from forum_bridge.forums.contract import Adapter
from forum_bridge.web.fetch import Fetcher


@dataclass(frozen=True, slots=True)
class Site:
    """Made by the composition root, one a configured forum. ``desk`` names the desk its conversations belong to,
    ``channel`` the custom channel of that desk. ``ahead`` tells how far the forum's clock is ahead of ours."""

    name: str
    desk: str
    channel: str
    config: ForumConfig
    adapter: Adapter
    account: Account
    fetcher: Fetcher
    ahead: Callable[[], timedelta | None]
