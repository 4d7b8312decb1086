"""``python -m tests.security.hostile NAME FOLDER``: lets a whole bridge read a hostile page, document of an API or feed
over HTTP, in a process of its own, and says in JSON how long its loop stood still by that and how much memory the
process took."""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from pathlib import Path

from tests.bridge.world import World, open_world

LARGEST = 4 << 20  # bytes; the most that the bridge takes of a page
TRIES = 2  # the shortest counts: the garbage collector comes when it likes


@dataclass(frozen=True)
class Case:
    """What is served at ``path``, by the number of the first post in it, and how the bridge reads it; ``known``: it is
    delivered once before anything is measured."""

    page: Callable[[int], str]
    forum: dict[str, object] = field(default_factory=dict)
    path: str = "/thread/1"
    known: bool = False


def _post(number: int, body: str, name: str = "Deniz") -> str:
    return (
        f'<article class="post" data-post-id="{number}"><div class="post-head"><a class="author" data-user-id="7"'
        f' href="/u/7">{name}</a><time class="post-time" datetime="2026-03-02T09:05:00Z"></time></div>'
        f'<div class="post-body">{body}</div><a class="permalink" href="/post/{number}">#</a></article>'
    )


def _page(body: str) -> str:
    return f'<html><body data-side="forum"><h1 class="thread-title">t</h1>{body}</body></html>'


def _one(unit: str, before: str = "", *, times: int | None = None) -> Callable[[int], str]:
    """A page of one post, filled to the limit with a piece of HTML."""
    times = (LARGEST - 1000) // len(unit) if times is None else times
    return lambda number: _page(_post(number, before + unit * times))


PAGES: dict[str, Callable[[int], str]] = {
    "nested tags": _one("<div>", times=100_000),
    "nested within the limit": _one("<div>" * 400 + "x" + "</div>" * 400),
    "50,000 posts": lambda number: _page("".join(_post(number + n, "x") for n in range(50_000)))[: LARGEST - 100],
    "12,000 posts": lambda number: _page("".join(_post(number + n, "x") for n in range(12_000))),
    "30 long posts": lambda number: _page("".join(_post(number + n, "<p>a b<br>" * 13_000) for n in range(30))),
    "attributes": _one("a=1 ", "<p "),
    "brackets": _one("<"),
    "open tags": _one("<a "),
    "comments": _one("<!--"),
    "paragraphs": _one("<p>a"),
    "rules": _one("x<hr>"),
    "list items": _one("<li>"),
    "breaks": _one("<br>"),
    "quotes": _one("<blockquote><cite>a</cite>b</blockquote>"),
    "pictures": _one('<img src="/a.png">'),
    "links": _one('<a href="/x">x</a>'),
    "table": _one("<tr><td>a<td>b", "<table>"),
    "fonts": _one("<p>", "<font>" * 400),
    "entities": _one("&amp;"),
    "one long word": _one("é\u200d"),
}


def _topic(*cooked: str, title: str = "t", more: object = None) -> Callable[[int], str]:
    """A document of a Discourse topic with posts of several people."""

    def page(number: int) -> str:
        posts = [
            {"id": number + n, "post_number": n + 1, "cooked": html, "username": f"kişi{number + n % 40}",
             "user_id": number + n % 40, "created_at": "2026-03-02T09:05:00Z"}
            for n, html in enumerate(cooked)
        ]  # fmt: skip
        stream = {"posts": posts, "stream": [each["id"] for each in posts]}
        return json.dumps({"id": 1, "title": title, "post_stream": stream, "more": more}).replace("<", "\\u003c")

    return page


def _filled(unit: str, posts: int = 1, before: str = "", most: int = LARGEST - 20_000) -> Callable[[int], str]:
    """A document filled to the limit."""
    length = len(json.dumps(unit)) - 2 + 5 * unit.count("<")
    return _topic(*[before + unit * (most // posts // length)] * posts)


def _feed(*items: str) -> Callable[[int], str]:
    def page(number: int) -> str:
        entries = (
            f"<item><guid>{number + n}</guid><title>t</title><link>/p/1</link><author>kişi{n % 40}</author>"
            f"<pubDate>Mon, 02 Mar 2026 09:05:00 GMT</pubDate><description>{item}</description></item>"
            for n, item in enumerate(items)
        )
        return f'<rss version="2.0"><channel><title>f</title>{"".join(entries)}</channel></rss>'

    return page


def _json_feed(told: object) -> Callable[[int], str]:
    return lambda number: json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "f",
            "more": told,
            "items": [{"id": str(number), "url": f"/p/{number}", "content_html": "x"}],
        }
    )


DOCUMENTS: dict[str, Callable[[int], str]] = {
    "API: previews in a line": _filled('<a class="inline-onebox" href="/x">x</a>'),
    "API: previews": _filled('<aside class="onebox" data-onebox-src="http://x/"></aside>'),
    "API: links beside a preview": _filled('<a href="/x">x</a>', before='<a class="inline-onebox" href="/x">x</a>'),
    "API: nested tags": _filled("<div>", posts=20),
    "API: nested within the limit": _filled('<div class="lazy-video-container">' * 400 + "x" + "</div>" * 400),
    "API: 20 long posts": _filled("<p>a b<br>", posts=20),
    "API: 12,000 posts": _filled("x", posts=12_000, most=12_000),
    "API: brackets without end": lambda _: "[" * (LARGEST - 1000),
    "API: empty lists": lambda _: f"[{'[],' * ((LARGEST - 1000) // 3)}1]",
    "API: empty lists beside posts": _topic("x", more=[[]] * 140_000),
    "API: a title of spaces": _topic("x", "y", title="x" + " " * 40_000 + "y"),
}

FEEDS: dict[str, Callable[[int], str]] = {
    "feed: 1,900 items": _feed(*["&lt;p&gt;a" * 60] * 1900),
    "feed: a long item": _feed("&lt;p&gt;a" * 180_000),
    "feed: nested tags": _feed(*["&lt;div&gt;" * 40_000] * 4),
    "feed: empty lists": _json_feed([[]] * 140_000),
}

_WORDS = {"mentions": ["kargo"]}
_LONG = "<br>" * 49_000

CASES: dict[str, Case] = {
    **{name: Case(page) for name, page in PAGES.items()},
    **{name: Case(page, {"adapter": "discourse"}, "/t/1.json") for name, page in DOCUMENTS.items()},
    **{name: Case(page, {"adapter": "feed"}, "/feed") for name, page in FEEDS.items()},
    "words sought in 20 long posts": Case(
        _filled("<p>a b<br>", posts=20), {"adapter": "discourse", "cases": {"from": _WORDS}}, "/t/1.json"
    ),
    "a long opening above many cases": Case(
        _topic(_LONG, *["x"] * 8), {"adapter": "discourse", "cases": {"from": "everyone"}}, "/t/1.json"
    ),
    "long posts that change": Case(
        lambda number: _topic(*[f"{number} {_LONG} {number}"] * 5)(100),
        {"adapter": "discourse", "cases": {"from": "everyone", "edits": "message"}},
        "/t/1.json",
        known=True,
    ),
}  # fmt: skip

# Are read only: the desk's request budget delivers them over hours.
MANY = ("50,000 posts", "12,000 posts", "API: 12,000 posts", "feed: 1,900 items")


@contextmanager
def _serving(case: Case) -> Iterator[str]:
    """Serve the page, its posts with other numbers each time, from a thread; made beforehand, for making it counts."""
    bodies = (case.page(number).encode() for number in range(100, 10**9, 60_000))
    ready = list(islice(bodies, 2 + TRIES))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = (ready.pop(0) if ready else next(bodies)) if self.path == case.path else b""
            assert len(body) < LARGEST
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def date_time_string(self, timestamp: float | None = None) -> str:
            return "Mon, 02 Mar 2026 09:00:40 GMT"  # the clock of the world around it stands there, too

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@asynccontextmanager
async def _watched(stalls: list[float]) -> AsyncIterator[None]:
    """Meanwhile note the longest time between two turns of the loop, in seconds of this process's processor: what
    others do on the machine does not count."""
    longest, last = 0.0, time.process_time()

    async def tick() -> None:
        nonlocal longest, last
        while True:
            now = time.process_time()
            longest, last = max(longest, now - last), now
            await asyncio.sleep(0.001)

    ticking = asyncio.create_task(tick())
    try:
        yield
    finally:
        ticking.cancel()
        stalls.append(max(longest, time.process_time() - last))


def _reading(url: str, case: Case) -> Callable[[World], None]:
    what = "feed" if case.path == "/feed" else "thread"

    def change(forum: dict[str, object]) -> None:
        forum.update({"url": url, "watch": [{what: f"{url}{case.path.removesuffix('.json')}"}], **case.forum})
        del forum["login"]

    return lambda world: world.configure(change)


async def measured(name: str, folder: Path) -> dict[str, object]:
    """Read it several times, each time with new posts, and deliver what comes of it."""
    stalls: list[float] = []
    case = CASES[name]
    with _serving(case) as url:
        async with open_world(folder / "ledger.sqlite", _reading(url, case)) as world:
            if case.known:
                await world.settle_at_once()
                world.clock.advance(minutes=30)
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            for _ in range(TRIES):
                async with _watched(stalls):
                    await (world.polled() if name in MANY else world.settle_at_once())
                world.clock.advance(minutes=30)
            delivered = sum(map(len, world.messages().values()))
            trouble = [each.trouble for each in await world.watches() if each.trouble]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return {"stall": round(min(stalls), 3), "megabytes": peak // 1024, "delivered": delivered, "trouble": trouble}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measured(sys.argv[1], Path(sys.argv[2])))))  # noqa: T201 -- its result
