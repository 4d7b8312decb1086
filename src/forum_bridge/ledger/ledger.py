"""The ledger, opened: consistent reads beside one committer that owns every write. Knows no table but ``meta``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Self, TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from forum_bridge.errors import LedgerRefused
from forum_bridge.ledger import files, migrate, moving_on
from forum_bridge.ledger.committer import Committer, committing
from forum_bridge.ledger.engine import reader_engine, writer_engine
from forum_bridge.ledger.entry import Work
from forum_bridge.ledger.epoch import write
from forum_bridge.ledger.faults import refusing
from forum_bridge.ledger.finish import to_the_end
from forum_bridge.ledger.lock import held
from forum_bridge.ledger.soundness import check
from forum_bridge.ledger.tables import meta
from forum_bridge.ledger.upsert import upsert
from forum_bridge.model import Clock

T = TypeVar("T")


class Ledger:
    """Get one by ``async with Ledger.open(...)``; it must not outlive that block."""

    def __init__(self, path: Path, clock: Clock, readers: AsyncEngine, committer: Committer | None) -> None:
        self.path = path
        self.clock = clock
        self._readers = readers
        self._committer = committer
        self._moving_on = asyncio.Lock()  # one writes the epoch's file at a time, and the newest last

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path, clock: Clock, *, read_only: bool = False) -> AsyncIterator[Self]:
        """Open the ledger at ``path``: locked for this process, created or migrated as needed, mode 0600.

        With ``read_only`` it is neither locked nor changed, and may be read while another process owns it.
        Raises ``LedgerRefused`` with what to do. On leaving, what was handed in is committed first.
        """
        path = files.located(path)
        async with AsyncExitStack() as stack:
            if read_only:
                yield cls(path, clock, await _readers(stack, path), None)
            else:
                committer = await _committer(stack, path, clock)
                readers = reader_engine(path)
                stack.push_async_callback(lambda: to_the_end(readers.dispose()))
                yield cls(path, clock, readers, committer)

    @property
    def batches(self) -> int:
        """How many transactions were committed since the ledger was opened."""
        return self._writer.batches

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection that sees the ledger as it stands at its first statement, whatever is committed meanwhile.

        It cannot write and never blocks the writer. Keep it short: at most four are open, the next ones wait.
        """
        connection = self._readers.connect()
        try:
            await to_the_end(connection.start())  # a connection that is given up while it opens is never closed
            yield connection
        finally:
            if connection.sync_connection is not None:
                await to_the_end(connection.close())

    async def commit(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Run ``work`` in the next batch; see ``Committer.commit``."""
        return await self._writer.commit(work)

    def defer(self, work: Work) -> None:
        """Run ``work`` in a coming batch without waiting; see ``Committer.defer``."""
        self._writer.defer(work)

    async def probe(self) -> None:
        """Write and read a moment, to know that the ledger works; raises what ``commit`` raises."""
        if self._committer is not None:
            noting = partial(_note, key="probed", clock=self.clock)
            async with self._moving_on:
                await moving_on.move(self._committer, self.path, noting)
        async with self.reading() as connection:
            await connection.execute(select(meta.c.value).where(meta.c.key == "probed"))

    async def move_on(self) -> None:
        """Let the epoch move on, so that a copy made before this moment is noticed when it is put back; see
        ``epoch.py``. Raises what ``commit`` raises."""
        async with self._moving_on:
            await moving_on.move(self._writer, self.path)

    @property
    def _writer(self) -> Committer:
        if self._committer is None:
            raise LedgerRefused(
                f"The ledger {self.path} is open for reading only.",
                explanation="Only the process that owns the ledger writes; hand the change to the running bridge.",
            )
        return self._committer


async def _committer(stack: AsyncExitStack, path: Path, clock: Clock) -> Committer:
    files.check_place(path)
    with refusing(path):
        stack.enter_context(held(path))
        files.create(path)
        files.tighten(path)
        await to_the_end(asyncio.to_thread(check, path))
        await migrate.migrate(path)
        writer = writer_engine(path)
        stack.push_async_callback(lambda: to_the_end(writer.dispose()))
        async with writer.begin() as connection:  # a full disk is better met now than at the first post
            epoch = await moving_on.arrive(connection, path, clock())
            await _note(connection, "opened", clock)
        await to_the_end(asyncio.to_thread(write, path, epoch))
    committer = await stack.enter_async_context(committing(writer, path))
    stack.push_async_callback(moving_on.leave, committer, path)
    return committer


async def _readers(stack: AsyncExitStack, path: Path) -> AsyncEngine:
    files.check_there(path)
    readers = reader_engine(path)
    stack.push_async_callback(lambda: to_the_end(readers.dispose()))
    schema = migrate.newest(migrate.configuration())
    with refusing(path):
        async with readers.connect() as connection:
            found = await migrate.standing(connection, path)
    migrate.refuse_newer(found, path, schema)
    if not found.schema:
        raise files.no_ledger(path)
    if found.schema < schema:
        raise LedgerRefused(
            f"The ledger {path} still has schema {found.schema}; this version reads {schema}.",
            explanation="Start the bridge of this version once (`forum-bridge run`): it migrates the ledger.",
        )
    return readers


async def _note(connection: AsyncConnection, key: str, clock: Clock) -> None:
    row = {"key": key, "value": clock().isoformat()}
    await connection.execute(upsert(connection, meta, row, index_elements=["key"], update={"value": row["value"]}))
