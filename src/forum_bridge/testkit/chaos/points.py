"""Counts the places that a life of the bridge comes by, and kills it at the one that was chosen. Knows names, not what
happens there."""

from __future__ import annotations

import os
import signal
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import aiohttp
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.ledger.ledger import Ledger
from forum_bridge.testkit.chaos.names import AFTER, BEFORE, of_call, of_commit


@dataclass(frozen=True, slots=True)
class Kill:
    """When a life ends: the ``nth`` time it comes by the place called ``name`` (empty: by any place), or so many
    seconds after it was told the time for the ``nth`` time (``outside``: its killer is another process)."""

    name: str = ""
    nth: int = 1
    outside: float | None = None


class Points:
    """``reach`` is called at each place; ``last_words`` hears the place's name before the end."""

    def __init__(self, kill: Kill | None, last_words: Callable[[str], None]) -> None:
        self.seen: Counter[str] = Counter()
        self._kill = kill
        self._last_words = last_words

    def reach(self, name: str) -> None:
        """Note that the bridge is at this place; the process may end here."""
        self.seen[name] += 1
        kill = self._kill
        if kill is None or kill.outside is not None:
            return
        times = self.seen[kill.name] if kill.name else self.seen.total()
        if (kill.name in {"", name}) and times == kill.nth:
            self._last_words(name)
            os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def watched(points: Points, desk_url: str) -> Iterator[None]:
    """Meanwhile every remote call and every commit of this process is told to ``points``, before and after."""
    call, commit = aiohttp.ClientSession._request, Ledger.commit

    async def calling(http: aiohttp.ClientSession, method: str, url: Any, **options: Any) -> aiohttp.ClientResponse:
        name = of_call(desk_url, method, str(url))
        points.reach(name + BEFORE)
        response = await call(http, method, url, **options)
        points.reach(name + AFTER)
        return response

    async def committing(ledger: Ledger, work: Callable[[AsyncConnection], Awaitable[Any]]) -> Any:
        name = of_commit(work, sys._getframe(1))
        points.reach(name + BEFORE)
        result = await commit(ledger, work)
        points.reach(name + AFTER)
        return result

    with patch.object(aiohttp.ClientSession, "_request", calling), patch.object(Ledger, "commit", committing):
        yield
