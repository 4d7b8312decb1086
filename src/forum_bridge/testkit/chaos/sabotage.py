"""What makes the bridge safe, turned off one by one in the process that runs it: so that the proof is seen to fail.
Nothing in the bridge itself can be turned off."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from forum_bridge.bridge import retry
from forum_bridge.bridge.desk_look import DeskLook
from forum_bridge.bridge.forum_look import ForumLook
from forum_bridge.bridge.publish import Publish
from forum_bridge.bridge.receive import Receive, Received
from forum_bridge.bridge.tell import Tell
from forum_bridge.ledger import answers, moving_on, posts
from forum_bridge.ledger.agent_notes import AgentNote
from forum_bridge.ledger.states import State

LOOK_UP, KEYS = "look-up", "unique-keys"
_UNIQUE = re.compile(r",\s*(?:CONSTRAINT \w+ )?UNIQUE \([^)]*\)")


def _no_sending_row(turned_off: ExitStack) -> None:
    async def begun(*_: object, **__: object) -> bool:
        return True

    change = Tell._change

    async def unless_sending(this: Tell, note: AgentNote, **facts: object) -> None:
        if facts.get("state") is not State.SENDING:
            await change(this, note, **facts)

    turned_off.enter_context(patch.object(posts, "begin", begun))
    turned_off.enter_context(patch.object(Publish, "_begun", begun))
    turned_off.enter_context(patch.object(Tell, "_change", unless_sending))


def _no_look_up(turned_off: ExitStack) -> None:
    async def nothing(*_: object) -> None:
        return None

    for look in (DeskLook, ForumLook):
        turned_off.enter_context(patch.object(look, "find", nothing))


def _no_waiting(turned_off: ExitStack) -> None:
    turned_off.enter_context(patch.object(retry, "WRITE_TIMEOUT", timedelta(0)))


def _no_keys(turned_off: ExitStack) -> None:
    """The look into the ledger before an answer is taken in is the same promise once more."""

    async def unknown(*_: object) -> set[int]:
        return set()

    turned_off.enter_context(patch.object(answers, "known", unknown))


def _no_commit_first(turned_off: ExitStack) -> None:
    take, under_way = Receive.take, set[asyncio.Task[Received]]()

    async def later(this: Receive, answer: Any, late: bool = False) -> Received:
        under_way.add(asyncio.create_task(take(this, answer, late)))
        return Received.TAKEN

    turned_off.enter_context(patch.object(Receive, "take", later))


def _no_epoch(turned_off: ExitStack) -> None:
    """Only a run in which an older copy of the ledger is put back can find this out."""

    def never(*_: object) -> bool:
        return False

    turned_off.enter_context(patch.object(moving_on, "was_put_back", never))


SABOTAGES: dict[str, Callable[[ExitStack], None]] = {
    "sending-row": _no_sending_row,
    LOOK_UP: _no_look_up,
    "waiting-time": _no_waiting,
    KEYS: _no_keys,
    "commit-first": _no_commit_first,
    "epoch": _no_epoch,
}


@contextmanager
def sabotaged(name: str) -> Iterator[None]:
    """Meanwhile this process works without what is called so (empty: with everything)."""
    with ExitStack() as turned_off:
        if name:
            SABOTAGES[name](turned_off)
        yield


def without_keys(ledger: Path) -> None:
    """Take the unique keys from an empty ledger's tables of posts and answers."""
    with closing(sqlite3.connect(ledger, isolation_level=None)) as db:
        db.execute("PRAGMA foreign_keys=OFF")
        for table in ("answer", "post"):
            (made,) = db.execute("SELECT sql FROM sqlite_master WHERE type='table' AND name=?", (table,)).fetchone()
            indexes = db.execute("SELECT sql FROM sqlite_master WHERE tbl_name=? AND type='index'", (table,)).fetchall()
            bare, times = _UNIQUE.subn("", made)
            assert times, f"{table} has no unique key"
            db.execute(f"DROP TABLE {table}")
            for sql in (bare, *(each for (each,) in indexes if each)):
                db.execute(sql.replace("CREATE UNIQUE INDEX", "CREATE INDEX"))
