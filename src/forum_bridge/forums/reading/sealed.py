"""What tells personal messages from public posts on their way to and from the bridge: their ids, and that their threads
are private. An engine itself knows them without."""

from __future__ import annotations

from dataclasses import replace

from forum_bridge.model import (
    PRIVATE,
    OwnPosts,
    Post,
    PostId,
    Reading,
    Receipt,
    ThreadId,
    ThreadRef,
    ThreadSeen,
)  # fmt: skip


def sealed_reading(reading: Reading) -> Reading:
    """Return a reading of conversations as one of private threads."""
    return replace(
        reading,
        posts=tuple(map(sealed, reading.posts)),
        threads=tuple(map(_seen, reading.threads)),
        deleted=tuple(PostId(PRIVATE + post_id) for post_id in reading.deleted),
        moved={ThreadId(PRIVATE + old): _ref(new) for old, new in reading.moved.items()},
    )


def sealed_posts(found: OwnPosts) -> OwnPosts:
    """Return our posts as private ones."""
    return replace(found, posts=tuple(map(sealed, found.posts)))


def sealed_receipt(receipt: Receipt) -> Receipt:
    """Return the receipt of a private post."""
    return replace(receipt, post_id=PostId(PRIVATE + receipt.post_id)) if receipt.post_id is not None else receipt


def sealed(post: Post) -> Post:
    """Return a post as a private one."""
    return replace(post, id=PostId(PRIVATE + post.id), thread=_ref(post.thread))


def plain(ref: ThreadRef) -> ThreadRef:
    """Return a private thread as the engine knows it."""
    return replace(ref, id=ThreadId(ref.id.removeprefix(PRIVATE)))


def plain_id(post_id: PostId | None) -> PostId | None:
    """Return a private post's id as the engine knows it."""
    return None if post_id is None else PostId(post_id.removeprefix(PRIVATE))


def _ref(ref: ThreadRef) -> ThreadRef:
    return replace(ref, id=ThreadId(PRIVATE + ref.id), private=True)


def _seen(seen: ThreadSeen) -> ThreadSeen:
    return replace(seen, ref=_ref(seen.ref), opening=sealed(seen.opening) if seen.opening is not None else None)
