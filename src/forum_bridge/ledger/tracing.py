"""Statements that find all the ledger has of one item, by whatever a person calls it. Reads only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, RowMapping, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.ledger.operator import Item
from forum_bridge.ledger.states import State
from forum_bridge.ledger.tables import agent_note, answer, body, conversation, desk_case, post
from forum_bridge.model import number_of

MOST = 200  # of each kind; a case may hold more than anybody reads
_NUMBERS = re.compile(r"[0-9]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class NoteRow:
    """One of the bridge's own notes to agents."""

    id: int
    key: str
    case_id: int
    html: str
    stored_at: datetime
    state: State
    due_at: datetime | None
    sent_at: datetime | None
    message_id: int | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Rows:
    """What the ledger has, as it stands there, by id. The rows of posts and answers have their text as ``text``."""

    posts: tuple[RowMapping, ...] = ()
    answers: tuple[RowMapping, ...] = ()
    notes: tuple[NoteRow, ...] = ()
    cases: tuple[RowMapping, ...] = ()
    conversations: tuple[RowMapping, ...] = ()


async def of_item(db: AsyncConnection, item: Item) -> Rows:
    """Return an item with what belongs to it: a post's revisions and the answers in its conversation, an answer's parts
    and the notes about it."""
    if item.road == "post":
        named = select(post.c.forum, post.c.post_id).where(post.c.id == item.number)
        found = (await db.execute(named)).one_or_none()
        return await of_post(db, found.forum, found.post_id) if found else Rows()
    if item.road == "note":
        notes = await _notes(db, agent_note.c.id == item.number)
        return Rows(notes=notes, cases=await _cases(db, desk_case.c.case_id.in_([each.case_id for each in notes])))
    where = answer.c.message_id == item.number
    if item.part is not None:
        where = where & (answer.c.part == item.part)
    answers = await _answers(db, where)
    notes = await _notes(db, agent_note.c.key.startswith(f"answer {item.number}.", autoescape=True))
    return await _around(db, (), answers, notes) if answers else Rows()


async def of_post(db: AsyncConnection, forum: str, post_id: str) -> Rows:
    """Return a post's revisions, and what its conversation's agents answered since."""
    posts = await _posts(db, (post.c.forum == forum) & (post.c.post_id == post_id))
    talks = {row["conversation_id"] for row in posts} - {None}
    answers = await _answers(db, answer.c.conversation_id.in_(talks)) if talks else ()
    written = [key for row in posts for key in (f"post {row['id']},", f"post {row['id']}.")]
    notes = await _notes(db, or_(*(agent_note.c.key.startswith(each, autoescape=True) for each in written)))
    return await _around(db, posts, answers, notes)


async def of_case(db: AsyncConnection, named: str) -> Rows:
    """Return all that stands in a case, by its number (512-903316) or its id."""
    known = desk_case.c.number == named
    if named.isascii() and named.isdigit():
        known = known | (desk_case.c.case_id == int(named))
    ids = {row["case_id"] for row in await _cases(db, known)}
    if not ids and named.isascii() and named.isdigit():
        ids = {int(named)}  # others opened it, and agents merged ours into it
    absorbed = await _cases(db, desk_case.c.absorbed_by.in_(ids))
    ids |= {row["case_id"] for row in absorbed}
    posts = await _posts(db, post.c.case_id.in_(ids))
    answers = await _answers(db, answer.c.case_id.in_(ids))
    return await _around(db, posts, answers, await _notes(db, agent_note.c.case_id.in_(ids)))


async def at_address(db: AsyncConnection, url: str) -> Rows:
    """Return the post at an address, or the answer that became it. An address that leads to the post in another way
    than the ledger's is known by the number in it, if there is only one such post on that host."""
    urls = {url, url.partition("#")[0], url.rstrip("/"), f"{url.rstrip('/')}/"}
    answers = await _answers(db, answer.c.receipt_url.in_(urls))
    if answers:
        return await of_item(db, Item("answer", answers[0]["message_id"]))
    posts = await _posts(db, post.c.url.in_(urls)) or await _numbered(db, url)
    names = {(row["forum"], row["post_id"]) for row in posts}
    if len(names) != 1:
        return Rows()
    ((forum, post_id),) = names
    became = await _answers(db, (answer.c.forum == forum) & (answer.c.receipt_post == post_id))
    return await of_item(db, Item("answer", became[0]["message_id"])) if became else await of_post(db, forum, post_id)


async def _numbered(db: AsyncConnection, url: str) -> tuple[RowMapping, ...]:
    numbers = _NUMBERS.findall(url.partition("://")[2])
    if not numbers or number_of(numbers[-1]) is None:
        return ()
    host = urlsplit(url).hostname
    rows = await _posts(db, post.c.post_id == numbers[-1])
    return tuple(row for row in rows if host and urlsplit(row["url"]).hostname == host)


async def _around(
    db: AsyncConnection, posts: tuple[RowMapping, ...], answers: tuple[RowMapping, ...], notes: tuple[NoteRow, ...]
) -> Rows:
    talks = {row["conversation_id"] for row in (*posts, *answers)} - {None}
    ids = {row["case_id"] for row in (*posts, *answers)} | {note.case_id for note in notes}
    cases = await _cases(db, desk_case.c.conversation_id.in_(talks) | desk_case.c.case_id.in_(ids - {None}))
    query = select(conversation).where(conversation.c.id.in_(talks)).order_by(conversation.c.id)
    return Rows(posts, answers, notes, cases, tuple((await db.execute(query)).mappings()))


async def _posts(db: AsyncConnection, where: ColumnElement[bool]) -> tuple[RowMapping, ...]:
    query = select(post, body.c.html.label("text")).outerjoin(body, post.c.body_id == body.c.id).where(where)
    return tuple((await db.execute(query.order_by(post.c.id).limit(MOST))).mappings())


async def _answers(db: AsyncConnection, where: ColumnElement[bool]) -> tuple[RowMapping, ...]:
    query = select(answer, body.c.html.label("text")).outerjoin(body, answer.c.body_id == body.c.id).where(where)
    return tuple((await db.execute(query.order_by(answer.c.message_id, answer.c.part).limit(MOST))).mappings())


async def _cases(db: AsyncConnection, where: ColumnElement[bool]) -> tuple[RowMapping, ...]:
    return tuple((await db.execute(select(desk_case).where(where).order_by(desk_case.c.id).limit(MOST))).mappings())


async def _notes(db: AsyncConnection, where: ColumnElement[bool]) -> tuple[NoteRow, ...]:
    given = ("id", "key", "case_id", "html", "stored_at", "state", "due_at", "sent_at", "message_id", "reason")
    query = select(*(agent_note.c[name] for name in given)).where(where).order_by(agent_note.c.id).limit(MOST)
    rows = (await db.execute(query)).mappings()
    return tuple(NoteRow(**{**row, "state": State(row["state"])}) for row in rows)
