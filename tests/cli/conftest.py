"""The command beside a forum and a desk that really listen: in a thread of this process, or as a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import logging
import os
import pty
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog

from forum_bridge.cli import main
from forum_bridge.sandbox.desk import Desk, DeskServer
from forum_bridge.sandbox.desk.seed import API_KEY, EMAIL
from forum_bridge.sandbox.forum import Forum, ForumServer
from forum_bridge.sandbox.forum.seed import BRIDGE_PASSWORD, BRIDGE_USER, seeded
from forum_bridge.sandbox.forum.state import utc_now

HOOK_SECRET = "hook-secret-of-invented-letters-0001"
SECRETS = (API_KEY, BRIDGE_PASSWORD, HOOK_SECRET)
CHANNEL = "cch42"

Tree = dict[str, Any]  # a configuration as YAML gives it


@dataclass(frozen=True)
class Ran:
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Place:
    """A folder with a configuration in it, and the two sides that it names."""

    def __init__(self, folder: Path, forum: ForumServer, desk: Desk, desk_url: str) -> None:
        self.folder = folder
        self.forum: Forum = forum.forum
        self.desk = desk
        self.url = forum.url
        self.port = free_port()
        self.bridge = f"http://127.0.0.1:{self.port}"
        self.tree: Tree = {
            "deskie": {"base_url": f"{desk_url}/api/", "email": EMAIL, "api_key": API_KEY, "channel": CHANNEL},
            "webhook": {"bind": f"127.0.0.1:{self.port}", "public_url": self.bridge, "secret": HOOK_SECRET},
            "ledger": {"url": "ledger.sqlite"},
            "forums": {
                "acme": {
                    "adapter": "sandbox",
                    "url": self.url,
                    "login": {"user": BRIDGE_USER, "password": BRIDGE_PASSWORD},
                    "watch": [{"board": f"{self.url}/board/1"}],
                    "every": "500ms",
                    "pace": "0s",
                }
            },
        }
        desk.set_channel(CHANNEL, webhook_url=f"{self.bridge}/deskie/{CHANNEL}/{HOOK_SECRET}")

    @property
    def acme(self) -> Tree:
        acme: Tree = self.tree["forums"]["acme"]
        return acme

    @property
    def config(self) -> Path:
        """The configuration as it stands now, written down: JSON is YAML."""
        path = self.folder / "config.yaml"
        path.write_text(json.dumps(self.tree, indent=1), encoding="utf-8")
        path.chmod(0o600)
        return path

    async def call(self, *words: str, columns: int = 80) -> Ran:
        """Run a command in a thread."""
        path = str(self.config)
        return await asyncio.to_thread(_called, words, {"COLUMNS": str(columns), "FORUM_BRIDGE_CONFIG": path})

    @contextlib.asynccontextmanager
    async def process(self, *words: str, **environ: str) -> AsyncIterator[asyncio.subprocess.Process]:
        """Run a command as a process; what is left of it at the end is killed."""
        env = {"PATH": os.environ["PATH"], "FORUM_BRIDGE_CONFIG": str(self.config), "COLUMNS": "80", **environ}
        pipe = asyncio.subprocess.PIPE
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "forum_bridge", *words, cwd=self.folder, env=env, stdout=pipe, stderr=pipe
        )
        try:
            yield child
        finally:
            if child.returncode is None:
                child.kill()
                await child.communicate()

    async def run(self, *words: str, **environ: str) -> Ran:
        """Run a command as a process to its end."""
        async with self.process(*words, **environ) as child:
            return await ended(child)

    async def on_terminal(self, *words: str) -> Ran:
        """Run a command as a process with a terminal to its end; what that shows stands under ``out``."""
        ours, theirs = pty.openpty()
        environ = {**os.environ, "FORUM_BRIDGE_CONFIG": str(self.config), "TERM": "xterm-256color", "COLUMNS": "200"}
        command = (sys.executable, "-m", "forum_bridge", *words)
        child = await asyncio.create_subprocess_exec(*command, stdin=theirs, stdout=theirs, stderr=theirs, env=environ)
        os.close(theirs)
        shown = await asyncio.to_thread(_all_of, ours)
        return Ran(await child.wait(), shown, "")


def _all_of(terminal: int) -> str:
    """Return what was written to a terminal until nobody had it open any more."""
    shown = b""
    with contextlib.suppress(OSError):  # what Linux calls the end of it
        while more := os.read(terminal, 4096):
            shown += more
    os.close(terminal)
    return shown.decode()


async def ended(child: asyncio.subprocess.Process) -> Ran:
    """Wait for a process and return what it printed."""
    out, err = await asyncio.wait_for(child.communicate(), 60)
    assert child.returncode is not None
    return Ran(child.returncode, out.decode(), err.decode())


async def told(child: asyncio.subprocess.Process, word: str) -> str:
    """Read a process's standard error up to a line that holds ``word``; return all that was read."""
    assert child.stderr is not None
    lines: list[str] = []
    try:
        async with asyncio.timeout(60):
            while not lines or word not in lines[-1]:
                line = await child.stderr.readline()
                assert line, "".join(lines)
                lines.append(line.decode())
    except TimeoutError:
        raise AssertionError(f"{word} never came after:\n{''.join(lines)}") from None
    return "".join(lines)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _called(words: tuple[str, ...], environ: dict[str, str]) -> Ran:
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        patch.setattr(sys, "argv", ["forum-bridge", *words])
        for name, value in environ.items():
            patch.setenv(name, value)
        try:
            main()
            status: object = 0
        except SystemExit as end:
            status = end.code
    return Ran(status if isinstance(status, int) else int(status is not None), out.getvalue(), err.getvalue())


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    """A forum with two threads, written an hour ago and before, a desk, and a configuration that fits both."""
    desk = Desk(clock=utc_now)
    forum = seeded(utc_now)
    deniz = forum.person("Deniz")
    assert deniz is not None
    opened = forum.open_thread(deniz, "Kargo gelmedi 😞", "Siparişim **hâlâ** gelmedi.\n\n> ne zaman?")
    for number in range(11):
        forum.reply(opened.thread_id, deniz if number % 3 else "Ayşe", f"Mesaj {number} ğüşıöç")
    for post in forum.threads()[0].posts:
        post.time -= timedelta(hours=1)
    async with ForumServer(forum) as server, DeskServer(desk) as desk_server:
        yield Place(tmp_path, server, desk, desk_server.url)
    await desk.close()
