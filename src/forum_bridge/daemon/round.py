"""One round of readings that a person asked for: each watch is read once, and what came goes on its way to the desk.
Publishes no answers. How a step is run (by a dispatcher, or by nobody else) is not known here."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.bridge.poll import Polled
from forum_bridge.config import Config
from forum_bridge.daemon.choosing import Meant, chosen
from forum_bridge.daemon.news import PostNews, WatchNews, became
from forum_bridge.ledger import conversations, posts, watches
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.posts import PostRow
from forum_bridge.model import WorkKind

Run = Callable[[WorkKind, str], Awaitable[object]]
"""Does the work of one key and returns when it is done."""

Tell = Callable[[Sequence[PostRow]], Awaitable[tuple[PostNews, ...]]]
"""Returns the news of posts."""

UNKNOWN = "it is not read before Deskie has told what its channel is like; `forum-bridge check` says more"


class Round:
    """Whoever runs readings puts what each brought into ``polled``, by the watch's id."""

    def __init__(self, config: Config, ledger: Ledger, run: Run, polled: MutableMapping[int, Polled]) -> None:
        self._config = config
        self._ledger = ledger
        self._run = run
        self._polled = polled

    async def go(self, names: Sequence[str], tell: Tell | None = None) -> AsyncGenerator[WatchNews]:
        """Read the watches that ``names`` mean (none: all), one after the other, and yield what each brought. Delivers
        it before, unless it is only to be told of by ``tell``. Raises ConfigurationRefused for an unknown name."""
        for meant in chosen(self._config, names):
            yield await self._one(meant, tell)

    async def _one(self, meant: Meant, tell: Tell | None) -> WatchNews:
        forum, watch = meant
        watch_id = await self._id(meant)
        if watch_id is None:
            return WatchNews(forum, watch.kind, watch.target, trouble=UNKNOWN)
        await self._run(WorkKind.POLL, str(watch_id))
        polled = self._polled.pop(watch_id, Polled())
        if tell is None:
            for conversation_id in polled.conversations:
                await self._run(WorkKind.DELIVER, str(conversation_id))
        async with self._ledger.reading() as db:
            latest = await posts.latest(db, forum, polled.posts)
            rows = sorted(latest.values(), key=lambda row: row.id)
            told = () if tell else tuple([became(row, await _case(db, row)) for row in rows])
        if tell is not None:
            told = await tell(rows)
        return WatchNews(forum, watch.kind, watch.target, told, polled.more, polled.trouble)

    async def _id(self, meant: Meant) -> int | None:
        async with self._ledger.reading() as db:
            rows = await watches.of_forum(db, meant[0])
        same = (row.id for row in rows if (row.watch.kind, row.watch.target) == (meant[1].kind, meant[1].target))
        return next(same, None)


async def _case(db: AsyncConnection, row: PostRow) -> str:
    """Return what people call the case in which a post stands: its number, where the bridge opened it."""
    if row.case_id is None:
        return "?"
    known = await conversations.cases(db, row.conversation_id) if row.conversation_id is not None else []
    number = next((case.number for case in known if case.case_id == row.case_id), "")
    return number or str(row.case_id)
