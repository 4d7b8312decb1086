"""A request's body too large to be held in memory: bytes and files in turn, read while they are sent, and from the
start again where it has to be sent again. Closes no file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from forum_bridge.model import Upload

CHUNK = 64 * 1024
SLOWEST = 100_000  # bytes a second that a line out of the house manages at least


@dataclass(frozen=True, slots=True)
class Streamed:
    """Its parts in order; the same as many times as ``pieces`` is asked for, one at a time."""

    parts: tuple[bytes | Upload, ...] = field(repr=False)

    @property
    def size(self) -> int:
        """How many bytes all parts have: what goes into Content-Length, which old servers insist on."""
        return sum(part.size if isinstance(part, Upload) else len(part) for part in self.parts)

    @property
    def seconds(self) -> float:
        """How long sending it may take, beyond what any request may."""
        return self.size / SLOWEST

    async def pieces(self) -> AsyncIterator[bytes]:
        """Return the whole piece by piece. Raises OSError for a file that cannot be read or is shorter than it was."""
        for part in self.parts:
            if isinstance(part, Upload):
                async for piece in _read(part):
                    yield piece
            else:
                yield part


async def _read(file: Upload) -> AsyncIterator[bytes]:
    await asyncio.to_thread(file.content.seek, 0)
    left = file.size
    while left:
        piece = await asyncio.to_thread(file.content.read, min(CHUNK, left))
        if not piece:
            raise OSError(f"a file to be sent has become {left} bytes shorter")
        left -= len(piece)
        yield piece
