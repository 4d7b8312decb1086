"""Records a thread of a running forum: keeps what the adapter was answered while it read, with invented people in it,
and reads that again to know what has to be found."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import unquote, urlsplit

from forum_bridge.errors import Unreadable
from forum_bridge.forums.contract import CanSignIn
from forum_bridge.forums.entry import AdapterEntry
from forum_bridge.model import Author, Clock, Cursor, Post, Watch, WatchKind
from forum_bridge.testkit.invented import Inventor
from forum_bridge.testkit.recording import Recorded, Recording
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
    recording = _disguised(heard, url, settings.base_url, posts, timezone, _harmless(options))
    return await _expected(entry, recording, [post.id for post in posts])


def _disguised(
    heard: Sequence[Page], url: str, base: str, posts: Sequence[Post], timezone: str, options: Mapping[str, object]
) -> Recording:
    invent = Inventor(_names([post.author for post in posts]), [*(post.id for post in posts)], salt=base)
    real = urlsplit(base).netloc

    def moved(text: str) -> str:
        there = text.replace(f"http://{real}", f"https://{HOST}").replace(f"http:\\/\\/{real}", f"https:\\/\\/{HOST}")
        return invent(there.replace(real, HOST))

    pages: dict[str, Recorded] = {}
    for page in heard:
        mime = page.headers.get("Content-Type", "text/html").partition(";")[0]
        if "html" not in mime and "json" not in mime:
            continue  # a bell (see ``thread.bell``): it would say that nothing is new where the kit moves posts
        body = encode(moved(page.html), page.charset)
        recorded = Recorded(moved(page.url), f"{mime}; charset={page.charset}", body, page.headers.get("Date"))
        pages[recorded.url] = recorded
        for passed in page.history:
            pages.setdefault(moved(passed), replace(recorded, url=moved(passed)))
    return Recording(moved(base), moved(url), tuple(pages.values()), (), timezone, options)


def _names(authors: Sequence[Author]) -> list[str]:
    """Return what authors are called: their names, ids that are names, and what the addresses of their pages end in."""
    ids = [author.id for author in authors if author.id is not None]
    pages = [unquote(urlsplit(author.url).path.rstrip("/").rpartition("/")[2]) for author in authors if author.url]
    called = [*(author.name for author in authors), *ids, *pages]
    return [name for name in called if not name.isdigit() and "." not in name]


def _harmless(options: Mapping[str, object]) -> Mapping[str, object]:
    """Return the options that say how pages are read; keys and secrets belong to nobody else."""
    return {name: value for name, value in options.items() if not _SECRET.search(name)}


async def _expected(entry: AdapterEntry, recording: Recording, ids: Sequence[str]) -> Recording:
    async with replaying(recording) as replay:
        stage = Stage(entry, replay)
        reading = await stage.read()
        if [post.id for post in reading.posts] != list(ids):
            raise Unreadable(
                "With invented names in them the pages are read differently.",
                explanation="An author's name also is a word that the adapter looks for: choose another thread.",
            )
        return replace(recording, expected=tuple(stage.told(reading)))
