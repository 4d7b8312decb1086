"""Stands at the webhook's door: lets in by address, and makes guessing the secret slow. Knows no secret itself."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar

import structlog
from aiohttp import web

from forum_bridge.bridge.knock import REMEMBERED, Caller, Network, Proxies, Rate, within
from forum_bridge.model import Clock

GUESSES = 10  # wrong secrets of one address at once
A_SECOND = 0.1  # and then one in ten seconds
TRUST = timedelta(days=1)  # in which an address that has shown the secret is not shut out for others behind it
QUIET = timedelta(hours=1)  # after which the same address is told of again

K = TypeVar("K")


class Guard:
    """Counts wrong secrets by address, and nothing else: whoever has the secret is let in as often as they like.

    An address that has guessed too often is refused unseen, else a right guess would get through. Two are looked at all
    the same, and only their wrong secrets refused: one that has shown the secret lately (Deskie's, from which anybody
    may make it knock elsewhere), and a web server of ours that does not say for whom it asks, for shutting it out would
    shut out Deskie."""

    def __init__(self, clock: Clock, proxies: Proxies, allow: Sequence[Network]) -> None:
        self._clock = clock
        self._proxies = proxies
        self._allow = allow
        self._rate = Rate(clock, burst=GUESSES, a_second=A_SECOND)
        self._trusted: OrderedDict[str, datetime] = OrderedDict()
        self._told: OrderedDict[tuple[str, str], datetime] = OrderedDict()

    def met(self, request: web.Request) -> Caller:
        """Return who knocks. Raises 403 for an address that is not in ``webhook.allow``, 429 for one that guesses."""
        caller = self._proxies.caller(request)
        if self._allow and (caller.address is None or not within(caller.address, self._allow)):
            self._tell("webhook_not_allowed", caller)
            raise web.HTTPForbidden(text="not from here")
        if caller.address is not None and not self._trusts(caller) and (wait := self._rate.left_out(caller.key)) > 0:
            raise self._slowed(caller, wait)
        return caller

    def welcome(self, caller: Caller) -> None:
        """Remember that somebody has shown the secret."""
        _note(self._trusted, caller.key, self._clock())

    def turn_away(self, caller: Caller) -> web.HTTPException:
        """Count a wrong secret; return what to answer: 404, or 429 after too many."""
        if (wait := self._rate.wait(caller.key)) > 0:
            return self._slowed(caller, wait)
        return web.HTTPNotFound()

    def _slowed(self, caller: Caller, wait: float) -> web.HTTPException:
        self._tell("webhook_secret_guessed", caller)
        return web.HTTPTooManyRequests(text="too many wrong addresses", headers={"Retry-After": str(int(wait) + 1)})

    def _trusts(self, caller: Caller) -> bool:
        since = self._trusted.get(caller.key)
        return since is not None and self._clock() - since < TRUST

    def _tell(self, event: str, caller: Caller) -> None:
        now, before = self._clock(), self._told.get((event, caller.key))
        if before is None or now - before >= QUIET:
            told = str(caller.address) if caller.address else f"{caller.key} (it sends no X-Forwarded-For)"
            structlog.get_logger().warning(event, address=told)
            _note(self._told, (event, caller.key), now)


def _note(notes: OrderedDict[K, datetime], key: K, now: datetime) -> None:
    notes[key] = now
    notes.move_to_end(key)
    if len(notes) > REMEMBERED:
        notes.popitem(last=False)
