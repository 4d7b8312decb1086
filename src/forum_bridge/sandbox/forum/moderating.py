"""What moderators do with threads and people: move, merge, split, delete. Knows no HTTP."""

from __future__ import annotations

from collections.abc import Sequence

from forum_bridge.sandbox.forum.records import Person, Refused, Thread
from forum_bridge.sandbox.forum.state import Forum

DELETED = "Silinmiş kullanıcı"


def merge(forum: Forum, thread_id: int, into: int, *, redirect: bool = True) -> Thread:
    """Put all posts of a thread into another. Its own address leads there, or (``redirect`` off) nowhere."""
    left, target = forum.thread(thread_id), forum.thread(into)
    if left is target:
        raise Refused("gone")
    _empty(forum, left, target, redirect=redirect)
    return target


def move(forum: Forum, thread_id: int, *, redirect: bool = True) -> Thread:
    """Give a thread a new address, as forums do that number threads by board; the old one leads there, or nowhere."""
    left = forum.thread(thread_id)
    target = forum.empty_thread(left.title)
    _empty(forum, left, target, redirect=redirect)
    return target


def split(forum: Forum, post_ids: Sequence[int], title: str = "", *, into: int | None = None) -> Thread:
    """Put posts into a thread of their own called ``title``, or into another that is there."""
    posts = [forum.post(post_id) for post_id in post_ids]
    target = forum.thread(into) if into is not None else forum.empty_thread(title or "Ayrılan konu")
    for post in posts:
        forum.put(post, target)
    return target


def delete_thread(forum: Forum, thread_id: int) -> None:
    """Delete a thread with all its posts."""
    for post in list(forum.thread(thread_id).visible):
        forum.delete(post.id)


def forget(forum: Forum, person: Person) -> None:
    """Delete a person's account; their posts stay as a guest's."""
    forum.close_account(person, DELETED)


def _empty(forum: Forum, left: Thread, target: Thread, *, redirect: bool) -> None:
    for post in list(left.posts):
        forum.put(post, target)
    if redirect:
        left.moved_to = target.id
