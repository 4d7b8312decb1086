"""Statements on posts: taking them in once, and walking each towards the desk."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, ScalarSelect, Select, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.ledger.batches import batched
from forum_bridge.ledger.states import WORK, State
from forum_bridge.ledger.tables import body, conversation, post
from forum_bridge.model import PRIVATE, Attachment, AuthorKey, PostId, ThreadId


@dataclass(frozen=True, slots=True)
class PostRow:
    """One revision of a post and where it stands. ``html`` is None once retention emptied the body."""

    id: int
    forum: str
    post_id: PostId
    number: int | None
    revision: int
    thread_id: ThreadId
    author_key: AuthorKey
    author_name: str
    author_email: str | None
    url: str
    opening: bool
    written_at: datetime | None
    seen_at: datetime
    body_id: int | None
    body_hash: str
    html: str | None
    attachments: tuple[Attachment, ...]
    conversation_id: int | None
    as_note: bool
    by_agent: bool
    moved_at: datetime | None
    deleted_at: datetime | None
    forgotten_at: datetime | None
    state: State
    attempts: int
    first_tried_at: datetime | None
    due_at: datetime | None
    sending_at: datetime | None
    sent_at: datetime | None
    case_id: int | None
    message_id: int | None
    file_tries: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A thread in which posts of a conversation stand: when the newest was taken in, and when moderators were last seen
    to have put one there."""

    thread_id: ThreadId
    seen_at: datetime
    moved_at: datetime | None


AT_A_TIME = 100  # of a queue; what stands behind them has to wait anyway
_NEWEST_FIRST = (func.coalesce(post.c.number, 0).desc(), post.c.id.desc())
_SELECT = select(post, body.c.html).outerjoin(body, post.c.body_id == body.c.id)


async def latest(db: AsyncConnection, forum: str, post_ids: Sequence[str]) -> dict[str, PostRow]:
    """Return the newest revision of each of these posts that the ledger knows, by post id."""
    found: dict[str, PostRow] = {}
    for ids in batched(post_ids):
        query = _SELECT.where(post.c.forum == forum, post.c.post_id.in_(ids)).order_by(post.c.revision)
        found |= {row.post_id: row for row in await _posts(db, query)}
    return found


async def get(db: AsyncConnection, row_id: int) -> PostRow:
    """Return one row; raises ``IndexError`` if there is none."""
    return (await _posts(db, _SELECT.where(post.c.id == row_id)))[0]


async def in_thread(db: AsyncConnection, forum: str, thread_id: str) -> list[PostRow]:
    """Return all that is known of a thread, in the order in which it was met."""
    return await _posts(db, _SELECT.where(post.c.forum == forum, post.c.thread_id == thread_id).order_by(post.c.id))


async def revisions(db: AsyncConnection, forum: str, post_id: str) -> list[PostRow]:
    """Return all revisions of a post, oldest first."""
    where = (post.c.forum == forum, post.c.post_id == post_id)
    return await _posts(db, _SELECT.where(*where).order_by(post.c.revision))


async def had(db: AsyncConnection, forum: str, post_id: str, body_hash: str) -> bool:
    """Whether any revision of a post had this content."""
    where = (post.c.forum == forum, post.c.post_id == post_id, post.c.body_hash == body_hash)
    return (await db.execute(select(func.count()).select_from(post).where(*where))).scalar_one() > 0


async def insert_new(db: AsyncConnection, rows: Sequence[dict[str, object]]) -> None:
    """Take posts in, in the order given; a key that exists already is an error, never a second row."""
    for some in batched(rows):
        await db.execute(insert(post), some)


async def change(db: AsyncConnection, row_id: int, **values: object) -> None:
    """Change facts of one row."""
    await db.execute(update(post).where(post.c.id == row_id).values(values))


async def change_all(db: AsyncConnection, forum: str, post_id: str, **values: object) -> None:
    """Change facts of every revision of a post."""
    await db.execute(update(post).where(post.c.forum == forum, post.c.post_id == post_id).values(values))


async def begin(db: AsyncConnection, row: PostRow, *, now: datetime, case_id: int | None) -> bool:
    """Note that the write of a waiting post begins (``case_id``: None opens a case); False, and nothing is changed, if
    the post was edited or decided about since ``row`` was read."""
    where = (post.c.id == row.id, post.c.state == State.WAITING, post.c.body_hash == row.body_hash)
    first = row.first_tried_at or now
    values = {"state": State.SENDING, "sending_at": now, "first_tried_at": first, "case_id": case_id}
    return (await db.execute(update(post).where(*where).values(values))).rowcount == 1


async def undelivered(db: AsyncConnection, conversation_id: int) -> list[PostRow]:
    """Return the oldest posts of a conversation that still have to reach the desk, in order."""
    where = (post.c.conversation_id == conversation_id, post.c.state.in_(WORK))
    return await _posts(db, _SELECT.where(*where).order_by(post.c.id).limit(AT_A_TIME))


CASE_TO_COME = "a note needs a case, and the message that is to open one did not arrive"


async def first_message(db: AsyncConnection, conversation_id: int, states: Collection[State]) -> PostRow | None:
    """Return the oldest post of a conversation, notes aside, that stands in one of these states."""
    where = (post.c.conversation_id == conversation_id, post.c.as_note.is_(False), post.c.state.in_(states))
    found = await _posts(db, _SELECT.where(*where).order_by(post.c.id).limit(1))
    return found[0] if found else None


async def case_came(db: AsyncConnection, conversation_id: int, *, now: datetime) -> None:
    """Let the notes go on that were left out until a conversation would have a case, as far as their words are kept."""
    where = (post.c.conversation_id == conversation_id, post.c.as_note.is_(True), post.c.state == State.IGNORED)
    kept = (post.c.reason.startswith(CASE_TO_COME), post.c.body_id.is_not(None), post.c.deleted_at.is_(None))
    values = {"state": State.WAITING, "due_at": now, "reason": None}
    await db.execute(update(post).where(*where, *kept).values(values))


async def due_conversations(db: AsyncConnection) -> list[tuple[int, datetime | None]]:
    """Return the conversations with undelivered posts and the earliest moment any of them is due (None: now)."""
    query = (
        select(post.c.conversation_id, func.min(post.c.due_at))
        .where(post.c.state.in_(WORK), post.c.conversation_id.is_not(None))
        .group_by(post.c.conversation_id)
    )
    return [(conversation_id, due) for conversation_id, due in await db.execute(query)]


async def newest_delivered(db: AsyncConnection, conversation_id: int, before: datetime) -> PostRow | None:
    """Return the customer's last post that reached the desk before a moment: the one an answer speaks to."""
    where = (post.c.conversation_id == conversation_id, post.c.as_note.is_(False))
    told = _SELECT.where(*where, post.c.state == State.SENT, post.c.sent_at <= before)
    found = await _posts(db, told.order_by(post.c.id.desc()).limit(1))
    if not found:
        found = await _posts(db, _SELECT.where(*where).order_by(post.c.id).limit(1))
    return found[0] if found else None


async def spoke_last(db: AsyncConnection, conversation_ids: Sequence[int], before: datetime) -> int | None:
    """Return the one of these conversations whose customer's post reached the desk last before a moment."""
    where = (post.c.conversation_id.in_(conversation_ids), post.c.as_note.is_(False), post.c.state == State.SENT)
    query = select(post.c.conversation_id).where(*where, post.c.sent_at <= before)
    last: int | None = (await db.execute(query.order_by(post.c.sent_at.desc(), post.c.id.desc()).limit(1))).scalar()
    return last


async def writers(db: AsyncConnection, conversation_ids: Sequence[int]) -> dict[tuple[str, str], str]:
    """Return the customers whose posts belong to these conversations: by forum and author, the name last seen."""
    where = (post.c.conversation_id.in_(conversation_ids), post.c.as_note.is_(False))
    query = select(post.c.forum, post.c.author_key, post.c.author_name).where(*where).order_by(post.c.id)
    return {(row.forum, row.author_key): row.author_name for row in await db.execute(query)}


async def found_in(db: AsyncConnection, desk: str, case_id: int, urls: Sequence[str]) -> None:
    """Note that delivered posts of these addresses stand in a case now: agents may have merged theirs into it."""
    ours = select(conversation.c.id).where(conversation.c.desk == desk)
    for some in batched(urls):
        where = (post.c.url.in_(some), post.c.state == State.SENT, post.c.case_id != case_id)
        await db.execute(update(post).where(*where, post.c.conversation_id.in_(ours)).values(case_id=case_id))


async def standing(db: AsyncConnection, conversation_id: int) -> list[Standing]:
    """Return the threads in which a conversation's posts stand, the one with the newest post first."""
    seen = func.max(post.c.seen_at)
    query = (
        select(post.c.thread_id, seen.label("seen_at"), func.max(post.c.moved_at).label("moved_at"))
        .where(post.c.conversation_id == conversation_id, post.c.as_note.is_(False), post.c.state != State.IGNORED)
        .group_by(post.c.thread_id)
        .order_by(seen.desc())
    )
    return [Standing(**row) for row in (await db.execute(query)).mappings()]


async def answered_by(
    db: AsyncConnection, forum: str, thread_id: str, before: int | None, starter_key: str | None
) -> int | None:
    """Return the conversation that a post by our own people speaks to: that of the newest customer's post numbered
    below ``before`` (None: of those known), else the starter's; None where no customer's post is on its way to the desk
    or stands there."""
    told = post.c.state.in_((*WORK, State.SENT, State.HELD))
    where = (post.c.forum == forum, post.c.thread_id == thread_id, post.c.as_note.is_(False), told)
    query = select(post.c.conversation_id).where(*where, post.c.conversation_id.is_not(None))
    earlier = query if before is None else query.where(or_(post.c.number.is_(None), post.c.number < before))
    for each in (earlier, query.where(post.c.author_key == starter_key)):
        found: int | None = (await db.execute(each.order_by(*_NEWEST_FIRST).limit(1))).scalar_one_or_none()
        if found is not None:
            return found
    return None


_NOT_FAR = 20  # posts; nobody deletes more at once between two looks


async def newest_in_thread(
    db: AsyncConnection, forum: str, thread_id: str, *, up_to: int | None = None
) -> PostId | None:
    """Return the newest post known in a thread (when row ``up_to`` was the last one): by number where ids count, else
    the one seen last."""
    query = select(post.c.post_id).where(post.c.forum == forum, post.c.thread_id == thread_id)
    query = query if up_to is None else query.where(post.c.id <= up_to)
    value = (await db.execute(query.order_by(*_NEWEST_FIRST).limit(1))).scalar_one_or_none()
    return None if value is None else PostId(value)


async def newest_foreign(db: AsyncConnection, forum: str, thread_id: str, up_to: PostId | None) -> PostId | None:
    """Return the newest post by others that was known in a thread when ``up_to`` was its newest post; if one of ours
    stood not far before it, the newest by others before that: those since may be deleted by now, and the forum merges
    what we write into ours."""
    where = (post.c.forum == forum, post.c.thread_id == thread_id, post.c.id <= _row_of(forum, up_to))
    query = select(post.c.post_id, post.c.state).where(*where).order_by(*_NEWEST_FIRST)
    newest = [(PostId(row.post_id), State(row.state) is State.OWN) for row in await db.execute(query.limit(_NOT_FAR))]
    ours = next((place for place, (_, own) in enumerate(newest) if own), 0)
    for post_id, own in newest[ours:]:
        if not own:
            return post_id
    value = (await db.execute(query.where(post.c.state != State.OWN).limit(1))).scalar()
    return None if value is None else PostId(value)


async def known_by_then(
    db: AsyncConnection, forum: str, post_ids: Sequence[PostId], up_to: PostId | None
) -> set[PostId]:
    """Return which of these posts were known when ``up_to`` was a thread's newest post."""
    found: set[PostId] = set()
    for ids in batched(post_ids):
        where = (post.c.forum == forum, post.c.post_id.in_(ids), post.c.id <= _row_of(forum, up_to))
        found |= {PostId(each) for each in await db.scalars(select(post.c.post_id).where(*where))}
    return found


def _row_of(forum: str, post_id: PostId | None) -> ScalarSelect[int]:
    """Return the row of a post's first revision."""
    return select(func.min(post.c.id)).where(post.c.forum == forum, post.c.post_id == post_id).scalar_subquery()


async def highest_number(db: AsyncConnection, forum: str, *, private: bool) -> int | None:
    """Return the highest number of a post known on a forum, of its public posts or of its private ones; None where ids
    do not count or nothing was read."""
    hidden = post.c.post_id.startswith(PRIVATE, autoescape=True)
    where = (post.c.forum == forum, post.c.number.is_not(None), hidden if private else ~hidden)
    query = select(post.c.number).where(*where).order_by(post.c.number.desc()).limit(1)
    highest: int | None = (await db.execute(query)).scalar_one_or_none()
    return highest


async def highest_numbers(db: AsyncConnection, forum: str, thread_ids: Sequence[str]) -> dict[str, int | None]:
    """Return the highest post id known in each of these threads that any post is known of."""
    found: dict[str, int | None] = {}
    for ids in batched(thread_ids):
        query = select(post.c.thread_id, func.max(post.c.number).label("highest")).group_by(post.c.thread_id)
        where = (post.c.forum == forum, post.c.thread_id.in_(ids))
        found |= {row.thread_id: row.highest for row in await db.execute(query.where(*where))}
    return found


async def creations_unclear(db: AsyncConnection, conversation_ids: Sequence[int]) -> bool:
    """Whether any of these conversations has a write under way whose case is not known yet."""
    where = (post.c.conversation_id.in_(conversation_ids), post.c.state.in_((State.SENDING, State.UNCLEAR)))
    query = select(func.count()).select_from(post).where(*where, post.c.case_id.is_(None))
    return (await db.execute(query)).scalar_one() > 0


async def creations_under_way(db: AsyncConnection, desk: str) -> int:
    """Return how many cases are just being opened on a desk, or may have been."""
    query = select(func.count()).select_from(post).join(conversation, post.c.conversation_id == conversation.c.id)
    where = (conversation.c.desk == desk, post.c.state.in_((State.SENDING, State.UNCLEAR)), post.c.case_id.is_(None))
    return (await db.execute(query.where(*where))).scalar_one()


async def _posts(db: AsyncConnection, query: Select[tuple[object, ...]]) -> list[PostRow]:
    return [_row(row) for row in (await db.execute(query)).mappings()]


def _row(row: RowMapping) -> PostRow:
    values = dict(row)
    values["attachments"] = tuple(Attachment(**item) for item in values["attachments"])
    values["state"] = State(values["state"])
    return PostRow(**values)
