"""Who is who: the keys by which conversations and Deskie users are told apart."""

from __future__ import annotations

from forum_bridge.ledger.conversations import Conversation
from forum_bridge.ledger.threads import ThreadRow
from forum_bridge.model import Author, AuthorKey, ThreadId

AUTHOR = "author"
AUTHOR_IN_THREAD = "author_in_thread"
THREAD = "thread"


def custom_id(forum: str, identity: str, thread_id: ThreadId, author_key: AuthorKey) -> str:
    """Return the ``user_custom_id``: ``forum:author``, or ``forum:thread:author`` where each thread is a person apart.

    The forum's name stands in front, so two forums never share a person by accident.
    """
    return f"{forum}:{author_key}" if identity == AUTHOR else f"{forum}:{thread_id}:{author_key}"


def conversation_of(
    desk: str, forum: str, identity: str, mode: str, thread: ThreadRow, author: Author, *, joins_starter: bool
) -> Conversation:
    """Return the conversation (id 0: not stored yet) to which an author's post in a thread belongs.

    With ``mode`` thread, and for posts that join the starter's case as notes, it is the starter's.
    """
    key, name = author.key, author.name
    if (mode == THREAD or joins_starter) and thread.starter_key is not None:
        key, name = AuthorKey(thread.starter_key), thread.starter_name or author.name
    thread_id = thread.ref.id
    return Conversation(
        id=0,
        desk=desk,
        forum=forum,
        scope_key=thread_id if mode == THREAD else f"{thread_id}|{key}",
        thread_id=thread_id,
        author_key=key,
        author_name=name,
        custom_id=custom_id(forum, identity, thread_id, key),
        user_id=None,
    )
