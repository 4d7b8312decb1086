"""``python -m tests.security.hostile NAME FOLDER``: lets a whole bridge read a hostile page over HTTP, in a process of
its own, and says in JSON how long its loop stood still by that and how much memory the process took."""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.bridge.world import World, open_world

LARGEST = 4 << 20  # bytes; the most that the bridge takes of a page
TRIES = 2  # the shortest counts: the garbage collector comes when it likes


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

MANY = ("50,000 posts", "12,000 posts")  # are read only: the desk's request budget delivers them over hours


@contextmanager
def _serving(page: Callable[[int], str]) -> Iterator[str]:
    """Serve the page, its posts with other numbers each time, from a thread."""
    seen = iter(range(100, 10**9, 60_000))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = page(next(seen)).encode() if self.path.startswith("/thread/") else b""
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


def _reading(url: str) -> Callable[[World], None]:
    def change(forum: dict[str, object]) -> None:
        forum.update({"url": url, "watch": [{"thread": f"{url}/thread/1"}]})
        del forum["login"]

    return lambda world: world.configure(change)


async def measured(name: str, folder: Path) -> dict[str, object]:
    """Read the page several times, each time with new posts, and deliver what comes of it."""
    stalls: list[float] = []
    with _serving(PAGES[name]) as url:
        async with open_world(folder / "ledger.sqlite", _reading(url)) as world:
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            for _ in range(TRIES):
                async with _watched(stalls):
                    await (world.polled() if name in MANY else world.settle_at_once())
                world.clock.advance(minutes=30)
            delivered = sum(map(len, world.messages().values()))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return {"stall": round(min(stalls), 3), "megabytes": peak // 1024, "delivered": delivered}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measured(sys.argv[1], Path(sys.argv[2])))))  # noqa: T201 -- its result
