"""Empties what was kept longer than it is needed: people's words, names and addresses in items that are done with.
Facts stay (ids, hashes, times), so nothing is taken in or sent again. Small steps; who reads is never held up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, Table, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.ledger import pushes
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.states import WORK, State
from forum_bridge.ledger.tables import agent_note, answer, body, post, thread, trail
from forum_bridge.ledger.trail import Step

AT_A_TIME = 200
WAITS = (*WORK, State.HELD, State.DEAD, State.BY_HAND, State.QUEUED)
"""What a person may still want to read, or a retry to send, keeps its words however old it is."""


async def prune(ledger: Ledger, before: datetime) -> int:
    """Empty what was done with before a moment; return how many rows lost something. Raises Retry if the ledger cannot
    be written; what was emptied by then stays so."""
    emptied = 0
    words = ((_posts, empty_posts), (_answers, _empty_answers), (_notes, _empty_notes), (_threads, quiet))
    for chosen, empty in (*words, (_trails, empty_trails)):
        last = 0
        while True:
            async with ledger.reading() as db:
                ids = await chosen(db, before, last)
            if not ids:
                break
            await ledger.commit(partial(empty, ids=ids))
            emptied, last = emptied + len(ids), ids[-1]
    await ledger.commit(lambda db: pushes.forget(db, now=ledger.clock()))
    return emptied


async def empty_posts(db: AsyncConnection, ids: Sequence[int]) -> None:
    """Take words, files, names and addresses from posts."""
    texts = list(await db.scalars(select(post.c.body_id).where(post.c.id.in_(ids), post.c.body_id.is_not(None))))
    values: dict[str, object] = {"body_id": None, "attachments": [], "author_name": "", "author_email": None}
    await db.execute(update(post).where(post.c.id.in_(ids)).values(values))
    await drop_bodies(db, texts)


async def empty_answers(db: AsyncConnection, ids: Sequence[int]) -> None:
    """Take words and files from answers."""
    await _unsay(db, ids)
    await db.execute(update(answer).where(answer.c.id.in_(ids)).values(attachments=[]))


async def quiet(db: AsyncConnection, ids: Sequence[int]) -> None:
    """Take their opening post from threads; who began them stays known by a key, their title stays."""
    where = (thread.c.id.in_(ids), thread.c.opening_body.is_not(None))
    texts = list(await db.scalars(select(thread.c.opening_body).where(*where)))
    await db.execute(update(thread).where(thread.c.id.in_(ids)).values(opening_body=None, starter_name=None))
    await drop_bodies(db, texts)


async def empty_trails(db: AsyncConnection, ids: Sequence[int]) -> None:
    """Take from steps what was said in them, which may be a forum's words about anybody."""
    await db.execute(update(trail).where(trail.c.id.in_(ids)).values(detail=""))


async def drop_bodies(db: AsyncConnection, ids: Sequence[int]) -> None:
    """Delete texts that no row points to any more."""
    await db.execute(delete(body).where(body.c.id.in_(ids)))


async def _empty_answers(db: AsyncConnection, ids: Sequence[int]) -> None:
    """Take words from answers, and the files of those that were never published: the others' are linked from posts,
    which have no end."""
    await _unsay(db, ids)
    unseen = (answer.c.id.in_(ids), answer.c.state != State.SENT)
    await db.execute(update(answer).where(*unseen).values(attachments=[]))


async def _unsay(db: AsyncConnection, ids: Sequence[int]) -> None:
    texts = list(await db.scalars(select(answer.c.body_id).where(answer.c.id.in_(ids), answer.c.body_id.is_not(None))))
    await db.execute(update(answer).where(answer.c.id.in_(ids)).values(body_id=None))
    await drop_bodies(db, texts)


async def _empty_notes(db: AsyncConnection, ids: Sequence[int]) -> None:
    await db.execute(update(agent_note).where(agent_note.c.id.in_(ids)).values(html="", amended=None))


async def _posts(db: AsyncConnection, before: datetime, last: int) -> Sequence[int]:
    holds = or_(post.c.body_id.is_not(None), post.c.author_name != "", post.c.author_email.is_not(None))
    done = (post.c.state.not_in(WAITS), func.coalesce(post.c.sent_at, post.c.seen_at) < before)
    return await _ids(db, post.c.id, last, holds, *done)


async def _answers(db: AsyncConnection, before: datetime, last: int) -> Sequence[int]:
    done = (answer.c.state.not_in(WAITS), func.coalesce(answer.c.sent_at, answer.c.received_at) < before)
    return await _ids(db, answer.c.id, last, answer.c.body_id.is_not(None), *done)


async def _notes(db: AsyncConnection, before: datetime, last: int) -> Sequence[int]:
    done = (agent_note.c.state.not_in(WAITS), agent_note.c.stored_at < before)
    return await _ids(db, agent_note.c.id, last, agent_note.c.html != "", *done)


async def _threads(db: AsyncConnection, before: datetime, last: int) -> Sequence[int]:
    """Those in which nobody has written since: until then each new case quotes the opening."""
    here = (post.c.forum == thread.c.forum, post.c.thread_id == thread.c.thread_id)
    lively = exists().where(*here, or_(post.c.seen_at >= before, post.c.state.in_(WAITS)))
    old = exists().where(body.c.id == thread.c.opening_body, body.c.stored_at < before)
    return await _ids(db, thread.c.id, last, old, ~lively)


async def _trails(db: AsyncConnection, before: datetime, last: int) -> Sequence[int]:
    """Steps of items that are done with for so long. What a person decided is told in our own words: it stays."""
    of_post = func.coalesce(post.c.sent_at, post.c.seen_at)
    of_answer = func.coalesce(answer.c.sent_at, answer.c.received_at)
    kept = or_(
        exists().where(trail.c.road == "post", post.c.id == trail.c.item, _goes_on(post, of_post >= before)),
        exists().where(trail.c.road == "answer", answer.c.id == trail.c.item, _goes_on(answer, of_answer >= before)),
        exists().where(
            trail.c.road == "note",
            agent_note.c.id == trail.c.item,
            _goes_on(agent_note, agent_note.c.stored_at >= before),
        ),
    )
    told = (trail.c.detail != "", trail.c.step != Step.DECIDED.value, trail.c.last_at < before)
    return await _ids(db, trail.c.id, last, *told, ~kept)


def _goes_on(items: Table, young: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether an item is on its way, waits for a person, or was done with lately."""
    return or_(items.c.state.in_(WAITS), young)


async def _ids(db: AsyncConnection, column: ColumnElement[int], last: int, *where: ColumnElement[bool]) -> list[int]:
    return list(await db.scalars(select(column).where(column > last, *where).order_by(column).limit(AT_A_TIME)))
