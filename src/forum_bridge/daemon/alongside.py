"""Work that goes on beside other work, and ends with it. Knows not what it does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress


@asynccontextmanager
async def alongside(work: Coroutine[object, object, None], name: str) -> AsyncIterator[None]:
    """Let this go on, in a task of this name, while the context is open; then cancel it and wait until it has ended."""
    task = asyncio.create_task(work, name=name)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
