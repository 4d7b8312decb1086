"""robots.txt of the hosts one session reads (RFC 9309). Knows the rules and how long they hold, not how to get them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from protego import Protego

from forum_bridge.errors import Blocked, Retry, RobotsForbid
from forum_bridge.model import Clock
from forum_bridge.web.address import host, origin, shown

REFRESH = timedelta(hours=12)
KEPT = timedelta(hours=24)  # RFC 9309, 2.4
NEXT_TRY = timedelta(hours=1)
MAX_BYTES = 500 * 1024  # RFC 9309, 2.5: what lies beyond is not read
LONGEST_DELAY = timedelta(minutes=1)  # a thread of several pages could never be read at more

# Returns status and text; raises Retry if there was no answer, Blocked if it was a challenge.
FetchRobots = Callable[[str], Awaitable[tuple[int, str]]]


@dataclass(slots=True)
class _Copy:
    """What we hold of one host's robots.txt: the rules, since when, and when to ask again."""

    rules: Protego | None = None
    since: datetime | None = None
    ask_at: datetime | None = None
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)


class Robots:
    """Asks robots.txt of every host before it is read, keeps the last good copy for a day."""

    def __init__(self, fetch: FetchRobots, clock: Clock, product: str) -> None:
        self._fetch = fetch
        self._clock = clock
        self._product = product
        self._copies: dict[str, _Copy] = {}

    async def check(self, url: str) -> timedelta:
        """Return the pace robots.txt asks for (its Crawl-delay, at most a minute; zero without one).

        Raises RobotsForbid if it closes this address to us, Retry or Blocked if it cannot be read now and no good copy
        of the last 24 hours is at hand (RFC 9309, 2.3.1.4: then everything counts as closed)."""
        copy = self._copies.setdefault(origin(url), _Copy())
        async with copy.asking:
            if copy.ask_at is None or self._clock() >= copy.ask_at:
                await self._refresh(copy, origin(url) + "/robots.txt")
        if copy.rules is None or not copy.rules.can_fetch(url, self._product):
            raise RobotsForbid(f"robots.txt of {host(url)} asks programs not to read {shown(url)}.")
        delay = copy.rules.crawl_delay(self._product) or 0
        return timedelta(seconds=min(delay, LONGEST_DELAY.total_seconds()))

    async def _refresh(self, copy: _Copy, url: str) -> None:
        try:
            status, text = await self._fetch(url)
            # 429 is "not now", although RFC 9309 counts it among the statuses that open everything.
            if status >= 500 or status == 429:
                raise Retry(f"{url} answered {status}.")
        except (Retry, Blocked) as error:
            self._keep(copy, error)
            return
        copy.rules = await asyncio.to_thread(Protego.parse, text if 200 <= status < 300 else "")
        copy.since = self._clock()
        copy.ask_at = copy.since + REFRESH

    def _keep(self, copy: _Copy, error: Retry | Blocked) -> None:
        now = self._clock()
        if copy.since is not None and now < copy.since + KEPT:
            copy.ask_at = min(now + NEXT_TRY, copy.since + KEPT)
            return
        if isinstance(error, Blocked):
            raise error
        raise Retry(
            f"robots.txt cannot be read, so nothing else is: {error}",
            after=error.after,
            explanation="The watch waits until the forum serves its robots.txt, or says that it has none (404). "
            "With the owner's consent sign in (login.user) or set i_have_permission: true.",
        ) from error
