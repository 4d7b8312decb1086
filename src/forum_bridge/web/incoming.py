"""A file on its way in: what its server and its first bytes say of it, and the rest piece by piece, counted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import IO

import aiohttp

from forum_bridge.errors import BridgeError
from forum_bridge.web.file_kind import media_type, picture_type
from forum_bridge.web.file_name import told_name

CHUNK = 64 * 1024


class NoFile(BridgeError):
    """There is no such file for us; the message says why in few words."""


class Incoming:
    """A file whose first bytes have come. ``size`` is None where the server does not tell it, ``picture`` the media
    type of a plain picture and None for all else, ``mime`` what the server calls it (or the picture it is),
    ``told_name`` the name in its headers, uncleaned."""

    def __init__(self, url: str, response: aiohttp.ClientResponse, head: bytes, max_bytes: int) -> None:
        self.url = url
        self.size = response.content_length
        self.picture = picture_type(head)
        self.mime = self.picture or media_type(response.headers) or "application/octet-stream"
        self.told_name = told_name(response.headers)
        self._response = response
        self._head = head
        self._max_bytes = max_bytes

    async def chunks(self) -> AsyncIterator[bytes]:
        """Return the whole file piece by piece. Raises NoFile where it turns out to be too large."""
        count, piece = 0, self._head
        while piece:
            count += len(piece)
            if count > self._max_bytes:
                raise NoFile("too large")
            yield piece
            piece = await self._response.content.read(CHUNK)

    async def store(self, content: IO[bytes]) -> int:
        """Write the whole file into ``content``, off the loop; return its size in bytes. Raises NoFile as ``chunks``,
        and for an empty one."""
        size = 0
        async for piece in self.chunks():
            size += len(piece)
            await asyncio.to_thread(content.write, piece)
        if not size:
            raise NoFile("empty")
        return size
