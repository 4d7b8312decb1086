"""Runs every check of the kit over one adapter and one recording. Decides nothing about what is a promise."""

from __future__ import annotations

from collections.abc import AsyncIterator

from forum_bridge.forums.entry import AdapterEntry
from forum_bridge.model import WatchKind
from forum_bridge.testkit.outcome import Outcome, Result, outcome
from forum_bridge.testkit.reading import READING
from forum_bridge.testkit.recording import Recording
from forum_bridge.testkit.replay import replaying
from forum_bridge.testkit.shifting import CannotShift
from forum_bridge.testkit.stage import Stage
from forum_bridge.testkit.trouble import TROUBLE


async def conform(entry: AdapterEntry, recording: Recording) -> AsyncIterator[Outcome]:
    """Yield the outcome of each check as it comes. What an adapter cannot do is skipped by name."""
    if entry.fault is not None or WatchKind.THREAD not in entry.watches:
        why = entry.fault or "it reads no threads"
        yield Outcome("reads threads", Result.SKIPPED if entry.fault is None else Result.BROKEN, why)
        return
    async with replaying(recording) as replay:
        stage = Stage(entry, replay)
        for promise, check in (READING | TROUBLE).items():
            yield await outcome(promise, check(stage), CannotShift)
