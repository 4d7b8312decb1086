"""One poll of a thread or a board over a source: the cursor in, the reading out."""

from __future__ import annotations

from forum_bridge.errors import WatchTrouble
from forum_bridge.forums.reading.board import BoardReader
from forum_bridge.forums.reading.source import Source
from forum_bridge.forums.reading.state import ThreadState
from forum_bridge.forums.reading.thread import ThreadReader
from forum_bridge.model import Clock, Cursor, Reading, Watch, WatchKind


async def read(source: Source, watch: Watch, cursor: Cursor | None, clock: Clock, *, name: str) -> Reading:
    """Return what is new in a thread or a board since the cursor; ``name`` is the adapter's. Raises as
    ``Source.thread``, and WatchTrouble for another kind of watch."""
    match watch.kind:
        case WatchKind.THREAD:
            return await _thread(source, watch, cursor)
        case WatchKind.BOARD:
            return await BoardReader(source, clock).read(watch.target, cursor, watch.since)
        case _:
            raise WatchTrouble(
                f"The adapter {name} reads threads and boards, not {watch.kind.value}.",
                explanation="Watch the board or the threads themselves instead.",
            )


async def _thread(source: Source, watch: Watch, cursor: Cursor | None) -> Reading:
    state = ThreadState.from_json(cursor.state) if cursor is not None else None
    found = await ThreadReader(source).read(watch.target, state, watch.since)
    threads = (found.seen,) if found.seen is not None else ()
    looks = (found.look,) if found.look is not None else ()
    cursor = Cursor(found.state.to_json())
    return Reading(found.posts, threads, cursor, found.gap, found.moved, deleted=found.deleted, looks=looks)
