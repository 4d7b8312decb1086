"""What follows when a copy of the ledger was put back: whatever the lost ledger may have written since is doubtful, and
looked for before it is written. Knows rows, no network."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.ledger.states import State
from forum_bridge.ledger.tables import agent_note, answer, meta, post, recompare
from forum_bridge.ledger.upsert import insert_ignore, upsert

KEY = "put_back"
SETTLES = timedelta(seconds=30)  # what the lost ledger had begun last has taken effect by then
CLOCKS_DIFFER = timedelta(days=1)  # forums show times of other zones and of clocks that are wrong
UNDATED = timedelta(days=30)  # so long what bears no date may be from before
DESKS_CLOCK = timedelta(minutes=15)  # may differ from ours by so much
READ_AGAIN = timedelta(minutes=30)  # by then forums show what stands there of that time
LATE_WEBHOOKS = timedelta(hours=1)
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_ROADS = (post, answer, agent_note)


@dataclass(frozen=True, slots=True)
class PutBack:
    """The copy knew all that was before ``since``; it was put back ``at`` a moment, when ``last_post`` was the newest
    row of a post. A row whose write began exactly at ``since`` is one of which only the lost ledger knows."""

    since: datetime
    at: datetime
    last_post: int

    @property
    def settled(self) -> datetime:
        """When it can be looked for what the lost ledger wrote."""
        return self.at + SETTLES

    def doubts(self, written_at: datetime | None, now: datetime) -> bool:
        """Whether the lost ledger may have had something that was written then."""
        return now <= self.at + UNDATED if written_at is None else written_at <= self.at + CLOCKS_DIFFER

    def doubts_answer(self, written_at: datetime | None, now: datetime) -> bool:
        """Likewise of an answer; of one whose webhook comes now only its coming tells when it was written."""
        return now <= self.at + LATE_WEBHOOKS if written_at is None else written_at <= self.at + CLOCKS_DIFFER

    def wrote(self, moment: datetime | None) -> bool:
        """Whether the lost ledger may be the only one to know of what the desk got then."""
        return moment is not None and self.since - DESKS_CLOCK <= moment <= self.at + DESKS_CLOCK

    def recent(self, now: datetime) -> bool:
        """Whether cases may still turn up that only the lost ledger knew."""
        return now <= self.at + UNDATED

    def way(self, now: datetime) -> dict[str, object]:
        """Return how a doubtful row is stored: as a write whose answer was lost."""
        return {"state": State.UNCLEAR.value, "sending_at": self.since, "due_at": max(now, self.settled)}


async def known(db: AsyncConnection) -> PutBack | None:
    """Return when a copy was last put back, None if none ever was."""
    text = (await db.execute(select(meta.c.value).where(meta.c.key == KEY))).scalar_one_or_none()
    if text is None:
        return None
    said = json.loads(text)
    return PutBack(datetime.fromisoformat(said["since"]), datetime.fromisoformat(said["at"]), said["last_post"])


async def doubted(db: AsyncConnection, sending_at: datetime | None) -> PutBack | None:
    """Return when a copy was put back if only the lost ledger can know of a write that bears this moment."""
    lost = await known(db)
    return lost if lost is not None and sending_at == lost.since else None


async def note(db: AsyncConnection, *, now: datetime) -> PutBack:
    """Write down that this ledger was put back just now, and doubt all that was on its way in it."""
    found = await _this_time(db, now)
    before = await known(db)
    if before is not None and before.recent(now):  # what only the ledger before the lost one had is doubtful still
        found = PutBack(min(found.since, before.since), now, min(found.last_post, before.last_post))
    value = {"since": found.since.isoformat(), "at": found.at.isoformat(), "last_post": found.last_post}
    text = {"value": json.dumps(value)}
    await db.execute(upsert(db, meta, {"key": KEY, **text}, index_elements=["key"], update=text))
    for table in _ROADS:
        untried = table.c.sending_at.is_(None)
        began = update(table).values(sending_at=found.since)
        await db.execute(began.where(untried, table.c.state.in_((State.HELD, State.DEAD))))
        flying = table.c.state.in_((State.SENDING, State.UNCLEAR))
        await db.execute(update(table).values(due_at=found.settled).where(flying))
        await db.execute(update(table).values(found.way(now)).where(table.c.state == State.WAITING))
    deleted = (post.c.state == State.IGNORED, post.c.deleted_at.is_not(None), post.c.sending_at.is_(None))
    await db.execute(update(post).values(sending_at=found.since).where(*deleted))  # it may be there again
    return found


async def _this_time(db: AsyncConnection, now: datetime) -> PutBack:
    alive = list(await db.scalars(select(meta.c.value).where(meta.c.key.in_(("opened", "probed")))))
    since = max(map(datetime.fromisoformat, alive), default=_EVER)
    last = (await db.execute(select(func.max(post.c.id)))).scalar_one()
    return PutBack(min(since, now), now, last or 0)


async def doubtful(db: AsyncConnection, found: PutBack) -> int:
    """Return how many items wait to be looked for."""
    total = 0
    for table in _ROADS:
        where = (table.c.state == State.UNCLEAR, table.c.sending_at == found.since)
        total += (await db.execute(select(func.count()).select_from(table).where(*where))).scalar_one()
    return total


async def want_compared(db: AsyncConnection, desk: str, case_id: int) -> None:
    """Note that a case which this ledger had lost holds answers that it may lack."""
    await db.execute(insert_ignore(db, recompare, {"desk": desk, "case_id": case_id}))


async def to_compare(db: AsyncConnection, desk: str) -> list[int]:
    """Return the cases whose answers are to be compared once."""
    return list(await db.scalars(select(recompare.c.case_id).where(recompare.c.desk == desk)))


async def compared(db: AsyncConnection, desk: str, case_id: int) -> None:
    """Note that a case's answers were compared."""
    await db.execute(delete(recompare).where(recompare.c.desk == desk, recompare.c.case_id == case_id))


async def adopt(db: AsyncConnection, found: PutBack, desk: str, case_id: int, forum: str, *, now: datetime) -> bool:
    """Let answers go on that came before their case was found again; False if there are none."""
    where = (answer.c.desk == desk, answer.c.case_id == case_id, answer.c.forum.is_(None))
    dead = (answer.c.state == State.DEAD, answer.c.received_at >= found.at)
    values = {"forum": forum, "reason": None, **found.way(now)}
    return (await db.execute(update(answer).where(*where, *dead).values(values))).rowcount > 0
