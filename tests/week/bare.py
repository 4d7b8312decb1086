"""How long the same requests and commits take with nothing around them: what no bridge can beat on this machine."""

from __future__ import annotations

import os
import time
from pathlib import Path

import aiohttp
import aiosqlite
from aiohttp import web

SAMPLE = 300
PAGE = "<p>" + "x" * 8000 + "</p>"


async def bare_seconds(requests: int, commits: int, folder: Path) -> float:
    """Return the seconds that so many requests, a connection each, and so many commits of a row take, from a sample."""
    return requests * await _a_request() + commits * await _a_commit(folder / f"bare-{os.getpid()}.sqlite")


async def _a_request() -> float:
    async def page(_: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    app = web.Application()
    app.router.add_get("/", page)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
        connector = aiohttp.TCPConnector(force_close=True)
        async with aiohttp.ClientSession(connector=connector) as session:
            began = time.perf_counter()
            for _ in range(SAMPLE):
                async with session.get(url) as response:
                    await response.read()
            return (time.perf_counter() - began) / SAMPLE
    finally:
        await runner.cleanup()


async def _a_commit(path: Path) -> float:
    async with aiosqlite.connect(path, isolation_level=None) as db:
        for sql in (
            "pragma journal_mode=wal",
            "pragma synchronous=full",
            "create table t(id integer primary key, b text)",
        ):
            await db.execute(sql)
        began = time.perf_counter()
        for _ in range(SAMPLE):
            await db.execute("begin immediate")
            await db.execute("insert into t(b) values(?)", (PAGE[:400],))
            await db.execute("commit")
        return (time.perf_counter() - began) / SAMPLE
