"""Records a thread of a running forum: keeps what the adapter was answered while it read, with invented people in it,
and reads that again to know what has to be found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

from forum_bridge.errors import Unreadable
from forum_bridge.forums.contract import CanSignIn
from forum_bridge.forums.entry import AdapterEntry
from forum_bridge.model import Author, Clock, Cursor, Post, Watch, WatchKind
from forum_bridge.testkit.invented import Inventor
from forum_bridge.testkit.others import members, shown
from forum_bridge.testkit.recording import Recorded, Recording, as_json
from forum_bridge.testkit.replay import replaying
from forum_bridge.testkit.stage import Stage
from forum_bridge.web.charset import encode
from forum_bridge.web.pacer import Pacer
from forum_bridge.web.page import Page
from forum_bridge.web.session import Credentials, SessionSettings, open_session

_SECRET = re.compile(r"secret|key|token|password", re.IGNORECASE)
HOST = "forum.example"  # RFC 2606
MOST_PAGES = 30


async def record(
    entry: AdapterEntry,
    url: str,
    settings: SessionSettings,
    clock: Clock,
    *,
    timezone: str,
    options: Mapping[str, object],
    credentials: Credentials | None = None,
) -> Recording:
    """Return the recording of the thread at ``url``, read once from its first page to its last.

    Raises what reading raises, and Unreadable where the pages with invented people are read differently: then a name or
    an id was changed that must not be."""
    heard: list[Page] = []

    async def reading(since: datetime | None = None, cursor: Cursor | None = None) -> tuple[list[Post], Cursor | None]:
        posts: dict[str, Post] = {}
        async with open_session(settings, credentials, Pacer(clock), clock, heard.append) as session:
            adapter = entry.build(options, session, timezone=timezone)
            if credentials is not None and isinstance(adapter, CanSignIn):
                await adapter.sign_in()
            while len(heard) < MOST_PAGES:
                found = await adapter.read(Watch(WatchKind.THREAD, url, since), cursor)
                posts |= {post.id: post for post in found.posts}
                cursor = found.cursor
                if not found.gap:
                    break
        return list(posts.values()), cursor

    posts, cursor = await reading()
    if not posts:
        raise Unreadable(f"{url} shows no post.")
    await reading(cursor=cursor)
    times = sorted(post.time for post in posts if post.time is not None)
    if times:  # beginning in the middle may ask for other pages
        await reading(since=times[len(times) // 2])
    people = [
        *(post.author for post in posts),
        *([Author(credentials.user, credentials.user)] if credentials is not None else []),
    ]
    recording, invent = _disguised(heard, url, settings.base_url, posts, people, timezone, _harmless(options))
    return await _expected(entry, recording, [_told(post, invent, settings.base_url) for post in posts])


def _disguised(
    heard: Sequence[Page],
    url: str,
    base: str,
    posts: Sequence[Post],
    people: Iterable[Author],
    timezone: str,
    options: Mapping[str, object],
) -> tuple[Recording, Inventor]:
    asked = dict.fromkeys(address for page in heard for address in (page.url, *page.history))
    ways = [*asked, *(post.url for post in posts)]
    told = shown(people, (page.html for page in heard))
    invent = Inventor(
        [*told, *(each for page in heard for each in members(page.html))],
        base,
        url,
        ways,
        kept=[post.id for post in posts],
    )
    moved = partial(_elsewhere, base=base)
    pages: dict[str, Recorded] = {}
    for page in heard:
        mime = page.headers.get("Content-Type", "text/html").partition(";")[0]
        if "html" not in mime and "json" not in mime:
            continue  # a bell (see ``thread.bell``): it would say that nothing is new where the kit moves posts
        body = encode(moved(invent(page.html)), page.charset)
        address = moved(invent.address(page.url))
        recorded = Recorded(address, f"{mime}; charset={page.charset}", body, page.headers.get("Date"))
        pages[address] = recorded
        for passed in page.history:
            there = moved(invent.address(passed))
            pages.setdefault(there, replace(recorded, url=there))
    recording = Recording(moved(base), moved(invent.address(url)), tuple(pages.values()), (), timezone, options)
    return recording, invent


def _elsewhere(text: str, base: str) -> str:
    """Return a text in which the forum, with its subdomains, is an invented one."""
    host = re.escape(urlsplit(base).netloc)
    secure = re.sub(rf"http(:\\?/\\?/)(?={host}(?![\w-]))", r"https\1", text)
    return re.sub(rf"(?<![\w-]){host}(?![\w-]|\.\w)", HOST, secure)


def _harmless(options: Mapping[str, object]) -> Mapping[str, object]:
    """Return the options that say how pages are read; keys and secrets belong to nobody else."""
    return {name: value for name, value in options.items() if not _SECRET.search(name)}


async def _expected(entry: AdapterEntry, recording: Recording, wanted: Sequence[Mapping[str, object]]) -> Recording:
    async with replaying(recording) as replay:
        stage = Stage(entry, replay)
        expected = stage.told(await stage.read())
    found = [{key: post.get(key) for key in wanted[0]} for post in expected]
    if found != wanted:
        differs = next(
            (pair for pair in zip(found, wanted, strict=False) if pair[0] != pair[1]), (len(found), len(wanted))
        )
        raise Unreadable(
            f"With invented names in them the pages are read differently: {differs[0]} instead of {differs[1]}.",
            explanation="An author's name also is a word that the adapter looks for: choose another thread.",
        )
    return replace(recording, expected=tuple(expected))


def _told(post: Post, invent: Inventor, base: str) -> Mapping[str, object]:
    """Return what has to be read of a post with invented people in it."""
    told, known = as_json([post])[0], invent.people
    return {key: told[key] for key in ("id", "time", "edited", "opening")} | {
        "author": known.get(post.author.name, post.author.name),
        "author_id": known.get(post.author.id or "", post.author.id),
        "url": _elsewhere(invent.address(post.url), base),
    }
