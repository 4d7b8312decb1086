"""Erases one author of one forum from the ledger. What is left are tombstones: ids, hashes and times, so that nothing
of theirs is taken in again. Who the author was stands in them under a keyed hash only."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.errors import BridgeError
from forum_bridge.ledger import hearsay
from forum_bridge.ledger.batches import batched
from forum_bridge.ledger.retention import WAITS, empty_answers, empty_posts, quiet
from forum_bridge.ledger.states import WORK, State
from forum_bridge.ledger.tables import (
    agent_note,
    answer,
    conversation,
    desk_case,
    forgotten,
    meta,
    post,
    thread,
)
from forum_bridge.ledger.theirs import Person, Theirs
from forum_bridge.ledger.upsert import insert_ignore, upsert

KEY = "author_hash_key"
REASON = "its author was to be forgotten"
SCHEMA = 4  # an older version would take a forgotten author in again


@dataclass(frozen=True, slots=True)
class Traces:
    """How much the ledger holds of a person: rows of each kind. ``quotes`` are texts of others that name them or quote
    in their threads; ``on_the_way`` is what would not be sent any more. On the desk: the cases that were opened for
    them, those of them that hold posts of ``shared`` others, and their profiles."""

    posts: int
    conversations: int
    answers: int
    notes: int
    threads: int
    quotes: int
    on_the_way: int
    cases: tuple[int, ...]
    shared: tuple[int, ...]
    users: tuple[int, ...]


async def people(db: AsyncConnection, who: str, forum: str | None = None) -> list[Person]:
    """Return the authors whom a key, a name or an e-mail address means."""
    found: dict[tuple[str, str], set[str]] = {}
    sources = (
        (post, post.c.author_key, post.c.author_name, post.c.author_email),
        (conversation, conversation.c.author_key, conversation.c.author_name, None),
        (thread, thread.c.starter_key, thread.c.starter_name, None),
    )
    for table, key, name, email in sources:
        meant: list[ColumnElement[bool]] = [key == who, func.lower(name) == who.lower(), name == who]
        if email is not None:
            meant.append(func.lower(email) == who.lower())
        query = select(table.c.forum, key.label("key")).where(or_(*meant), key.is_not(None)).distinct()
        for row in await db.execute(query):
            if forum in (None, row.forum):
                found.setdefault((row.forum, row.key), set())
    for table, key, name, _ in sources:
        for (place, author), names in found.items():
            names |= set(await db.scalars(select(name).where(table.c.forum == place, key == author).distinct()))
    return [
        Person(place, author, tuple(sorted(name for name in names if name)))
        for (place, author), names in sorted(found.items())
        if not author.startswith(TOMB)
    ]


TOMB = "forgotten:"


async def traces(db: AsyncConnection, person: Person) -> Traces:
    """Return what the ledger holds of a person."""
    theirs = await Theirs.read(db, person)
    on_the_way = await _in_states(db, person, *WORK)
    foreign = or_(post.c.forum != person.forum, post.c.author_key != person.author_key)
    others = select(post.c.case_id).where(post.c.case_id.in_(theirs.cases), foreign, post.c.as_note.is_(False))
    shared = set(await db.scalars(others.distinct()))
    return Traces(
        posts=len(theirs.posts),
        conversations=len(theirs.conversations),
        answers=len(theirs.answers),
        notes=len(theirs.notes),
        threads=len(theirs.threads),
        quotes=len(theirs.quoting_posts) + len(theirs.quoting_answers) + len(theirs.quoting_threads),
        on_the_way=on_the_way,
        cases=tuple(sorted(set(theirs.cases) - shared)),
        shared=tuple(sorted(shared)),
        users=tuple(sorted(theirs.users)),
    )


async def forget(db: AsyncConnection, person: Person, *, now: datetime) -> Traces:
    """Erase a person. Raises BridgeError, and changes nothing, while something of theirs is just being written."""
    held = await traces(db, person)
    theirs = await Theirs.read(db, person)
    if await _in_states(db, person, State.SENDING, State.UNCLEAR):
        raise BridgeError(
            "Something of this author is just being written, or is looked for.",
            explanation="Try again in a minute; what does not settle by itself shows `forum-bridge status`.",
        )
    tomb = TOMB + await hashed(db, person.forum, person.author_key)
    await _forget_posts(db, theirs, tomb, now)
    await _forget_answers(db, theirs)
    for ids in batched(theirs.notes):
        where = agent_note.c.id.in_(ids)
        await db.execute(update(agent_note).where(where).values(html="", amended=None, amends_url=None))
        stop = {"state": State.IGNORED.value, "reason": REASON, "due_at": None}
        await db.execute(update(agent_note).where(where, agent_note.c.state.in_(WAITS)).values(stop))
    for ids in batched(theirs.threads):
        await quiet(db, ids)
        gone = {"title": "", "starter_key": tomb, "opening_url": None, "forgotten_at": now}
        await db.execute(update(thread).where(thread.c.id.in_(ids)).values(gone))
    for row_id in theirs.conversations:
        name = f"{TOMB}{row_id}"
        nobody = {"author_key": tomb, "author_name": "", "custom_id": name, "scope_key": f"#{name}"}
        no_user = {"user_id": None, "link_state": None, "link_due_at": None}
        await db.execute(update(conversation).where(conversation.c.id == row_id).values({**nobody, **no_user}))
        await db.execute(delete(desk_case).where(desk_case.c.conversation_id == row_id))
    await hearsay.forget(db, person, theirs)
    for ids in batched(theirs.quoting_posts):
        await empty_posts(db, ids)
    for ids in batched(theirs.quoting_answers):
        await empty_answers(db, ids)
    for ids in batched(theirs.quoting_threads):
        await quiet(db, ids)
    row = {"forum": person.forum, "author_hash": tomb.removeprefix(TOMB), "forgotten_at": now}
    keys = ["forum", "author_hash"]
    await db.execute(upsert(db, forgotten, row, index_elements=keys, update={"forgotten_at": now}))
    newer = select(meta.c.value).where(meta.c.key == "readable_from")
    if int((await db.execute(newer)).scalar_one()) < SCHEMA:
        await db.execute(update(meta).where(meta.c.key == "readable_from").values(value=str(SCHEMA)))
    return held


async def those_forgotten(db: AsyncConnection, forum: str) -> dict[str, datetime]:
    """Return, by the hash of their keys, when authors of a forum were to be forgotten."""
    rows = await db.execute(select(forgotten).where(forgotten.c.forum == forum))
    return {row.author_hash: row.forgotten_at for row in rows}


async def hashed(db: AsyncConnection, forum: str, author_key: str) -> str:
    """Return the keyed hash of an author; without the ledger's key nobody can try names against it."""
    return hash_of(await hash_key(db), forum, author_key)


def hash_of(key: str, forum: str, author_key: str) -> str:
    """Return the hash of an author under a key."""
    return hmac.new(key.encode(), f"{forum}\0{author_key}".encode(), hashlib.sha256).hexdigest()[:32]


async def hash_key(db: AsyncConnection) -> str:
    """Return the ledger's own key, made now if there was none."""
    await db.execute(insert_ignore(db, meta, {"key": KEY, "value": secrets.token_hex(32)}))
    return str((await db.execute(select(meta.c.value).where(meta.c.key == KEY))).scalar_one())


def scrub(ledger: Path) -> None:
    """Rewrite the file, so that no free page and no journal holds what was erased. Blocks; others wait meanwhile.
    Raises ``sqlite3.Error``."""
    with closing(sqlite3.connect(ledger, timeout=60.0, isolation_level=None)) as file:
        file.execute("PRAGMA secure_delete=ON")
        file.execute("VACUUM")
        busy, *_ = file.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise sqlite3.OperationalError("the journal is in use")


async def _forget_posts(db: AsyncConnection, theirs: Theirs, tomb: str, now: datetime) -> None:
    for ids in batched(theirs.posts):
        where = post.c.id.in_(ids)
        await empty_posts(db, ids)
        stop: Mapping[str, object] = {"state": State.IGNORED.value, "due_at": None}
        await db.execute(update(post).where(where, post.c.state.in_(WAITS)).values(stop))
        gone = {"author_key": tomb, "url": "", "reason": REASON, "forgotten_at": now}
        await db.execute(update(post).where(where).values({**gone, "case_id": None, "message_id": None}))


async def _forget_answers(db: AsyncConnection, theirs: Theirs) -> None:
    for ids in batched(theirs.answers):
        where = answer.c.id.in_(ids)
        await empty_answers(db, ids)
        stop: Mapping[str, object] = {"state": State.IGNORED.value, "due_at": None}
        await db.execute(update(answer).where(where, answer.c.state.in_(WAITS)).values(stop))
        gone = {"custom_id": None, "user_id": None, "case_id": None, "reason": None}
        await db.execute(update(answer).where(where).values(gone))


async def _in_states(db: AsyncConnection, person: Person, *states: State) -> int:
    """Return how many posts of a person, and answers to them, are in these states."""
    wrote = (post.c.forum == person.forum, post.c.author_key == person.author_key)
    owns = (conversation.c.forum == person.forum, conversation.c.author_key == person.author_key)
    to_them = answer.c.conversation_id.in_(select(conversation.c.id).where(*owns))
    posts = select(func.count()).select_from(post).where(*wrote, post.c.state.in_(states))
    answers = select(func.count()).select_from(answer).where(to_them, answer.c.state.in_(states))
    return int((await db.execute(posts)).scalar_one() + (await db.execute(answers)).scalar_one())
