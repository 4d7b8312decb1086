"""Records of Deskie's: one that was written or asked for, and lists page by page. Knows no call by name, no retry."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic

from forum_bridge.deskie.budget import Priority
from forum_bridge.deskie.lists import total
from forum_bridge.deskie.reading import Kind, Record, listed, single
from forum_bridge.deskie.transport import Transport
from forum_bridge.deskie.values import Misshapen
from forum_bridge.deskie.verdict import Call, lost
from forum_bridge.model import Upload

PAGE = 100  # the most that Deskie returns at once
MAX_LIST = 1000  # no account of ours has more agents, labels or namesakes


@dataclass(frozen=True, slots=True)
class Page(Generic[Record]):
    """A piece of a list of which ``size`` records were asked for, and how long the desk says that the list is, if it
    says so."""

    records: Sequence[Record]
    total: int | None
    size: int = PAGE

    def goes_on(self, seen: int) -> bool:
        """Whether there is more behind this page, with which ``seen`` records of the list were read. A desk that
        returns fewer than asked has more only if its own count says so."""
        return bool(self.records) and (len(self.records) >= self.size if self.total is None else seen < self.total)


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
        for number in range(1, -(-limit // size) + 1):
            page = await self.page(path, kind, priority, query, number, size)
            yield list(page.records)
            found += len(page.records)
            if found >= limit or not page.goes_on(found):
                break

    async def page(
        self,
        path: str,
        kind: Kind[Record],
        priority: Priority,
        query: Mapping[str, str] | None = None,
        number: int = 1,
        size: int = PAGE,
    ) -> Page[Record]:
        """Return one page of a list, the first is 1."""
        paging = {"page": str(number), "limit": str(size)}
        answer = await self._transport.get(path, {**(query or {}), **paging}, priority)
        try:
            return Page(listed(answer, kind), total(answer), size)
        except Misshapen as fault:
            raise lost(Call("GET", path), f"the list cannot be read: {fault}") from fault


def read_one(call: Call, answer: object, kind: Kind[Record]) -> Record:
    """Return the record that an answer is. Raises Retry or Unclear, as the call may have taken effect or not."""
    try:
        return single(answer, kind)
    except Misshapen as fault:
        raise lost(call, f"the answer cannot be read: {fault}") from fault
