"""Long work on what people wrote, off the event loop: whatever else the bridge does meanwhile does not wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
LONG = 32 * 1024  # characters of HTML or JSON; below, a thread would cost more than it spares


async def aside(characters: int, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what a pure ``work`` on so many characters returns, made in a thread where they are many."""
    if characters > LONG:
        return await asyncio.to_thread(work, *args, **kwargs)
    return work(*args, **kwargs)
