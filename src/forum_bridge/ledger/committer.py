"""The one writer: gathers what piled up while the last transaction was written, and commits it as one.

Knows nothing of tables. A lone write never waits for company; a caller that goes away changes nothing for its batch."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from forum_bridge.errors import Retry
from forum_bridge.ledger.entry import Entry, Work
from forum_bridge.ledger.faults import as_retry, reopening_helps, storage_fault
from forum_bridge.ledger.finish import to_the_end

T = TypeVar("T")
BATCH_WORKS = 500
BATCH_SECONDS = 0.05


class Committer:
    """Runs works one after another on one connection, a savepoint each, and commits them in batches."""

    def __init__(self, engine: AsyncEngine, ledger: Path, now: Callable[[], float] = time.monotonic) -> None:
        self.batches = 0  # transactions committed so far
        self._engine = engine
        self._ledger = ledger
        self._now = now  # seconds; only differences count
        self._waiting: deque[Entry] = deque()
        self._rung = asyncio.Event()
        self._closed = False

    async def commit(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Run ``work`` once and return its result after the commit is on the disk.

        Raises what ``work`` raised (then only its own changes are undone), or ``Retry`` if the batch could not be
        written (then nothing of it is). ``work`` must not commit, roll back, swallow a storage error or wait for
        another commit (that one would come after it), and gets no second run. A caller cancelled while waiting does
        not take its work back.
        """
        results: list[T] = []

        async def keep(connection: AsyncConnection) -> None:
            results.append(await work(connection))

        await self._enter(keep, awaited=True)
        return results[0]

    def defer(self, work: Work) -> None:
        """Have ``work`` run in a coming batch; nobody waits, so a failure is only logged."""
        self._enter(work, awaited=False)

    def close(self) -> None:
        """Take no more work; ``run`` ends once what waits is committed."""
        self._closed = True
        self._rung.set()

    async def run(self) -> None:
        """Commit until closed. Whatever ends this, nobody is left waiting."""
        try:
            while self._waiting or not self._closed:
                if self._waiting:
                    await self._batch()
                else:
                    self._rung.clear()
                    await self._rung.wait()
        finally:
            self._closed = True
            self._settle(list(self._waiting), _closed(self._ledger))

    def _enter(self, work: Work, *, awaited: bool) -> asyncio.Future[None]:
        if self._closed:
            raise _closed(self._ledger)
        entry = Entry(work, awaited)
        self._waiting.append(entry)
        self._rung.set()
        return entry.done

    async def _batch(self) -> None:
        taken: list[Entry] = []
        try:
            async with self._engine.begin() as connection:
                until = self._now() + BATCH_SECONDS
                while self._waiting and len(taken) < BATCH_WORKS and (not taken or self._now() < until):
                    taken.append(self._waiting.popleft())
                    await _run(taken[-1], connection)
        except Exception as error:  # noqa: BLE001 the one writer must outlive any failure; each caller is told
            if not taken:  # not even begun: those who would have been in it
                taken = [self._waiting.popleft() for _ in range(min(BATCH_WORKS, len(self._waiting)))]
            outcome = as_retry(error, self._ledger)
            structlog.get_logger().warning("ledger_batch_failed", works=len(taken), why=str(outcome))
            if reopening_helps(error):
                await self._engine.dispose()
            self._settle(taken, outcome, error)
        except BaseException:
            self._settle(taken, _closed(self._ledger))
            raise
        else:
            self.batches += 1
            self._settle(taken, None)

    def _settle(self, entries: list[Entry], outcome: Retry | None, cause: BaseException | None = None) -> None:
        for entry in entries:
            if outcome is None:
                entry.settle(entry.error)
            else:  # an exception belongs to one traceback, so each caller gets its own
                retry = Retry(str(outcome), explanation=outcome.explanation)
                retry.__cause__ = cause
                entry.settle(retry)


@asynccontextmanager
async def committing(
    engine: AsyncEngine, ledger: Path, now: Callable[[], float] = time.monotonic
) -> AsyncIterator[Committer]:
    """Keep a committer running; on leaving, what waits is committed, however the body ended."""
    committer = Committer(engine, ledger, now)
    running = asyncio.create_task(committer.run(), name="ledger-committer")
    try:
        yield committer
    finally:
        committer.close()
        await to_the_end(running)


async def _run(entry: Entry, connection: AsyncConnection) -> None:
    """Run one work in a savepoint; raises only if the whole batch is lost."""
    savepoint = await connection.begin_nested()
    try:
        await entry.work(connection)
    except (Exception, asyncio.CancelledError) as error:
        task = asyncio.current_task()
        if storage_fault(error) or (task is not None and task.cancelling()):
            raise
        entry.error = error
        await savepoint.rollback()
    else:
        await savepoint.commit()


def _closed(ledger: Path) -> Retry:
    return Retry(f"The ledger {ledger} is closed.", explanation="The work is taken up again at the next start.")
