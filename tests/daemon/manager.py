"""The service manager's end of the notifications: a real datagram socket, read without waiting."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

Told = dict[str, str]  # one datagram, by name


class Manager:
    """Keeps what it was told, in order."""

    def __init__(self, channel: socket.socket, address: str) -> None:
        self.address = address
        self._channel = channel

    def heard(self) -> list[Told]:
        """Return what was told since the last call."""
        told: list[Told] = []
        while True:
            try:
                text = self._channel.recv(65536).decode()
            except BlockingIOError:
                return told
            told.append(dict(line.split("=", 1) for line in text.split("\n")))

    async def until(self, name: str, value: str | None = None) -> list[Told]:
        """Wait for another process to tell ``name``; return all that it told up to then."""
        told: list[Told] = []
        async with asyncio.timeout(60):
            while True:
                text = (await asyncio.get_running_loop().sock_recv(self._channel, 65536)).decode()
                told.append(dict(line.split("=", 1) for line in text.split("\n")))
                if name in told[-1] and value in (None, told[-1][name]):
                    return told


@contextmanager
def listening(address: str | Path) -> Iterator[Manager]:
    """Listen at a path, or at ``@name`` in the abstract namespace."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.setblocking(False)
        channel.bind("\0" + str(address)[1:] if str(address).startswith("@") else str(address))
        yield Manager(channel, str(address))
