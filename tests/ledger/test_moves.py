"""Whatever moderators do, in whatever order it is noticed: an old thread id names a thread that lives, conversations
stand where their posts do, and a new post finds the conversation that stands in its thread."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.ledger import conversations, moves, posts, threads
from forum_bridge.ledger.conversations import Conversation
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.tables import conversation, post, thread_alias
from forum_bridge.model import Clock, ThreadId, ThreadRef, ThreadSeen

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
THREADS = [str(number) for number in range(1, 4)]
T = TypeVar("T")
thread_ids = st.sampled_from(THREADS)


def talk(thread_id: str, author: str) -> Conversation:
    """What intake asks for when ``author`` writes in a thread."""
    return Conversation(0, "desk", "f", f"{thread_id}|{author}", thread_id, author, author, f"f:{author}", None)


def row(post_id: str, thread_id: str, author: str, conversation_id: int) -> dict[str, object]:
    """Return a post that stands on the desk."""
    return {
        "forum": "f",
        "post_id": post_id,
        "number": int(post_id),
        "revision": 1,
        "thread_id": thread_id,
        "author_key": author,
        "author_name": author,
        "url": f"https://forum.example/p/{post_id}",
        "opening": False,
        "seen_at": NOW,
        "body_hash": "x",
        "attachments": [],
        "conversation_id": conversation_id,
        "state": "sent",
    }


class Moderators(RuleBasedStateMachine):
    """Three threads and two customers; ``where`` is where each post really stands, as far as the ledger was told."""

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._folder = TemporaryDirectory()
        opened = Ledger.open(Path(self._folder.name) / "ledger.db", lambda: NOW)
        self._ledger: Ledger = self._runner.run(opened.__aenter__())
        self._opened = opened
        self.where: dict[str, str] = {}
        self.moved: set[str] = set()

    def teardown(self) -> None:
        self._runner.run(self._opened.__aexit__(None, None, None))
        self._runner.close()
        self._folder.cleanup()

    def commit(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        return self._runner.run(self._ledger.commit(work))

    def look(self, work: Callable[[AsyncConnection], Awaitable[None]]) -> None:
        async def looking() -> None:
            async with self._ledger.reading() as db:
                await work(db)

        self._runner.run(looking())

    @initialize()
    def read_all(self) -> None:
        async def work(db: AsyncConnection) -> None:
            for each in THREADS:
                seen = ThreadSeen(ThreadRef(ThreadId(each), f"https://forum.example/t/{each}", "Kargo"))
                await threads.note(db, "f", seen, None, now=NOW)

        self.commit(work)

    @rule(thread_id=thread_ids, author=st.sampled_from(["ayşe", "mehmet"]))
    def write(self, thread_id: str, author: str) -> None:
        post_id = str(len(self.where) + 1)

        async def work(db: AsyncConnection) -> str:
            await moves.living(db, "f", [thread_id])
            (conversation_id,) = (await conversations.ensure(db, "desk", "f", [talk(thread_id, author)])).values()
            await posts.insert_new(db, [row(post_id, thread_id, author, conversation_id)])
            return (await conversations.get(db, conversation_id)).thread_id

        assert self.commit(work) == thread_id
        self.where[post_id] = thread_id
        self.moved.discard(thread_id)

    @rule(old=thread_ids, new=thread_ids)
    def merge(self, old: str, new: str) -> None:
        self.commit(lambda db: moves.thread_moved(db, "f", old, new))
        if old != new:
            self.where = {each: new if place == old else place for each, place in self.where.items()}
            self.moved.add(old)
            self.moved.discard(new)

    @rule(pick=st.sets(st.integers(1, 6), min_size=1, max_size=3), into=thread_ids)
    def split(self, pick: set[int], into: str) -> None:
        places = {str(each): into for each in pick if str(each) in self.where}

        async def work(db: AsyncConnection) -> None:
            await moves.living(db, "f", [into])
            await moves.posts_moved(db, "f", places, now=NOW)

        self.commit(work)
        self.where |= places
        self.moved.discard(into)

    @invariant()
    def every_alias_names_a_living_thread(self) -> None:
        async def work(db: AsyncConnection) -> None:
            rows = {each.old_thread: each.thread_id for each in await db.execute(select(thread_alias))}
            assert rows.keys() == self.moved
            assert not rows.keys() & set(rows.values())
            for each in THREADS:
                found = await threads.get(db, "f", each)
                assert found is not None
                assert found.ref.id == rows.get(each, each)

        self.look(work)

    @invariant()
    def conversations_stand_where_their_posts_do(self) -> None:
        async def work(db: AsyncConnection) -> None:
            stand = {each.post_id: each.thread_id for each in await db.execute(select(post))}
            assert stand == self.where
            for talked in await db.execute(select(conversation)):
                places = {each.thread_id for each in await posts.standing(db, talked.id)}
                assert len(places) > 1 or places == {talked.thread_id}

        self.look(work)


TestModerators = Moderators.TestCase
TestModerators.settings = settings(max_examples=15, stateful_step_count=16, deadline=None)


async def test_a_conversation_that_was_scattered_stands_where_a_merge_brings_it_together(
    path: Path, clock: Clock
) -> None:
    async with Ledger.open(path, clock) as ledger:

        async def work(db: AsyncConnection) -> None:
            (home,) = (await conversations.ensure(db, "desk", "f", [talk("1", "ayşe")])).values()
            await posts.insert_new(db, [row("5", "1", "ayşe", home), row("6", "1", "ayşe", home)])
            await moves.posts_moved(db, "f", {"5": "2", "6": "3"}, now=NOW)
            assert (await conversations.get(db, home)).thread_id == "1"
            await moves.thread_moved(db, "f", "2", "3")
            found = await conversations.get(db, home)
            assert (found.thread_id, found.scope_key) == ("3", "3|ayşe")

        await ledger.commit(work)
