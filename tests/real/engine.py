"""What the tests ask of a real forum, whatever its engine: people who write, and an eye of its own for what stands
there."""

from __future__ import annotations

import re
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

START_SECONDS = 60


class RealForum(Protocol):
    """A running forum. ``adapter`` names the preset that reads it; ``post_address`` finds a post's id in an address."""

    url: str
    adapter: str
    post_address: re.Pattern[str]
    passwords: Mapping[str, str]

    async def new_topic(self, user: str, title: str, text: str) -> str:
        """Open a topic and return its address."""
        ...

    async def reply(self, user: str, topic: str, text: str) -> str:
        """Reply to a topic and return the post's id."""
        ...

    async def posts(self, topic: str) -> list[tuple[str, str, str]]:
        """Return (id, author, text) of every post of a topic, in order."""
        ...


def free_port() -> int:
    """Return a port on loopback that nobody uses now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def run(command: Sequence[str], folder: Path, env: Mapping[str, str] | None = None) -> None:
    """Run a command to its end. Raises RuntimeError with what it said when it fails."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, cwd=folder, env=env, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command[:5])}: {(done.stdout + done.stderr).decode()[-2000:]}")


def serve(
    command: Sequence[str], port: int, folder: Path, env: Mapping[str, str] | None = None, log: Path | None = None
) -> subprocess.Popen[bytes]:
    """Start a server in ``folder`` and wait until its port is open. Raises RuntimeError with its log, which is kept
    there unless another place is given, when it does not start."""
    log = log or folder / "server.log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=env, cwd=folder)
    for _ in range(START_SECONDS * 10):
        if process.poll() is not None:
            break
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return process
        time.sleep(0.1)
    process.kill()
    process.wait()
    raise RuntimeError(f"{command[0]} did not start: {(folder / 'server.log').read_text()[-2000:]}")
