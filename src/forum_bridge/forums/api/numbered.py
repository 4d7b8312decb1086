"""Finds the page of a post in a thread whose pages are numbered and whose ids rise. Knows no engine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

Ids = Callable[[int], Awaitable[Sequence[int]]]
"""Returns the ids on a page, in its order."""


async def page_with(post_id: int, last: int, ids_on: Ids) -> int:
    """Return the number of the page on which a post stands, or would stand if it were there. Pages count from 1."""
    low, high = 1, max(last, 1)
    while low < high:
        middle = (low + high) // 2
        ids = await ids_on(middle)
        if ids and post_id > ids[-1]:
            low = middle + 1
        elif ids and post_id >= ids[0]:
            return middle
        else:
            high = max(low, middle - 1)
    return low
