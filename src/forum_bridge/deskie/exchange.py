"""Records of Deskie's: one that was written or asked for, and lists page by page. Knows no call by name, no retry."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence

from forum_bridge.deskie.budget import Priority
from forum_bridge.deskie.lists import total
from forum_bridge.deskie.reading import Kind, Record, listed, single
from forum_bridge.deskie.transport import Transport
from forum_bridge.deskie.values import Misshapen
from forum_bridge.deskie.verdict import Call, lost
from forum_bridge.model import Upload

PAGE = 100  # the most that Deskie returns at once
MAX_LIST = 1000  # no account of ours has more agents, labels or namesakes


class Exchange:
    """Over one account's transport; raises what that raises, and Retry or Unclear for an answer that cannot be read."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def write(
        self,
        method: str,
        path: str,
        body: Mapping[str, object],
        kind: Kind[Record],
        priority: Priority,
        files: Sequence[Upload] = (),
    ) -> Record:
        """Write something, and return what became of it."""
        answer = await self._transport.write(method, path, body, priority, files)
        return read_one(Call(method, path), answer, kind)

    async def all(
        self,
        path: str,
        kind: Kind[Record],
        priority: Priority,
        query: Mapping[str, str] | None = None,
        limit: int = MAX_LIST,
    ) -> list[Record]:
        """Return a list whole, up to ``limit``."""
        return [record async for page in self.pages(path, kind, priority, query, limit) for record in page][:limit]

    async def pages(
        self,
        path: str,
        kind: Kind[Record],
        priority: Priority,
        query: Mapping[str, str] | None = None,
        limit: int = MAX_LIST,
    ) -> AsyncIterator[list[Record]]:
        """Yield a list page by page, so that who has seen enough asks for no more."""
        found, size = 0, min(limit, PAGE)
        for page in range(1, -(-limit // size) + 1):
            paging = {"page": str(page), "limit": str(size)}
            answer = await self._transport.get(path, {**(query or {}), **paging}, priority)
            try:
                records = listed(answer, kind)
            except Misshapen as fault:
                raise lost(Call("GET", path), f"the list cannot be read: {fault}") from fault
            yield records
            found += len(records)
            count = total(answer)
            # A desk that returns fewer than asked has more only if its own count says so.
            if not records or found >= (limit if count is None else min(count, limit)):
                break
            if count is None and len(records) < size:
                break


def read_one(call: Call, answer: object, kind: Kind[Record]) -> Record:
    """Return the record that an answer is. Raises Retry or Unclear, as the call may have taken effect or not."""
    try:
        return single(answer, kind)
    except Misshapen as fault:
        raise lost(call, f"the answer cannot be read: {fault}") from fault
