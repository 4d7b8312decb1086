"""Statements on customers' profiles that are to be linked, since they are one author's.

Where each thread is a person apart (identity author_in_thread: usual in a sync channel, allowed in any), an author has
a profile for each thread. Each new one is linked once, to the one that came before it; so all end up together, in
whatever order that is done. Guests share no more than a name, so theirs stay apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.ledger.conversations import Conversation
from forum_bridge.ledger.states import LinkState
from forum_bridge.ledger.tables import conversation, desk_case

_EARLIER, _EARLIER_CASE = conversation.alias("earlier"), desk_case.alias("earlier_case")
_OF_IT = desk_case.c.conversation_id == conversation.c.id
_FIRST_CASE = select(func.min(desk_case.c.id)).where(_OF_IT).scalar_subquery()
_SINCE = select(func.min(desk_case.c.opened_at)).where(_OF_IT).scalar_subquery()
_SAME_AUTHOR = (
    (_EARLIER.c.desk == conversation.c.desk)
    & (_EARLIER.c.forum == conversation.c.forum)
    & (_EARLIER.c.author_key == conversation.c.author_key)
    & (_EARLIER.c.custom_id != conversation.c.custom_id)
    & (_EARLIER.c.user_id != conversation.c.user_id)
)
_WAITS = conversation.c.link_state == LinkState.WAITING
_PAIRS = (
    select(
        conversation.c.id.label("conversation_id"),
        conversation.c.forum,
        conversation.c.user_id,
        _EARLIER.c.user_id.label("other_id"),
        _SINCE.label("since"),
        conversation.c.link_due_at.label("due_at"),
    )
    .join(_EARLIER, _SAME_AUTHOR)
    .join(_EARLIER_CASE, (_EARLIER_CASE.c.conversation_id == _EARLIER.c.id) & (_EARLIER_CASE.c.id < _FIRST_CASE))
    .order_by(conversation.c.link_due_at, conversation.c.id, _EARLIER_CASE.c.id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Link:
    """A conversation's profile, the other one that it is to be linked with, since when it is known and when it is due
    (None where that was not decided)."""

    conversation_id: int
    forum: str
    user_id: int
    other_id: int
    since: datetime
    due_at: datetime | None


async def want(db: AsyncConnection, owner: Conversation, *, now: datetime) -> bool:
    """A case brought a conversation's customer a new profile: note that it is to be linked, at once; False if the
    author has no other."""
    if owner.author_key.startswith("guest:"):
        return False
    if (await db.execute(_PAIRS.where(conversation.c.id == owner.id))).first() is None:
        return False
    await _change(db, owner.id, link_state=LinkState.WAITING.value, link_due_at=now)
    return True


async def first(db: AsyncConnection, desk: str) -> Link | None:
    """Return the link of a desk that is due first, None if none is wanted."""
    found = (await db.execute(_PAIRS.where(conversation.c.desk == desk, _WAITS))).mappings().first()
    return None if found is None else Link(**found)


async def settle(db: AsyncConnection, link: Link, state: LinkState) -> None:
    """Note that nothing more is to be done about a link."""
    await _change(db, link.conversation_id, link_state=state.value, link_due_at=None)


async def put_off(db: AsyncConnection, link: Link, until: datetime) -> None:
    """Note when a link is to be tried again."""
    await _change(db, link.conversation_id, link_due_at=until)


async def put_all_off(db: AsyncConnection, desk: str, until: datetime) -> None:
    """Let no link of a desk be due before ``until``."""
    where = (conversation.c.desk == desk, _WAITS, conversation.c.link_due_at < until)
    await db.execute(update(conversation).where(*where).values(link_due_at=until))


async def _change(db: AsyncConnection, conversation_id: int, **values: object) -> None:
    await db.execute(update(conversation).where(conversation.c.id == conversation_id).values(values))
