"""Waiting for work that others do."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest

from forum_bridge.daemon.attendance import Attendance
from forum_bridge.errors import BridgeError
from forum_bridge.model import WorkKind


class Work:
    """Runs a key when it is told to, not when it is woken."""

    def __init__(self) -> None:
        self.woken: list[tuple[WorkKind, str]] = []
        self.attendance = Attendance(lambda kind, key: self.woken.append((kind, key)))
        self.handler = self.attendance.watched(WorkKind.POLL, self._poll)
        self.go_on = asyncio.Event()

    async def _poll(self, key: str) -> datetime | None:
        await self.go_on.wait()
        if key == "9":
            raise ValueError("a fault")
        return None

    async def asked(self, key: str) -> asyncio.Task[None]:
        """Ask for a run; return the task that waits for it."""
        waits = asyncio.create_task(self.attendance.run(WorkKind.POLL, key))
        await asyncio.sleep(0)
        return waits


async def test_a_run_that_had_begun_before_does_not_count() -> None:
    work = Work()
    under_way = asyncio.ensure_future(work.handler("1"))
    await asyncio.sleep(0)
    waits = await work.asked("1")
    assert work.woken == [(WorkKind.POLL, "1")]
    work.go_on.set()
    await under_way
    await asyncio.sleep(0)
    assert not waits.done()
    await work.handler("1")
    await waits


async def test_all_who_asked_are_told_and_other_keys_do_not_count() -> None:
    work = Work()
    work.go_on.set()
    first, second, other = await work.asked("1"), await work.asked("1"), await work.asked("2")
    await work.handler("1")
    await asyncio.gather(first, second)
    assert not other.done()
    await work.handler("2")
    await other


async def test_a_run_that_failed_was_one() -> None:
    work = Work()
    work.go_on.set()
    waits = await work.asked("9")
    with pytest.raises(ValueError, match="a fault"):
        await work.handler("9")
    await waits


async def test_whoever_gave_up_disturbs_nobody() -> None:
    work = Work()
    work.go_on.set()
    gone, waits = await work.asked("1"), await work.asked("1")
    gone.cancel()
    await asyncio.sleep(0)
    await work.handler("1")
    await waits


async def test_at_the_end_whoever_waits_or_comes_later_is_told() -> None:
    work = Work()
    waits = await work.asked("1")
    work.attendance.close()
    with pytest.raises(BridgeError, match="stopped"):
        await waits
    with pytest.raises(BridgeError, match="stopped"):
        await work.attendance.run(WorkKind.POLL, "1")
