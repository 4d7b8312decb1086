"""Hands bodies to the door over plain sockets, in every way that HTTP allows and in some that it does not: with a wrong
length, in pieces, packed, cut. Judges nothing."""

from __future__ import annotations

import asyncio
import gzip
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from functools import cache

from forum_bridge.testkit.fuzz.bodies import Body

PATIENCE = 60.0  # seconds for one answer
_UNPACKED = 32 << 20  # bytes of a bomb; packed it is 150 kB
_WAYS = ("plain",) * 60 + ("chunked",) * 15 + ("pieces", "short", "long", "packed", "elsewhere", "guess", "method")
_RARE = {"bomb": 4000, "large": 1500, "endless": 1500, "slow": 1000}  # one in so many


@cache
def _bomb() -> bytes:
    return gzip.compress(bytes(_UNPACKED), 1)


class Knocking:
    """One connection after the other to one address. ``statuses`` counts the answers; ``closed`` those that the door
    closed without one, as it may on what is no HTTP."""

    def __init__(self, host: str, port: int, path: str, seed: int) -> None:
        self.statuses: Counter[int] = Counter()
        self.closed = 0
        self._host, self._port, self._path = host, port, path
        self._dice = random.Random(seed)  # noqa: S311 -- it has to be the same again, not unguessable
        self._open: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def knock(self, body: Body) -> None:
        """Send one body and hear the answer. Raises TimeoutError if none comes."""
        way = next((name for name, rare in _RARE.items() if self._dice.randrange(rare) == 0), None)
        way = way or self._dice.choice(_WAYS)
        async with asyncio.timeout(PATIENCE):
            try:
                await self._sent(way, body)
            except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                self.closed += 1
                await self.close()

    async def close(self) -> None:
        """Close the connection."""
        if self._open is not None:
            writer, self._open = self._open[1], None
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _sent(self, way: str, body: Body) -> None:
        if self._open is None:
            self._open = await asyncio.open_connection(self._host, self._port, limit=1 << 20)
        reader, writer = self._open
        for piece in self._pieces(way, body):
            writer.write(piece)
            await writer.drain()
            if way == "slow":
                await asyncio.sleep(0.02)
        if way == "long":  # more was promised than comes: the door has to notice that we are gone
            await self.close()
            self.closed += 1
            return
        head = await reader.readuntil(b"\r\n\r\n")
        self.statuses[int(head.split(b" ", 2)[1])] += 1
        if way in ("short", "bomb", "large", "endless", "method") or b"connection: close" in head.lower():
            await self.close()
            return
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        await reader.readexactly(int(lengths[0].split(b":")[1]) if lengths else 0)

    def _pieces(self, way: str, body: Body) -> Iterator[bytes]:
        content, headers = body.content, [f"Content-Type: {body.content_type}"]
        if way == "bomb":
            content, headers = _bomb(), ["Content-Encoding: gzip", "Content-Type: application/json"]
        elif way == "packed":
            content, packing = gzip.compress(content, 1), self._dice.choice(("gzip", "deflate"))
            headers.append(f"Content-Encoding: {packing}")
        elif way == "large":
            content = content + b"x" * (1_100_000 - len(content))
        if way in ("chunked", "endless"):
            yield self._head(way, [*headers, "Transfer-Encoding: chunked"])
            step = max(1, len(content) // 3)
            chunks = [content[at : at + step] for at in range(0, len(content), step)]
            for chunk in chunks if way == "chunked" else [b"x" * 65_536] * 20:
                yield b"%x\r\n%b\r\n" % (len(chunk), chunk)
            yield b"0\r\n\r\n"
            return
        told = len(content) + {"short": -len(content) // 2, "long": 50}.get(way, 0)
        head = self._head(way, [*headers, f"Content-Length: {told}"])
        if way in ("pieces", "slow"):
            whole = head + content
            step = max(1, len(whole) // 5)
            yield from (whole[at : at + step] for at in range(0, len(whole), step))
        else:
            yield head + content

    def _head(self, way: str, headers: list[str]) -> bytes:
        path, method = self._path, "POST"
        if way == "elsewhere":
            odd = ("/", "/deskie", "/deskie/cch42/", "/push/x", "/files/x/y", "/%00", "/" + "a" * 4000, "/healthz")
            path = self._dice.choice(odd)
        elif way == "guess":
            path = f"{path[:-4]}{self._dice.randrange(10_000):04}"
        elif way == "method":
            method = self._dice.choice(("GET", "PUT", "DELETE", "HEAD", "OPTIONS", "BREW"))
        lines = [f"{method} {path} HTTP/1.1", "Host: bridge", f"X-Forwarded-For: {self._from()}", *headers]
        return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n"

    def _from(self) -> str:
        return f"198.51.{self._dice.randrange(256)}.{self._dice.randrange(256)}"
