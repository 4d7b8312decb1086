"""What is read and what is sent to us enter the ledger here alike: compared, judged, tied to conversations, in the
transaction of whoever brings it; delivery is woken afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.bridge.content import Digested, digest
from forum_bridge.bridge.entry import Entry
from forum_bridge.bridge.intake import Intake
from forum_bridge.bridge.policy import Rules
from forum_bridge.bridge.site import Site
from forum_bridge.ledger import forums
from forum_bridge.ledger.watches import WatchRow
from forum_bridge.model import Reading, Wake, WorkKind
from forum_bridge.web.aside import aside

EACH = 820  # characters of HTML that digesting a post costs beside its own


@dataclass(frozen=True, slots=True)
class Brought:
    """What a reading brought: posts and revisions that are new, the conversations with work by it, and when agents are
    to be told of what changed, or stands there by now."""

    new: tuple[Entry, ...]
    woken: tuple[int, ...]
    tells_at: datetime | None = None


async def digested(reading: Reading) -> list[Digested]:
    """Return the posts of a reading with their contents, made before any transaction."""
    return await aside(sum(EACH + len(post.html) for post in reading.posts), digest, reading)


async def take_in(
    db: AsyncConnection,
    site: Site,
    watch: WatchRow,
    rules: Rules,
    reading: Reading,
    contents: Sequence[Digested],
    *,
    now: datetime,
) -> Brought:
    """Store a reading of a registered forum."""
    row = (await forums.everyone(db))[site.name]
    intake = Intake(db, site, row, watch, rules, now)
    woken, new = await intake.take(reading, contents)
    return Brought(tuple(new), tuple(sorted(woken)), intake.tells_at)


def pass_on(brought: Brought, site: Site, watch: WatchRow, wake: Wake) -> None:
    """Wake what has work now, and tell the log; call it after the commit."""
    for conversation_id in brought.woken:
        wake(WorkKind.DELIVER, str(conversation_id))
    if brought.tells_at is not None:
        wake(WorkKind.TELL, site.desk, brought.tells_at)
    if fresh := sum(each.revision == 1 for each in brought.new):
        structlog.get_logger().info(
            "posts_taken_in", forum=site.name, watch=watch.watch.shown, new=fresh, conversations=len(brought.woken)
        )
