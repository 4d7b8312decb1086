"""What the ledger holds of one author of one forum, and what others wrote that may quote them. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Column, ColumnElement, Select, false, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.ledger.retention import WAITS
from forum_bridge.ledger.tables import agent_note, answer, body, conversation, desk_case, post, thread

SHORTEST = 3  # letters of a name that is worth looking for in texts


@dataclass(frozen=True, slots=True)
class Person:
    """An author by forum and key, and the names under which the ledger knows them."""

    forum: str
    author_key: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Theirs:
    """The rows of a person, and those of others that may quote them."""

    posts: Sequence[int]
    conversations: Sequence[int]
    answers: Sequence[int]
    notes: Sequence[int]
    threads: Sequence[int]
    cases: Sequence[int]
    users: Sequence[int]
    quoting_posts: Sequence[int]
    quoting_answers: Sequence[int]
    quoting_threads: Sequence[int]

    @classmethod
    async def read(cls, db: AsyncConnection, person: Person) -> Theirs:
        """Find them."""
        wrote = (post.c.forum == person.forum, post.c.author_key == person.author_key)
        owns = (conversation.c.forum == person.forum, conversation.c.author_key == person.author_key)
        posts = await _ids(db, select(post.c.id).where(*wrote))
        conversations = await _ids(db, select(conversation.c.id).where(*owns))
        of_theirs = select(conversation.c.id).where(*owns)
        answers = await _ids(db, select(answer.c.id).where(answer.c.conversation_id.in_(of_theirs)))
        users = select(conversation.c.user_id).where(*owns, conversation.c.user_id.is_not(None))
        opened = await _ids(db, select(desk_case.c.case_id).where(desk_case.c.conversation_id.in_(of_theirs)))
        stands = select(post.c.case_id).where(*wrote, post.c.case_id.is_not(None), post.c.as_note.is_(False))
        cases = sorted({*opened, *await _ids(db, stands.distinct())})
        notes = await _ids(db, select(agent_note.c.id).where(agent_note.c.case_id.in_(cases)))
        began = (thread.c.forum == person.forum, thread.c.starter_key == person.author_key)
        places = select(post.c.thread_id).where(*wrote).distinct()
        says = _quotes(person)
        here = (post.c.forum == person.forum, post.c.author_key != person.author_key, post.c.state.not_in(WAITS))
        by_posts = select(post.c.id).join(body, post.c.body_id == body.c.id)
        by_answers = select(answer.c.id).join(body, answer.c.body_id == body.c.id)
        near = select(conversation.c.id).where(
            conversation.c.forum == person.forum, conversation.c.thread_id.in_(places)
        )
        done = (answer.c.conversation_id.in_(near), answer.c.state.not_in(WAITS))
        by_threads = select(thread.c.id).join(body, thread.c.opening_body == body.c.id)
        opening = (thread.c.forum == person.forum, thread.c.starter_key != person.author_key)
        return cls(
            posts=posts,
            conversations=conversations,
            answers=answers,
            notes=notes,
            threads=await _ids(db, select(thread.c.id).where(*began)),
            cases=cases,
            users=sorted(set(await _ids(db, users))),
            quoting_posts=await _ids(db, by_posts.where(*here, post.c.thread_id.in_(places), says)),
            quoting_answers=sorted(set(await _ids(db, by_answers.where(*done, says))) - set(answers)),
            quoting_threads=await _ids(db, by_threads.where(*opening, thread.c.thread_id.in_(places), says)),
        )


def names_them(person: Person, text: Column[str]) -> ColumnElement[bool]:
    """Whether a text names them."""
    names = [name for name in person.names if len(name) >= SHORTEST]
    return or_(false(), *(text.contains(name, autoescape=True) for name in names))


def _quotes(person: Person) -> ColumnElement[bool]:
    """Whether a text of a thread in which they wrote names them, or quotes anybody."""
    return or_(body.c.html.contains("quote", autoescape=True), names_them(person, body.c.html))


async def _ids(db: AsyncConnection, query: Select[tuple[int]]) -> list[int]:
    return sorted(await db.scalars(query))
