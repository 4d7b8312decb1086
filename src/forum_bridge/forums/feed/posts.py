"""From a feed's items to posts: ids, threads, authors, order. Pure."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime

from forum_bridge.forums.feed.item import Feed, Item
from forum_bridge.forums.feed.links import plain_address, plain_link
from forum_bridge.forums.feed.options import FeedOptions
from forum_bridge.model import Author, Post, PostId, ThreadId, ThreadRef

LONGEST_ID = 200  # characters; a longer one is named by its digest
_REPLY = re.compile(r"^(?:(?:re|ynt|cvp|reply)\s*:\s*)+", re.IGNORECASE)
_EVER = datetime.min.replace(tzinfo=UTC)


def posts_of(feed: Feed, url: str, options: FeedOptions) -> list[Post]:
    """Return a feed's posts, oldest first; of items with one id the first counts, items with neither id nor link are
    left out. ``url`` is the feed's own address."""
    found: dict[str, Post] = {}
    for item in feed.items:
        post = _post(item, feed, url, options)
        if post is not None:
            found.setdefault(post.id, post)
    newest_last = list(found.values())[::-1]  # as nearly all feeds are ordered; times decide where they are told
    return sorted(newest_last, key=lambda post: post.time or _EVER) if all(p.time for p in newest_last) else newest_last


def mark_of(post: Post) -> str:
    """Return what changes when the post does."""
    return hashlib.sha256(f"{post.html}\0{post.edited}\0{post.thread.title}".encode()).hexdigest()[:16]


def _post(item: Item, feed: Feed, url: str, options: FeedOptions) -> Post | None:
    link = plain_address(url, item.link)
    own_id = plain_link(item.id) if "://" in item.id else item.id.strip()
    matched = re.search(options.post_match, link) if options.post_match else None
    post_id = _group(matched) if matched else own_id or link
    if not post_id:
        return None
    published = item.published or item.updated
    edited = item.updated if item.updated and published and item.updated > published else None
    return Post(
        id=PostId(_short(post_id)),
        thread=_thread(link or url, _REPLY.sub("", item.title), options),
        author=_author(item, feed, url, options),
        html=item.html or item.title,
        url=link or url,
        time=published,
        edited=edited,
        attachments=item.attachments,
    )


def _thread(link: str, title: str, options: FeedOptions) -> ThreadRef:
    matched = re.search(options.thread_match, link) if options.thread_match else None
    if matched is not None:
        return ThreadRef(ThreadId(_short(_group(matched))), link[: matched.end()], title)
    address = link.partition("#")[0]
    return ThreadRef(ThreadId(_short(address)), address, title)


def _author(item: Item, feed: Feed, url: str, options: FeedOptions) -> Author:
    if not item.author and not item.author_url:
        return Author(options.author or feed.title or url)
    home = plain_address(url, item.author_url or "") or None
    return Author(item.author or home or "", _short(home) if home else None, home)


def _group(match: re.Match[str]) -> str:
    return (match[1] if match.re.groups else match[0]) or ""


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_ID else hashlib.sha256(text.encode()).hexdigest()
