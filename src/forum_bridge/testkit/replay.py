"""A real HTTP server on loopback that answers as a recorded forum did. What is asked for and was not recorded does not
exist."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web

from forum_bridge.testkit.recording import Recorded, Recording

Key = tuple[str, tuple[tuple[str, str], ...]]


class Replay:
    """One recorded forum that runs at ``url``. ``asked`` keeps each request's method and target; ``pages`` may be
    exchanged while it runs, ``status`` answers everything with that instead."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.asked: list[tuple[str, str]] = []
        self.url = ""
        self.status: int | None = None
        self._pages: Mapping[Key, Recorded] = {}
        self.shows(recording.pages)

    def shows(self, pages: Sequence[Recorded]) -> None:
        """Answer with these pages from now on."""
        self._pages = {_key(page.url): page for page in reversed(pages)}

    def here(self, url: str) -> str:
        """Return a recorded address as it is on this server."""
        return url.replace(_origin(self.recording.base), self.url)

    def there(self, url: str) -> str:
        """Return an address of this server as it was recorded."""
        return url.replace(self.url, _origin(self.recording.base))

    @property
    def base(self) -> str:
        """The forum's address on this server."""
        return self.here(self.recording.base)

    async def answer(self, request: web.Request) -> web.Response:
        """Answer one request."""
        self.asked.append((request.method, str(request.rel_url)))
        if self.status is not None:
            return web.Response(status=self.status, text="<html><body>closed</body></html>", content_type="text/html")
        page = self._pages.get(_key(str(request.rel_url)))
        if page is None:
            return web.Response(status=404, text="not recorded")
        headers = {"Content-Type": page.mime} | ({"Date": page.date} if page.date else {})
        return web.Response(body=self._moved(page.body), headers=headers)

    def _moved(self, body: bytes) -> bytes:
        """Links that name the recorded host lead here; JSON may write them with escaped slashes."""
        before, after = _origin(self.recording.base).encode(), self.url.encode()
        return body.replace(before, after).replace(before.replace(b"/", rb"\/"), after.replace(b"/", rb"\/"))


@asynccontextmanager
async def replaying(recording: Recording) -> AsyncIterator[Replay]:
    """Run a recorded forum on a free port of loopback."""
    replay = Replay(recording)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", replay.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        replay.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield replay
    finally:
        await runner.cleanup()


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _key(url: str) -> Key:
    """Addresses are the same whatever order their query is written in; some engines part it by semicolons."""
    parts = urlsplit(url)
    query = sorted(parse_qsl(parts.query.replace(";", "&"), keep_blank_values=True))
    return parts.path.rstrip("/"), tuple(query)
