"""What templates may name: forum, thread, post and author as plain read-only mappings, nothing with behaviour."""

from __future__ import annotations

from collections.abc import Mapping

from forum_bridge.bridge.site import Site
from forum_bridge.ledger.posts import PostRow
from forum_bridge.ledger.threads import ThreadRow

Names = Mapping[str, Mapping[str, str]]


def names_of(site: Site, thread: ThreadRow, post: PostRow | None) -> Names:
    """Return the roots ``forum``, ``thread``, ``post`` and ``author`` with what each offers, all as text."""
    return {
        "forum": {"name": site.name, "url": site.config.url},
        "thread": {"id": thread.ref.id, "url": thread.ref.url, "title": thread.ref.title or thread.ref.url},
        "post": {
            "id": post.post_id if post else "",
            "url": post.url if post else thread.ref.url,
            "time": post.written_at.isoformat() if post and post.written_at else "",
        },
        "author": {
            "name": post.author_name if post else "",
            "id": post.author_key if post else "",
            "email": (post.author_email or "") if post else "",
        },
    }
