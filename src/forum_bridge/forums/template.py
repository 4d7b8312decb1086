"""A whole adapter in Python, made to be copied: put it into the adapters folder as NAME.py and write `adapter: NAME`.

Before you do, see whether a preset is enough: it is data, and the bridge keeps the loops, cursors and errors for you. A
class like this is for forums that no selector describes: an API of their own, ids hidden in scripts, odd orders.

It reads threads of an invented forum whose pages look like this:

    <h1 class="baslik">Kargo takibi</h1>
    <article class="gonderi" id="g12">
      <a class="yazar" href="/uye/5">Ayşe</a> <time datetime="2026-11-22T21:00">bugün</time>
      <div class="metin"><p>Siparişim nerede?</p></div>
    </article>
    <a class="sonraki" href="/konu/7?sayfa=2">Sonraki</a>

To write as well, add the methods of `CanSignIn` and `CanReply` (see `forum_bridge.forums.contract`); what a class does
not have, the bridge does not ask of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import ClassVar
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from bs4 import BeautifulSoup, Tag

from forum_bridge.errors import Gone, Unreadable
from forum_bridge.forums.contract import AdapterOptions
from forum_bridge.model import (
    Author,
    Cursor,
    Markup,
    Post,
    PostId,
    Reading,
    ThreadId,
    ThreadRef,
    ThreadSeen,
    Watch,
    WatchKind,
)
from forum_bridge.web.page import Validators
from forum_bridge.web.session import ForumSession

THREAD = re.compile(r"/konu/(\d+)")
USER = re.compile(r"/uye/(\d+)")


class TemplateOptions(AdapterOptions):
    """Keys that may stand under the forum's ``options``; a key that does not stand here is a fault at the start."""

    timezone: str = "Europe/Istanbul"  # filled with the forum's timezone unless options set it
    pages_a_poll: int = 10


class Template:
    """The adapter: one class with ``name``, ``markup``, ``Options`` and ``read``; ``watches`` says what it can poll."""

    name = "template"
    markup = Markup.HTML
    watches = frozenset({WatchKind.THREAD})
    Options: ClassVar[type[AdapterOptions]] = TemplateOptions

    def __init__(self, options: TemplateOptions, session: ForumSession) -> None:
        self._options = options
        self._session = session  # polite, bounded, and its errors say what to do

    async def read(self, watch: Watch, cursor: Cursor | None) -> Reading:
        """Return the posts from the last page but one on: the ledger knows which of them it has. What one poll may not
        read is a ``gap``, and the next one goes on from there."""
        state = cursor.state if cursor is not None else {}
        last, before = str(state.get("last", "")), str(state.get("before", ""))
        validators = Validators.from_json(state.get("validators"))
        if last and await self._is_unchanged(last, validators):
            return Reading(cursor=cursor)
        return await self._onwards(before or watch.target, watch)

    async def _is_unchanged(self, url: str, validators: Validators) -> bool:
        """Most polls find nothing new, so the page read last is asked for first, and by its validators."""
        try:
            return (await self._session.get(url, validators=validators)).unchanged
        except Gone:  # posts were deleted, and the page with them
            return False

    async def _onwards(self, start: str, watch: Watch) -> Reading:
        posts: dict[str, Post] = {}
        read: list[str] = []
        following: str | None = start
        validators = Validators()
        while following is not None and len(read) < self._options.pages_a_poll:
            try:
                page = await self._session.get(following)
            except Gone:
                if following == watch.target or read:
                    raise
                following = watch.target  # the pages have shifted: from the beginning, nothing is lost by it
                continue
            found, following = parse(page.html, page.url, ZoneInfo(self._options.timezone))
            posts |= {post.id: post for post in found}
            read.append(page.url)
            validators = page.validators
        gap = following is not None
        # After a gap nothing is asked by its validators: the page itself is as it was, what follows it is not read yet.
        overlap = read[-1] if gap or len(read) == 1 else read[-2]
        state = {"last": "" if gap else read[-1], "before": overlap}
        thread = next(iter(posts.values())).thread
        opening = next((post for post in posts.values() if post.opening), None)
        seen = ThreadSeen(thread, opening)
        return Reading(tuple(posts.values()), (seen,), Cursor({**state, "validators": validators.to_json()}), gap)


def parse(html: str, url: str, zone: ZoneInfo) -> tuple[list[Post], str | None]:
    """Return a page's posts and the address of the next page. Pure, so that a saved page is all a test needs. Raises
    Unreadable rather than find nothing: silence is how scrapers die."""
    soup = BeautifulSoup(html, "lxml")
    matched = THREAD.search(url)
    articles = soup.select("article.gonderi")
    if matched is None or not articles or "</html>" not in html:
        raise Unreadable(f"{url} shows no post, or ends in the middle")
    title = soup.select_one("h1.baslik")
    thread = ThreadRef(ThreadId(matched[1]), url[: matched.end()], title.get_text(strip=True) if title else "")
    following = soup.select_one("a.sonraki")
    posts = [_post(article, thread, url, zone) for article in articles]
    return posts, urljoin(url, str(following["href"])) if following is not None else None


def _post(article: Tag, thread: ThreadRef, url: str, zone: ZoneInfo) -> Post:
    author, time, text = article.select_one(".yazar"), article.select_one("time"), article.select_one(".metin")
    if author is None or text is None or not article.get("id"):
        raise Unreadable(f"{url}: a post lacks its id, its author or its text")
    home = USER.search(str(author.get("href", "")))
    number = str(article["id"]).removeprefix("g")
    written = datetime.fromisoformat(str(time["datetime"])) if time is not None else None
    if written is not None and written.tzinfo is None:
        written = written.replace(tzinfo=zone)
    return Post(
        id=PostId(number),  # the same for ever: never a position on a page
        thread=thread,
        author=Author(author.get_text(strip=True), home[1] if home else None),  # without an id: a guest
        html=text.decode_contents().strip(),
        url=f"{url.partition('#')[0]}#g{number}",
        time=written.astimezone(UTC) if written is not None else None,
        opening="sayfa=" not in url and article.find_previous_sibling("article") is None,
    )
