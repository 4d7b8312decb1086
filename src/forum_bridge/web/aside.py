"""Long work on what people wrote, off the event loop: whatever else the bridge does meanwhile does not wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar
from weakref import WeakKeyDictionary

P = ParamSpec("P")
T = TypeVar("T")
LONG = 32 * 1024  # characters of HTML or JSON; below, a thread would cost more than it spares

_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()
"""One at a time beside a loop: threads share one interpreter, and each one more lets the loop wait longer for it."""


async def aside(characters: int, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what a pure ``work`` on so many characters returns, made in a thread where they are many."""
    if characters <= LONG:
        return work(*args, **kwargs)
    async with _turns.setdefault(asyncio.get_running_loop(), asyncio.Lock()):
        return await asyncio.to_thread(work, *args, **kwargs)
