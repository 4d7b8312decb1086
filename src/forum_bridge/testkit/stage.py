"""Adapters on a recorded forum: each new one starts with nothing but what it is handed, as after a restart."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from forum_bridge.errors import BridgeError
from forum_bridge.forums.contract import Adapter
from forum_bridge.forums.entry import AdapterEntry
from forum_bridge.model import Cursor, Post, Reading, ThreadSeen, Watch, WatchKind
from forum_bridge.testkit.recording import Recording, as_json
from forum_bridge.testkit.replay import Replay
from forum_bridge.web.pacer import Pacer
from forum_bridge.web.retry_after import http_date
from forum_bridge.web.session import SessionSettings, open_session

USER_AGENT = "forum-bridge-testkit/1"
POLLS = 50  # that one thread may take until it says that nothing is left


@dataclass(frozen=True, slots=True)
class Stage:
    """One adapter's entry on one replayed recording."""

    entry: AdapterEntry
    replay: Replay

    @property
    def recording(self) -> Recording:
        return self.replay.recording

    @property
    def ids(self) -> list[str]:
        """The ids that are expected, in order."""
        return [str(post["id"]) for post in self.recording.expected]

    @property
    def container(self) -> str | None:
        """What the pages' posts are to a preset; None where only the adapter itself knows."""
        return self.entry.container if not self.entry.in_rows else None

    async def read(self, cursor: Cursor | None = None, since: datetime | None = None) -> Reading:
        """Read the thread until nothing is left, each poll with an adapter of its own and a cursor that was JSON in
        between. Raises what reading raises."""
        posts: dict[str, Post] = {}
        threads: dict[str, ThreadSeen] = {}
        for _ in range(POLLS):
            async with self.adapter() as adapter:
                watch = Watch(WatchKind.THREAD, self.replay.here(self.recording.thread), since)
                reading = await adapter.read(watch, cursor)
            posts |= {post.id: post for post in reading.posts}
            threads |= {seen.ref.id: seen for seen in reading.threads}
            cursor = _stored(reading.cursor)
            if not reading.gap:
                return Reading(tuple(posts.values()), tuple(threads.values()), cursor)
        raise BridgeError(f"after {POLLS} polls it still says that more is there")

    def told(self, reading: Reading) -> list[Mapping[str, object]]:
        """Return a reading's posts as the golden file holds them, with the addresses that were recorded."""
        there = json.loads(self.replay.there(json.dumps(as_json(reading.posts), ensure_ascii=False)))
        return list(there)

    def now(self) -> datetime:
        """The moment of the recording: the newest Date among its pages."""
        dates = [moment for page in self.recording.pages if (moment := http_date(page.date or "")) is not None]
        return max(dates, default=datetime.now(UTC))

    @asynccontextmanager
    async def adapter(self) -> AsyncIterator[Adapter]:
        """Open an adapter as a guest of the forum."""
        settings = SessionSettings(self.replay.base, USER_AGENT, timedelta(), timeout=timedelta(seconds=10))
        async with open_session(settings, None, Pacer(self.now), self.now) as session:
            yield self.entry.build(self.recording.options, session, timezone=self.recording.timezone)


def _stored(cursor: Cursor | None) -> Cursor | None:
    """Return the cursor as it comes back from the ledger."""
    return replace(cursor, state=json.loads(json.dumps(cursor.state))) if cursor is not None else None
