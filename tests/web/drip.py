"""Servers that never end: they answer a little at a time and go on for ever, so that no wait for the next byte is ever
long. Only a limit on the whole answer notices."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
DRIPS = {
    "status": (b"HTTP/1.1 200 ", b"O"),
    "header": (OK + b"X-Name: ", b"a"),
    "body": (OK + b'Content-Length: 1000000\r\n\r\n{"', b"a"),
    "chunks": (OK + b'Transfer-Encoding: chunked\r\n\r\n2\r\n{"\r\n', b"1\r\na\r\n"),
    "error": (b"HTTP/1.1 502 Bad Gateway\r\n\r\n<html>", b"a"),
    "wait a moment": (b"", b"HTTP/1.1 102 Processing\r\n\r\n"),
}
"""What such a server begins with, and what it says again and again."""

PATIENCE = 10.0  # seconds in which a test has failed: far over every limit that is tried


@dataclass
class Dripping:
    """The server's address, how many requests came, and whether we have hung up."""

    url: str = ""
    asked: int = 0
    left: asyncio.Event = field(default_factory=asyncio.Event)


@asynccontextmanager
async def dripping(begin: bytes, drop: bytes) -> AsyncIterator[Dripping]:
    """Serve one drip for every request; whoever has not left within ``PATIENCE`` seconds is a failure."""
    found = Dripping()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            found.asked += 1
            writer.write(begin)
            while not writer.is_closing():
                writer.write(drop)
                await writer.drain()
                await asyncio.sleep(0.01)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            found.left.set()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server, asyncio.timeout(PATIENCE):
        found.url = "http://{}:{}/".format(*server.sockets[0].getsockname()[:2])
        yield found
        await found.left.wait()
