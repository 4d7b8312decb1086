"""The entrance for what forums send by themselves: the one by which a reading comes, with each request taken in once by
the name that the forum gave it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.bridge.poll import RulesFor
from forum_bridge.bridge.ring import ring
from forum_bridge.bridge.site import Site
from forum_bridge.bridge.take_in import Brought, digested, pass_on, take_in
from forum_bridge.errors import BridgeError, Retry
from forum_bridge.forums.pushed import Pushed
from forum_bridge.ledger import pushes, watches
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.watches import WatchRow
from forum_bridge.model import Clock, Wake, WatchKind


class NameTaken(BridgeError):
    """Something else came under the same name before."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """What became of a request: how many of its posts are new or changed, how many were deleted; ``known`` if the
    request came before, then nothing was done; ``rang`` if it only said where to look."""

    known: bool = False
    rang: bool = False
    new: int = 0
    deleted: int = 0


class TakePush:
    """Takes in requests for the forums (``sites``) of one configuration."""

    def __init__(
        self, ledger: Ledger, sites: Mapping[str, Site], rules_for: RulesFor, wake: Wake, clock: Clock
    ) -> None:
        self.sites = sites
        self._ledger = ledger
        self._rules_for = rules_for
        self._wake = wake
        self._clock = clock

    async def __call__(self, site: Site, pushed: Pushed, content: bytes) -> Arrived:
        """Take in one believed request; returns once it is committed. Raises NameTaken, and Retry if the ledger cannot
        write or does not know the forum yet."""
        if (reading := pushed.reading) is None:
            await ring(self._ledger, site, pushed.hints, self._wake, self._clock())
            return Arrived(rang=True)
        rules = self._rules_for(site, WatchKind.PUSH)
        contents = await digested(reading)
        digest = hashlib.sha256(content).hexdigest()
        now = self._clock()

        async def work(db: AsyncConnection) -> tuple[WatchRow, Brought] | None:
            before = await pushes.digest_of(db, site.name, pushed.id)
            if before is not None:
                if before != digest:
                    raise NameTaken
                return None
            watch = await _watch(db, site, pushed)
            brought = await take_in(db, site, watch, rules, reading, contents, now=now)
            await watches.advance(db, watch, reading.cursor, due_at=watch.due_at, interval=watch.interval, now=now)
            await pushes.note(db, site.name, pushed.id, digest, now=now)
            return watch, brought

        done = await self._ledger.commit(work)
        if done is None:
            return Arrived(known=True)
        watch, brought = done
        pass_on(brought, site, watch, self._wake)
        return Arrived(new=len(brought.new), deleted=len(reading.deleted))


async def _watch(db: AsyncConnection, site: Site, pushed: Pushed) -> WatchRow:
    """Return where the forum's own sending stands. Before the first one, ``since`` is moved into the forum's time,
    which is what its posts show."""
    found = next((row for row in await watches.of_forum(db, site.name) if row.watch.kind is WatchKind.PUSH), None)
    if found is None:
        raise Retry("Deskie has not told yet what the channel of this forum is like.")
    since = found.watch.since
    if not found.first or since is None:
        return found
    return replace(found, watch=replace(found.watch, since=since + pushed.ahead))
