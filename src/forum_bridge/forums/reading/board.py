"""Reads one board from poll to poll: its rows tell which threads have moved, and only those are read. What one poll may
not or cannot read waits in the cursor, so neither a bound nor a refusal loses anything."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from forum_bridge.errors import Blocked, BridgeError, Retry, Unreadable, WatchTrouble
from forum_bridge.forums.reading.board_state import BoardState, Scan, Waiting
from forum_bridge.forums.reading.looks import brief
from forum_bridge.forums.reading.page import BoardPage, BoardRow
from forum_bridge.forums.reading.source import Source
from forum_bridge.forums.reading.thread import COARSE, ThreadReader, ThreadReading
from forum_bridge.model import Clock, Cursor, Look, Post, PostId, Reading, ThreadId, ThreadRef, ThreadSeen, number_of

REMEMBERED = 5  # posts of each thread whose looks are compared; a board has many threads
OTHERS = 2  # threads of a kind that are tried before a forum counts as closed to us


class BoardReader:
    """Reads boards of one forum, what moved last before the rest; or ``oldest_first``, by the numbers that ids are."""

    def __init__(self, pages: Source, clock: Clock, *, oldest_first: bool = False) -> None:
        self._pages = pages
        self._clock = clock
        self._threads = ThreadReader(pages)
        self._oldest_first = oldest_first

    async def read(self, target: str, cursor: Cursor | None, since: datetime | None) -> Reading:
        """Return the posts of the board's threads since the cursor. A thread that cannot be read waits for the next
        poll, one that is refused for some more time, and neither stops the others. Only when none could be read is the
        first error raised, with the cursor to go on from; but where the forum shows us other threads, those that it
        refuses are no error."""
        state = BoardState() if cursor is None else BoardState.from_json(cursor.state)
        waited = set(state.waiting)
        shown = await self._look(target, state, since)
        if len(self._ready(state)) < self._pages.threads_a_poll:
            await self._scan(state, since)
        if self._oldest_first:
            for key in sorted(state.waiting.keys() - waited, key=lambda each: number_of(each) or 0):
                state.waiting[key] = state.waiting.pop(key)
        return await self._read_waiting(state, since, shown)

    def _ready(self, state: BoardState) -> list[str]:
        now = self._clock()
        return [key for key in state.waiting if not state.refusals.rests(key, now)]

    async def _look(self, target: str, state: BoardState, since: datetime | None) -> list[BoardRow]:
        """Note what has moved, from ``target`` on, for as long as a page moved down to its last row; return the rows
        that were seen."""
        following: str | None = target
        rows: list[BoardRow] = []
        for _ in range(self._pages.pages_a_poll):
            if following is None:
                return rows
            page = await self._pages.board(following)
            rows += page.rows
            following = self._following(page, self._note(page, state, since), state, since)
        if following is not None:
            state.scans.append(Scan(following))
        return rows

    async def _scan(self, state: BoardState, since: datetime | None) -> None:
        scan = state.to_scan
        if scan is not None:
            state.scans.remove(scan)
            await self._look(scan.url, state, since)

    def _following(
        self, page: BoardPage, moved: set[ThreadId], state: BoardState, since: datetime | None
    ) -> str | None:
        """Return the next page if it has to be looked at now. Rows are ordered by their last post, so it has not to
        when the last row rests; where only reading that row tells, the page is put off until then. A page on which no
        thread of ours stands tells nothing."""
        following = page.pages.next
        if following is None or not page.rows:
            return following
        if (last := page.rows[-1]).ref.id not in moved:
            return None
        if since is None or last.time is not None or last.ref.id in state.marks:
            return following
        if Scan(following, last.ref.id) not in state.scans:
            state.scans.append(Scan(following, last.ref.id))
        return None

    def _note(self, page: BoardPage, state: BoardState, since: datetime | None) -> set[ThreadId]:
        """Put the page's moved threads in the queue and return their ids. A thread that was never read and rests since
        before the watch began needs no reading, only its mark."""
        moved: set[ThreadId] = set()
        for row in page.rows:
            waiting = state.waiting.get(row.ref.id)
            known = waiting.mark if waiting else state.marks.get(row.ref.id)
            if known == row.mark:
                continue
            if known is None and _rests(row, since):
                state.mark(row.ref.id, row.mark)
                continue
            moved.add(row.ref.id)
            state.refusals.forget(row.ref.id)
            state.waiting[row.ref.id] = Waiting(row.ref.url, row.mark)
        return moved

    async def _read_waiting(self, state: BoardState, since: datetime | None, shown: Sequence[BoardRow]) -> Reading:
        posts: dict[str, Post] = {}
        seen: list[ThreadSeen] = []
        moved: dict[ThreadId, ThreadRef] = {}
        failed: dict[str, BridgeError] = {}
        refused: dict[str, WatchTrouble] = {}
        looks: list[Look] = []
        deleted: list[PostId] = []
        read = 0
        due = self._ready(state)[: self._pages.threads_a_poll]
        for each in due:
            if each not in state.waiting:  # a row led to a post of it, so it was read before its turn
                continue
            key = each
            try:
                key = await self._resolved(each, state)
                reading = await self._threads.read(state.waiting[key].url, state.threads.get(key), since)
            except (Retry, Unreadable) as error:
                structlog.get_logger().warning("board.thread_waits", thread=state.waiting[key].url, reason=str(error))
                failed[key] = error
                state.put_behind(key)
                continue
            except WatchTrouble as error:  # gone, not for us, an advertisement among the rows; or only for now
                refused[key] = error
                state.put_behind(key)
                if isinstance(error, Blocked):
                    break
                continue
            read += 1
            looks += [replace(reading.look, thread=state.waiting[key].url)] if reading.look else []
            self._settle(state, key, reading)
            due += self._left_behind(state, key, reading)
            if not reading.gap and not _fresh(reading, since):
                state.scans = [scan for scan in state.scans if scan.after not in {each, key}]
            posts |= {post.id: post for post in reading.posts}
            seen += [reading.seen] if reading.seen else []
            moved |= reading.moved
            deleted += reading.deleted
        let_in = bool(read) or (bool(refused) and await self._lets_us_in(state, shown, refused.values()))
        if let_in:
            for key, refusal in refused.items():
                self._refused(state, key, refusal)
        told = failed if let_in else {**failed, **refused}
        if told and not read:
            first = next(iter(told.values()))
            first.cursor = state.to_json()
            raise first
        blocked = any(isinstance(error, Blocked) for error in refused.values())
        more = state.to_scan is not None or not failed.keys() >= set(self._ready(state))
        broken = {state.waiting[key].url: error for key, error in failed.items() if isinstance(error, Unreadable)}
        return Reading(
            tuple(posts.values()),
            tuple(seen),
            Cursor(state.to_json()),
            more and not blocked,
            moved,
            deleted=tuple(each for each in deleted if each not in posts),
            looks=tuple(looks),
            unreadable=broken,
        )

    async def _lets_us_in(
        self, state: BoardState, shown: Sequence[BoardRow], refused: Collection[WatchTrouble]
    ) -> bool:
        """Whether the forum shows us any other thread, one that was read before or stands on the board: then it is
        these that it refuses. A challenge is not tried again."""
        if any(isinstance(error, Blocked) for error in refused):
            return False
        known = [read.page for key, read in state.threads.items() if key not in state.waiting]
        rows = [row.ref.url for row in shown if row.ref.id not in state.waiting]
        for url in [*known[-OTHERS:], *rows[:OTHERS]]:
            try:
                await self._pages.thread(url)
            except Blocked:
                return False
            except (Retry, WatchTrouble):
                continue
            return True
        return False

    def _refused(self, state: BoardState, key: str, error: WatchTrouble) -> None:
        """Let a refused thread rest, or forget it when it was refused often enough."""
        log = structlog.get_logger().bind(thread=state.waiting[key].url, reason=str(error))
        if state.refusals.again(key, self._clock()):
            log.info("board.thread_refused")
            return
        log.warning("board.thread_given_up", until="it moves again")
        state.mark(key, state.waiting.pop(key).mark)
        state.threads.pop(key, None)

    async def _resolved(self, key: str, state: BoardState) -> str:
        """Return the id of the thread that waits under ``key``. A row may lead to a post instead (FlaskBB links the
        first unread one): which thread that is tells only the page, and from then on it waits under its id."""
        waiting = state.waiting[key]
        if key != waiting.url:
            return key
        ref = (await self._pages.thread(waiting.url)).ref
        del state.waiting[key]
        state.refusals.forget(key)
        state.mark(key, waiting.mark)
        state.waiting[ref.id] = Waiting(ref.url, waiting.mark)
        return ref.id

    def _left_behind(self, state: BoardState, key: str, reading: ThreadReading) -> list[str]:
        """Return the threads of which posts stand in ``key`` now, put in the queue: whether moderators have merged or
        split them, only they can tell."""
        here = {post.id for post in reading.posts}
        left: list[str] = []
        for other, read in state.threads.items():
            if other == key or here.isdisjoint(read.known):
                continue
            stay = tuple(each for each in read.known if each not in here)
            state.threads[other] = replace(read, known=stay or read.known)
            if other in state.waiting:
                continue
            state.waiting[other] = Waiting(self._pages.ref(read.page).url, state.marks.get(other, ""))
            left.append(other)
        return left

    def _settle(self, state: BoardState, key: str, reading: ThreadReading) -> None:
        shape = reading.state.shape and brief(reading.state.shape, REMEMBERED)
        state.threads[key] = replace(reading.state, known=reading.state.known[-10:], digest=None, shape=shape)
        if not reading.gap:
            if reading.state.thread not in (None, key):
                del state.threads[key]  # part of another thread now; should it come back, it is read as if first met
            state.mark(key, state.waiting.pop(key).mark)
            state.refusals.forget(key)


def _rests(row: BoardRow, since: datetime | None) -> bool:
    return since is not None and row.time is not None and row.time < since - COARSE and not row.growing


def _fresh(reading: ThreadReading, since: datetime | None) -> bool:
    return since is None or any(post.time is not None and post.time >= since - COARSE for post in reading.posts)
