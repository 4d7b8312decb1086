"""Adopt and backfill: what they mean by a forum's name or a thread's address, the same for a running bridge and without
one."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.bridge.backfill import Backfill, Filled
from forum_bridge.bridge.site import Site
from forum_bridge.daemon.compose import rules_for
from forum_bridge.errors import BridgeError
from forum_bridge.ledger import adopting
from forum_bridge.ledger.adopting import Place
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.model import Clock, Wake, WatchKind
from forum_bridge.web.address import belongs, shown


async def place_of(db: AsyncConnection, name: str) -> Place:
    """Return the place that a name means. Raises BridgeError if nothing of it was read yet."""
    found = await adopting.place(db, name)
    if found is None:
        raise BridgeError(
            f"Nothing of {shown(name)} was read yet.",
            explanation="Name a configured forum that was read, or a thread by the address that the status shows.",
        )
    return found


async def adopt(ledger: Ledger, name: str, clock: Clock) -> str:
    """Let all that stands at a place now count as seen; return in one sentence what became of it."""
    now = clock()

    async def work(db: AsyncConnection) -> int:
        return await adopting.adopt(db, await place_of(db, name), now=now)

    many = await ledger.commit(work)
    structlog.get_logger().info("operator_adopted", place=shown(name), posts=many)
    return f"What stands there now counts as seen; {many} posts that waited are not sent."


async def backfill(
    ledger: Ledger,
    sites: Mapping[str, Site],
    wake: Wake,
    clock: Clock,
    name: str,
    since: datetime | None,
    limit: int | None,
) -> AsyncGenerator[Filled]:
    """Take in what was old at a place; yield how far it is. Raises BridgeError."""
    site, targets = _meant(sites, name)
    filling = Backfill(ledger, site, rules_for, wake, clock)
    taken = 0
    for kind, target, like in targets:
        room = None if limit is None else limit - taken
        last: Filled | None = None
        async with aclosing(filling(kind, target, since, room, like=like)) as told:
            async for last in told:
                yield last
        taken += last.taken if last is not None else 0
        if last is not None and last.left:
            break
    structlog.get_logger().info("operator_backfilled", place=shown(name), posts=taken)


def _meant(sites: Mapping[str, Site], name: str) -> tuple[Site, list[tuple[WatchKind, str, WatchKind]]]:
    if name in sites:
        site = sites[name]
        return site, [(each.kind, each.target, each.kind) for each in site.config.watch]
    for site in sites.values():
        if belongs(name, site.config.url):
            return site, [(WatchKind.THREAD, name, next(_like(site, name), WatchKind.THREAD))]
    raise BridgeError(
        f"{shown(name)} is neither a configured forum nor on one.", explanation=f"Forums: {', '.join(sites)}."
    )


def _like(site: Site, url: str) -> Iterator[WatchKind]:
    """Whose posts count in a thread, its own watch says, else that of a board."""
    kinds = {(each.kind, each.target.rstrip("/")): each.kind for each in site.config.watch}
    if (WatchKind.THREAD, url.rstrip("/")) in kinds:
        yield WatchKind.THREAD
    yield from (kind for kind in kinds.values() if kind is WatchKind.BOARD)
