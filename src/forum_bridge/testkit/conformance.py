"""Runs every check of the kit over one adapter and one recording. Decides nothing about what is a promise."""

from __future__ import annotations

from collections.abc import AsyncIterator

from forum_bridge.errors import BridgeError
from forum_bridge.forums.entry import AdapterEntry
from forum_bridge.model import WatchKind
from forum_bridge.testkit.outcome import Outcome, Result
from forum_bridge.testkit.reading import READING, Check
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
            yield await _outcome(promise, check, stage)


async def _outcome(promise: str, check: Check, stage: Stage) -> Outcome:
    try:
        wrong = await check(stage)
    except CannotShift as why:
        return Outcome(promise, Result.SKIPPED, str(why))
    except BridgeError as error:
        return Outcome(promise, Result.BROKEN, f"it raised {type(error).__name__}: {error}")
    except Exception as error:  # noqa: BLE001 -- an adapter may be anybody's code, and the other promises are still to be tried
        return Outcome(promise, Result.BROKEN, f"it failed with {type(error).__name__}: {error}")
    return Outcome(promise, Result.KEPT) if wrong is None else Outcome(promise, Result.BROKEN, wrong)
