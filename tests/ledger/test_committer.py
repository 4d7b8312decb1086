"""The one committer: what is written together, who is told what, and what outlives a kill."""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path
from subprocess import Popen

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from structlog.testing import capture_logs

from forum_bridge.errors import Retry
from forum_bridge.ledger.committer import BATCH_SECONDS, Committer, committing
from forum_bridge.ledger.engine import writer_engine
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.migrate import migrate
from forum_bridge.ledger.tables import meta
from forum_bridge.model import Clock

Note = Callable[[str], Callable[[AsyncConnection], Awaitable[str]]]


@asynccontextmanager
async def committer_on(path: Path, now: Callable[[], float] = lambda: 0.0) -> AsyncIterator[Committer]:
    """Open a committer whose time stands still unless told otherwise."""
    async with AsyncExitStack() as stack:
        if not path.exists():
            path.touch()
            await migrate(path)
        engine = writer_engine(path)
        stack.push_async_callback(engine.dispose)
        yield await stack.enter_async_context(committing(engine, path, now))


def stored(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT key FROM meta WHERE key NOT IN ('schema', 'readable_from', 'opened')")
        return {key for (key,) in rows}


async def test_a_lone_commit_waits_for_nobody(path: Path, note: Note) -> None:
    async with committer_on(path) as committer:
        for number in range(3):
            assert await committer.commit(note(f"{number}")) == f"{number}"
            assert committer.batches == number + 1
            assert stored(path) == {f"{before}" for before in range(number + 1)}


async def test_a_thousand_at_once_are_two_transactions(path: Path, note: Note) -> None:
    async with committer_on(path) as committer:
        names = [f"{number}" for number in range(1000)]
        assert await asyncio.gather(*(committer.commit(note(name)) for name in names)) == names
        assert committer.batches == 2
        assert stored(path) == set(names)


async def test_a_batch_takes_no_more_works_when_its_time_is_over(path: Path, note: Note) -> None:
    ticks = itertools.count()
    async with committer_on(path, lambda: next(ticks) * BATCH_SECONDS / 4) as committer:
        await asyncio.gather(*(committer.commit(note(f"{number}")) for number in range(12)))
        assert committer.batches == 3


async def test_what_comes_while_a_batch_runs_joins_it(path: Path, note: Note) -> None:
    async with committer_on(path) as committer:

        async def first(connection: AsyncConnection) -> None:
            committer.defer(note("second"))

        await committer.commit(first)
        assert stored(path) == {"second"}
        assert committer.batches == 1


async def test_a_failing_work_is_undone_alone(path: Path, note: Note) -> None:
    async def fails(connection: AsyncConnection) -> None:
        await note("half")(connection)
        await note("half")(connection)

    async def refuses(connection: AsyncConnection) -> None:
        await note("other half")(connection)
        raise ValueError("boş")

    async with committer_on(path) as committer:
        works = (note("before"), fails, note("between"), refuses, note("after"))
        told = await asyncio.gather(*(committer.commit(work) for work in works), return_exceptions=True)
        assert [type(outcome) for outcome in told] == [str, IntegrityError, str, ValueError, str]
        assert stored(path) == {"before", "between", "after"}
        assert committer.batches == 1


async def test_a_work_that_is_cancelled_within_ends_nothing_else(path: Path, note: Note) -> None:
    async def cancelled(connection: AsyncConnection) -> None:
        await note("half")(connection)
        raise asyncio.CancelledError

    async with committer_on(path) as committer:
        with pytest.raises(asyncio.CancelledError):
            await committer.commit(cancelled)
        await committer.commit(note("after"))
        assert stored(path) == {"after"}


@pytest.mark.parametrize("steps", range(1, 13))
async def test_a_caller_that_goes_away_changes_nothing(path: Path, note: Note, steps: int) -> None:
    async with committer_on(path) as committer:
        going = asyncio.create_task(committer.commit(note("going")))
        staying = asyncio.create_task(committer.commit(note("staying")))
        for _ in range(steps):
            await asyncio.sleep(0)
        going.cancel()
        assert await staying == "staying"
        with pytest.raises(asyncio.CancelledError):
            await going
        await committer.commit(note("later"))
    assert stored(path) == {"going", "staying", "later"}


async def test_a_failure_nobody_waits_for_is_logged(path: Path, note: Note) -> None:
    async with committer_on(path) as committer:
        await committer.commit(note("twice"))
        with capture_logs() as logs:
            gone = asyncio.create_task(committer.commit(note("twice")))
            await asyncio.sleep(0)
            gone.cancel()
            committer.defer(note("twice"))
            await committer.commit(note("after"))
    assert [(log["event"], log["kind"]) for log in logs] == [("ledger_write_failed", "IntegrityError")] * 2
    assert "ş ğ ı İ" not in repr(logs)  # what customers wrote stays out of the log


async def test_what_was_handed_in_is_written_before_closing(path: Path, note: Note) -> None:
    with pytest.raises(RuntimeError, match="boom"):
        async with committer_on(path) as committer:
            for number in range(600):
                committer.defer(note(f"{number}"))
            raise RuntimeError("boom")
    assert stored(path) == {f"{number}" for number in range(600)}


async def test_a_cancelled_owner_still_closes_in_order(path: Path, note: Note) -> None:
    async def own() -> None:
        async with committer_on(path) as committer:
            for number in range(50):
                committer.defer(note(f"{number}"))
            entered.set()
            await asyncio.Event().wait()

    entered = asyncio.Event()
    owner = asyncio.create_task(own())
    await entered.wait()
    for _ in range(5):  # an impatient owner
        owner.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await owner
    assert stored(path) == {f"{number}" for number in range(50)}


async def test_a_closed_committer_says_so(path: Path, note: Note) -> None:
    async with committer_on(path) as committer:
        pass
    with pytest.raises(Retry, match="is closed"):
        await committer.commit(note("late"))


async def test_a_dying_committer_leaves_nobody_waiting(path: Path, note: Note) -> None:
    async with AsyncExitStack() as stack:
        path.touch()
        await migrate(path)
        engine = writer_engine(path)
        stack.push_async_callback(engine.dispose)
        committer = Committer(engine, path)
        running = asyncio.create_task(committer.run())
        begun = asyncio.Event()

        async def endless(connection: AsyncConnection) -> None:
            await note("half")(connection)
            begun.set()
            await asyncio.Event().wait()

        waiting = [asyncio.create_task(committer.commit(work)) for work in (endless, note("next"))]
        await begun.wait()
        running.cancel()
        told = await asyncio.gather(*waiting, running, return_exceptions=True)
        assert [type(outcome) for outcome in told] == [Retry, Retry, asyncio.CancelledError]
    assert stored(path) == set()


async def test_the_ledger_counts_its_transactions(path: Path, clock: Clock, note: Note) -> None:
    async with Ledger.open(path, clock) as ledger:
        await asyncio.gather(*(ledger.commit(note(f"{number}")) for number in range(20)))
        assert 1 <= ledger.batches <= 20
        before = ledger.batches
        await ledger.probe()
        assert ledger.batches == before + 1


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["writes", "fails", "goes away"]), st.integers(0, 3)), max_size=30))
def test_what_was_reported_is_what_is_stored(path: Path, note: Note, callers: list[tuple[str, int]]) -> None:
    async def call(committer: Committer, name: str, kind: str) -> str:
        async def work(connection: AsyncConnection) -> str:
            await note(name)(connection)
            if kind == "fails":
                raise ValueError(name)
            return name

        return await committer.commit(work)

    async def scenario() -> None:
        async with committer_on(path, time.monotonic) as committer:
            await committer.commit(
                lambda connection: connection.execute(delete(meta).where(meta.c.value == "ş ğ ı İ 🙂"))
            )
            tasks = []
            for number, (kind, pause) in enumerate(callers):
                tasks.append(asyncio.create_task(call(committer, f"{number}", kind)))
                for _ in range(pause + (kind == "goes away")):
                    await asyncio.sleep(0)
                if kind == "goes away":
                    tasks[-1].cancel()
            told = await asyncio.gather(*tasks, return_exceptions=True)
            await committer.commit(lambda connection: connection.execute(select(meta)))
        reported = {outcome for outcome in told if isinstance(outcome, str)}
        expected = {f"{number}" for number, (kind, _) in enumerate(callers) if kind != "fails"}
        assert reported <= stored(path) == expected

    asyncio.run(scenario())


async def test_nothing_reported_is_lost_to_a_kill(
    path: Path, clock: Clock, child: Callable[[str, Path], Popen[str]]
) -> None:
    script = """
async def main():
    async with opened() as ledger:
        async def one(name):
            await ledger.commit(lambda db: db.execute(insert(meta).values(key=name, value="")))
            print(name, flush=True)
        for number in range(1_000_000):
            await asyncio.gather(*(one(f"{number}-{mate}") for mate in range(10)))
asyncio.run(main())
"""
    process = child(script, path)
    assert process.stdout is not None
    reported = {process.stdout.readline().strip() for _ in range(200)}
    process.kill()
    reported |= set(process.communicate()[0].split())

    async with Ledger.open(path, clock) as ledger:
        await ledger.probe()
    assert reported <= stored(path)
