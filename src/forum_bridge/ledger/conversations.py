"""Statements on conversations and their cases: the tie between a place on a forum and a customer on a desk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.ledger.batches import batched
from forum_bridge.ledger.states import CaseState, State
from forum_bridge.ledger.tables import conversation, desk_case, post
from forum_bridge.ledger.upsert import insert_ignore, upsert

_GIVEN = ("desk", "forum", "scope_key", "thread_id", "author_key", "author_name", "custom_id")


@dataclass(frozen=True, slots=True)
class Conversation:
    """``scope_key`` is unique within a forum; ``user_id`` is Deskie's, None until the customer's first case was
    created."""

    id: int
    desk: str
    forum: str
    scope_key: str
    thread_id: str
    author_key: str
    author_name: str
    custom_id: str
    user_id: int | None
    link_state: str | None = None
    link_due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeskCase:
    """One of a conversation's cases and what was last known of it, and when."""

    case_id: int
    number: str
    conversation_id: int
    opened_at: datetime
    state: CaseState
    state_at: datetime
    absorbed_by: int | None


async def ensure(db: AsyncConnection, desk: str, forum: str, wanted: Iterable[Conversation]) -> dict[str, int]:
    """Return the ids of conversations of a desk and a forum by their scope keys, made now if they did not exist."""
    by_key = {each.scope_key: each for each in wanted}
    found: dict[str, int] = {}
    for keys in batched(list(by_key)):
        rows = [{name: getattr(by_key[key], name) for name in _GIVEN} for key in keys]
        await db.execute(insert_ignore(db, conversation, rows))
        where = (conversation.c.desk == desk, conversation.c.forum == forum, conversation.c.scope_key.in_(keys))
        query = select(conversation.c.scope_key, conversation.c.id).where(*where)
        found |= {row.scope_key: row.id for row in await db.execute(query)}
    return found


async def get(db: AsyncConnection, conversation_id: int) -> Conversation:
    """Return one conversation; raises ``IndexError`` if it does not exist. One without a case of its own yet has the
    profile of those that share its custom id."""
    found = (await _conversations(db, select(conversation).where(conversation.c.id == conversation_id)))[0]
    if found.user_id is not None:
        return found
    same = (conversation.c.desk == found.desk, conversation.c.custom_id == found.custom_id)
    newest = select(func.max(conversation.c.user_id)).where(*same)
    return replace(found, user_id=(await db.execute(newest)).scalar_one())


async def of_case(db: AsyncConnection, desk: str, case_id: int, urls: Sequence[str] = ()) -> list[Conversation]:
    """Return the conversations that a case belongs to: the one that opened it, and those whose posts stand in it since
    an agent merged theirs into it, or because their customer has only this chat; ``urls`` are of posts that were seen
    there, whatever the ledger knows of them."""
    opened = select(desk_case.c.conversation_id).where(desk_case.c.desk == desk, desk_case.c.case_id == case_id)
    joined = select(post.c.conversation_id).where(post.c.case_id == case_id, post.c.state == State.SENT)
    seen = select(post.c.conversation_id).where(post.c.url.in_(urls))
    tied = or_(*(conversation.c.id.in_(each) for each in (opened, joined, seen)))
    return await _conversations(db, select(conversation).where(conversation.c.desk == desk, tied))


async def of_user(
    db: AsyncConnection, desk: str, *, custom_id: str | None = None, user_id: int | None = None
) -> list[Conversation]:
    """Return the conversations of a Deskie user, oldest first; the id we gave says more than Deskie's own, which
    conversations without a case of their own lack."""
    if custom_id is not None:
        who = conversation.c.custom_id == custom_id
    elif user_id is not None:
        ours = select(conversation.c.custom_id).where(conversation.c.desk == desk, conversation.c.user_id == user_id)
        who = conversation.c.custom_id.in_(ours)
    else:
        return []
    return await _conversations(db, select(conversation).where(conversation.c.desk == desk, who))


async def cases(db: AsyncConnection, conversation_id: int) -> list[DeskCase]:
    """Return a conversation's cases, newest first."""
    query = select(desk_case).where(desk_case.c.conversation_id == conversation_id).order_by(desk_case.c.id.desc())
    return [
        DeskCase(
            case_id=row["case_id"],
            number=row["number"],
            conversation_id=row["conversation_id"],
            opened_at=row["opened_at"],
            state=CaseState(row["state"]),
            state_at=row["state_at"],
            absorbed_by=row["absorbed_by"],
        )
        for row in (await db.execute(query)).mappings()
    ]


async def opened(
    db: AsyncConnection,
    owner: Conversation,
    case_id: int,
    number: str,
    user_id: int,
    state: CaseState,
    *,
    now: datetime,
) -> None:
    """Tie a case to its conversation, and keep the user id that its creation told."""
    facts = {"number": number, "state": state.value, "state_at": now}
    row = {"desk": owner.desk, "case_id": case_id, "conversation_id": owner.id, "opened_at": now, **facts}
    await db.execute(upsert(db, desk_case, row, index_elements=["desk", "case_id"], update=facts))
    await db.execute(update(conversation).where(conversation.c.id == owner.id).values(user_id=user_id))


async def learned(
    db: AsyncConnection, desk: str, case_id: int, state: CaseState, *, now: datetime, absorbed_by: int | None = None
) -> None:
    """Note what a case's state was found to be."""
    where = (desk_case.c.desk == desk, desk_case.c.case_id == case_id)
    values = {"state": state.value, "state_at": now, "absorbed_by": absorbed_by}
    await db.execute(update(desk_case).where(*where).values(values))


async def gone(db: AsyncConnection, desk: str, case_ids: Sequence[int]) -> set[int]:
    """Return those of these cases that were found to take no messages any more."""
    where = (desk_case.c.desk == desk, desk_case.c.case_id.in_(case_ids), desk_case.c.state == CaseState.GONE)
    return set(await db.scalars(select(desk_case.c.case_id).where(*where)))


async def known_cases(db: AsyncConnection, desk: str, custom_id: str) -> set[int]:
    """Return the cases of all of a customer's conversations."""
    theirs = select(conversation.c.id).where(conversation.c.desk == desk, conversation.c.custom_id == custom_id)
    return set(await db.scalars(select(desk_case.c.case_id).where(desk_case.c.conversation_id.in_(theirs))))


async def opened_since(db: AsyncConnection, desk: str, moment: datetime) -> int:
    """Return how many cases were opened since a moment."""
    where = (desk_case.c.desk == desk, desk_case.c.opened_at >= moment)
    return (await db.execute(select(func.count()).select_from(desk_case).where(*where))).scalar_one()


async def _conversations(db: AsyncConnection, query: Select[tuple[object, ...]]) -> list[Conversation]:
    rows = await db.execute(query.order_by(conversation.c.id))
    return [Conversation(**row) for row in rows.mappings()]
