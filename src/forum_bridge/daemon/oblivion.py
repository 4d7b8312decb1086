"""Forgetting an author: first on the desk, as far as its API goes, then in the ledger, whose file is rewritten. The
same whether a running bridge is asked for it or none runs."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import structlog

from forum_bridge.bridge import quarantine
from forum_bridge.deskie import DeskieClient
from forum_bridge.errors import BridgeError, Retry
from forum_bridge.ledger import forgetting
from forum_bridge.ledger.finish import to_the_end
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.model import Clock

Sleep = Callable[[float], Awaitable[object]]  # seconds


async def erase(ledger: Ledger, forum: str, author_key: str, clock: Clock) -> str:
    """Erase an author from the ledger and return in one sentence what became of it. Raises BridgeError if nothing of
    theirs is there, something is just being written, or the file cannot be rewritten."""
    async with ledger.reading() as db:
        found = [each for each in await forgetting.people(db, author_key, forum) if each.author_key == author_key]
    if not found:
        raise BridgeError("The ledger knows no such author (any more).", explanation="Nothing was erased.")
    (person,) = found
    try:
        await to_the_end(asyncio.to_thread(quarantine.empty, ledger.path, forum))
    except OSError as error:
        raise BridgeError(
            f"Pages in quarantine cannot be deleted: {error.strerror or error}.",
            explanation="They may hold the author's words; nothing was erased. Delete them by hand, then try again.",
        ) from error
    gone = await ledger.commit(lambda db: forgetting.forget(db, person, now=clock()))
    try:
        await to_the_end(asyncio.to_thread(forgetting.scrub, ledger.path))
    except sqlite3.Error as error:
        raise BridgeError(
            f"The author is erased, but the file could not be rewritten ({error}): free pages may hold their words.",
            explanation="Run the command again; if it fails again, stop the bridge for it.",
        ) from error
    structlog.get_logger().info("author_forgotten", forum=forum, posts=gone.posts, answers=gone.answers)
    return f"Erased: {gone.posts} posts, {gone.answers} answers, {gone.notes} notes, {gone.quotes} texts that quote."


async def erase_on_desk(client: DeskieClient, cases: Sequence[int], users: Sequence[int], sleep: Sleep) -> None:
    """Delete cases, then profiles, for good, as fast as the desk's budget allows. Raises BridgeError at the first that
    Deskie does not delete; what is gone stays gone, and is no matter when this is called again."""
    deletions = [partial(client.delete_case, case_id) for case_id in cases]
    deletions += [partial(client.delete_user, user_id) for user_id in users]
    for deletion in deletions:
        while True:
            try:
                await deletion()
            except Retry as waits:
                if waits.after is None:
                    raise
                await sleep(waits.after.total_seconds())
            else:
                break
