"""Reads a forum's watches anew, the ledger and the cases for an audit, within the forum's pace and the desk's budget.
What the bridge would have done with what it reads is tried on a copy of the ledger that nobody keeps."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.bridge.audit import compare
from forum_bridge.bridge.audit.facts import Facts, InLedger, OnForum, known_of, threads_since
from forum_bridge.bridge.audit.finding import Finding
from forum_bridge.bridge.desk import Desk
from forum_bridge.bridge.desk_look import DeskLook
from forum_bridge.bridge.edits import told_of
from forum_bridge.bridge.listing import EVERY
from forum_bridge.bridge.poll import RulesFor
from forum_bridge.bridge.reconcile import missing_in
from forum_bridge.bridge.retry import describe
from forum_bridge.bridge.site import Site
from forum_bridge.bridge.take_in import Brought, digested, take_in
from forum_bridge.deskie import CaseNotFound, DeskRefused, Message, NotDeskie, Priority
from forum_bridge.errors import BridgeError, Gone, Retry
from forum_bridge.ledger import posts, threads, watches
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.posts import PostRow
from forum_bridge.ledger.states import State
from forum_bridge.ledger.watches import WatchRow
from forum_bridge.model import Clock, Cursor, Post, Reading, ThreadId, ThreadRef, Watch, WatchKind

READINGS = 50  # of one watch, each of a few pages; what lies behind is not checked
MESSAGES = 500  # of one case, newest first
WAITS = 30  # for the desk's budget, a minute each, before an audit gives up

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[object]]


@dataclass(slots=True)
class _Seen:
    """What was read of a thread."""

    ref: ThreadRef
    posts: dict[str, Post] = field(default_factory=dict)
    unknown: list[Post] = field(default_factory=list)
    changed: list[Post] = field(default_factory=list)
    whole: bool = True


class Look:
    """One forum's audit. ``known`` is the ledger as it is, ``copy`` the one to try on. ``unchecked`` gathers what could
    not be looked at, and why."""

    def __init__(
        self,
        site: Site,
        desk: Desk,
        known: Ledger,
        copy: Ledger,
        rules_for: RulesFor,
        since: datetime,
        clock: Clock,
        sleep: Sleep,
    ) -> None:
        self.name = site.name
        self.unchecked: list[str] = []
        self._site = site
        self._desk = desk
        self._known = known
        self._copy = copy
        self._rules_for = rules_for
        self._since = since
        self._clock = clock
        self._sleep = sleep
        self._threads: dict[ThreadId, _Seen] = {}
        self._cases: dict[int, Sequence[Message] | None] = {}
        self._find = DeskLook(desk).find

    async def watched(self) -> list[WatchRow]:
        """Return the watches to read: those that are configured and were read before."""
        configured = {(each.kind, each.target) for each in self._site.config.watch}
        async with self._known.reading() as db:
            rows = await watches.of_forum(db, self._site.name)
        return [row for row in rows if (row.watch.kind, row.watch.target) in configured and not row.first]

    async def read(self, row: WatchRow) -> None:
        """Read one watch anew."""
        try:
            await self._read(row, Watch(row.watch.kind, row.watch.target, self._since))
        except BridgeError as error:
            self._not_whole(f"{self._site.name} {row.watch.shown}: {describe(error)}")

    async def threads(self) -> list[str]:
        """Return all threads to check: those that were read, and those of which the ledger has something."""
        async with self._known.reading() as db:
            known = await threads_since(db, self._site.name, self._since)
        return sorted({*known, *self._threads}, key=lambda each: (len(each), each))

    async def check(self, thread_id: str) -> list[Finding]:
        """Return what is wrong with a thread."""
        async with self._known.reading() as db:
            ledger = await known_of(db, self._site.name, thread_id)
        try:
            facts = Facts(self._since, await self._on_forum(thread_id), ledger, await self._in_cases(ledger))
            return await self._findings(facts)
        except BridgeError as error:
            self.unchecked.append(f"{self._site.name}, thread {thread_id}: {describe(error)}")
            return []

    async def _findings(self, facts: Facts) -> list[Finding]:
        now, there = self._clock(), compare.marks(facts)
        found = [*compare.of_posts(facts, there, now), *compare.of_answers(facts, now), *compare.notes(facts)]
        astray = list(compare.not_in_its_case(facts, there))
        found += [compare.lost(post) for post in astray if not await self._elsewhere(facts, post)]
        async with self._known.reading() as db:
            for post, edit in compare.edits(facts):
                if not await told_of(db, self._site.desk, post, edit):
                    found.append(compare.untold(post, edit))
            for case_id, messages in facts.cases.items():
                lacking = await missing_in(db, self._site.desk, case_id, messages or (), now - 2 * EVERY)
                found += [compare.never_came(case_id, each.message) for each in lacking]
        return found

    async def _elsewhere(self, facts: Facts, post: PostRow) -> bool:
        """Whether a post that is not where the ledger says stands in another case of its customer."""
        if post.conversation_id is None:
            return False
        last = max(each.revision for each in facts.ledger.posts if each.post_id == post.post_id)
        owner, told = facts.ledger.owners[post.conversation_id], range(post.revision, last + 1)
        return await self._patiently(lambda: self._find(owner, post, self._site.channel, revisions=told)) is not None

    async def _read(self, row: WatchRow, watch: Watch) -> None:
        cursor: Cursor | None = None
        for _ in range(READINGS):
            reading = await self._reading(watch, cursor)
            await self._take(row, reading)
            cursor = reading.cursor
            if not reading.gap:
                return
        self._not_whole(f"{self._site.name} {watch.shown}: there is more than one audit reads")

    async def _take(self, row: WatchRow, reading: Reading) -> None:
        for post in reading.posts:
            seen = self._threads.setdefault(post.thread.id, _Seen(post.thread))
            seen.posts[post.id] = post
        contents = await digested(reading)
        rules, now = self._rules_for(self._site, row.watch.kind), self._clock()

        async def work(db: AsyncConnection) -> Brought:
            return await take_in(db, self._site, row, rules, reading, contents, now=now)

        for entry in (await self._copy.commit(work)).new:
            post = entry.item.post
            seen = self._threads[post.thread.id]
            if entry.revision > 1:
                seen.changed.append(post)
            elif entry.taken.state is State.WAITING and self._was_there(post, row):
                seen.unknown.append(post)

    def _was_there(self, post: Post, row: WatchRow) -> bool:
        """Whether a post was there when its watch was read last; what is newer only has to wait."""
        if row.read_at is None or post.time is None:
            return row.read_at is not None
        return post.time - (self._site.ahead() or timedelta(0)) < row.read_at - compare.COARSE

    async def _on_forum(self, thread_id: str) -> OnForum | None:
        """Return a thread as it stands; one that no watch showed is read by itself. None where that cannot be."""
        seen = self._threads.get(ThreadId(thread_id))
        if seen is None:
            seen = await self._alone(thread_id)
        if seen is None:
            return None
        async with self._copy.reading() as db:
            rows = await posts.latest(db, self._site.name, list(seen.posts))
        own = frozenset(row.post_id for row in rows.values() if row.state is State.OWN)
        unknown, changed = tuple(seen.unknown), tuple(seen.changed)
        return OnForum(seen.ref, tuple(seen.posts.values()), seen.whole, own, unknown, changed)

    async def _alone(self, thread_id: str) -> _Seen | None:
        async with self._known.reading() as db:
            row = await threads.get(db, self._site.name, thread_id)
        if row is None or row.ref.private:
            return None
        seen = _Seen(row.ref)
        watch, cursor = Watch(WatchKind.THREAD, row.ref.url, self._since), None
        try:
            for _ in range(READINGS):
                reading = await self._reading(watch, cursor)
                seen.posts |= {post.id: post for post in reading.posts}
                cursor = reading.cursor
                if not reading.gap:
                    return seen
            seen.whole = False
        except Gone:
            return _Seen(row.ref)
        except BridgeError as error:
            self.unchecked.append(f"{self._site.name}, thread {thread_id}: {describe(error)}")
            return None
        return seen

    async def _reading(self, watch: Watch, cursor: Cursor | None) -> Reading:
        return await self._site.account.doing(lambda: self._site.adapter.read(watch, cursor))

    def _not_whole(self, why: str) -> None:
        """What is missing in the threads read so far may stand on pages that nobody read."""
        self.unchecked.append(why)
        for seen in self._threads.values():
            seen.whole = False

    async def _in_cases(self, ledger: InLedger) -> dict[int, Sequence[Message] | None]:
        for case_id in ledger.cases:
            if case_id not in self._cases:
                self._cases[case_id] = await self._messages(case_id)
        return {case_id: self._cases[case_id] for case_id in ledger.cases}

    async def _messages(self, case_id: int) -> Sequence[Message] | None:
        client = self._desk.client
        try:
            return await self._patiently(lambda: client.messages(case_id, limit=MESSAGES, priority=Priority.BACKGROUND))
        except CaseNotFound:
            return None

    async def _patiently(self, call: Callable[[], Awaitable[T]]) -> T:
        """Wait for the desk's budget as often as it takes, within reason."""
        for _ in range(WAITS):
            try:
                return await call()
            except (DeskRefused, NotDeskie):
                raise
            except Retry as waits:
                if waits.after is None:
                    raise
                await self._sleep(waits.after.total_seconds())
        return await call()
