"""A request whose body breaks off, or is not packed as it says, is answered 400 and no error of ours."""

from __future__ import annotations

import asyncio
import gzip
import logging
from urllib.parse import urlsplit

import aiohttp
import pytest
from tests.bridge.world import World


async def sent(url: str, head: str, content: bytes, *, leave: bool = False) -> int:
    """Send raw bytes; return the status, 0 if we left before one came."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write(f"POST {parts.path} HTTP/1.1\r\nHost: bridge\r\n{head}\r\n\r\n".encode() + content)
    await writer.drain()
    try:
        if leave:
            writer.transport.abort()
            await asyncio.sleep(0.05)
            return 0
        async with asyncio.timeout(30):
            return int((await reader.readuntil(b"\r\n")).split(b" ")[1])
    finally:
        writer.close()


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
async def test_what_is_not_packed_as_it_says_is_400(
    world: World, coding: str, caplog: pytest.LogCaptureFixture
) -> None:
    head = f"Content-Encoding: {coding}\r\nContent-Length: 9"
    assert await sent(world.door, head, b"not so at") == 400
    assert [each for each in caplog.records if each.levelno >= logging.ERROR] == []


async def test_whoever_leaves_in_the_middle_is_no_error(world: World, caplog: pytest.LogCaptureFixture) -> None:
    assert await sent(world.door, "Content-Length: 500", b"type=message_new", leave=True) == 0
    assert await sent(world.door, "Transfer-Encoding: chunked", b"5\r\nabc", leave=True) == 0
    assert [each for each in caplog.records if each.levelno >= logging.ERROR] == []


async def test_a_packed_bomb_is_413_before_it_is_unpacked(world: World) -> None:
    bomb = gzip.compress(b"\0" * (64 << 20))
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    async with aiohttp.ClientSession() as http, http.post(world.door, data=bomb, headers=headers) as answer:
        assert answer.status == 413
