"""A bridge, a forum and a desk in one process, all really listening, and the bridge's configuration file between
them."""

from __future__ import annotations

import asyncio
import copy
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp

from forum_bridge.config import load
from forum_bridge.daemon import Daemon, running
from forum_bridge.daemon.reload import reload
from forum_bridge.forums.registry import Registry
from forum_bridge.sandbox.desk import Desk, DeskServer
from forum_bridge.sandbox.desk.seed import API_KEY, EMAIL
from forum_bridge.sandbox.forum import Forum, ForumServer
from forum_bridge.sandbox.forum.seed import BRIDGE_PASSWORD, BRIDGE_USER, seeded
from forum_bridge.testkit.apart import tried_apart

CHANNEL = "cch42"
SECRET = "hook-secret-of-invented-letters-0001"
OTHER_SECRET = "hook-secret-of-invented-letters-0002"
SECRETS = (API_KEY, BRIDGE_PASSWORD, SECRET, OTHER_SECRET)
AGENT = 905

Tree = dict[str, Any]  # a configuration as YAML gives it


def now() -> datetime:
    return datetime.now(UTC)


class Place:
    """``tree`` is what ``written`` writes down."""

    def __init__(self, folder: Path, forum: ForumServer, second: ForumServer, desk: Desk, desk_url: str) -> None:
        self.path = folder / "config.yaml"
        self.ledger = folder / "ledger.sqlite"
        self.forum: Forum = forum.forum
        self.second: Forum = second.forum
        self.second_url = second.url
        self.desk = desk
        self.tree: Tree = {
            "deskie": {"base_url": f"{desk_url}/api/", "email": EMAIL, "api_key": API_KEY, "channel": CHANNEL},
            "webhook": {"bind": "127.0.0.1:0", "secret": SECRET},
            "ledger": {"url": "ledger.sqlite"},
            "forums": {"kargo": self.forum_at(forum.url)},
        }

    @staticmethod
    def forum_at(url: str) -> Tree:
        return {
            "adapter": "sandbox",
            "url": url,
            "login": {"user": BRIDGE_USER, "password": BRIDGE_PASSWORD},
            "watch": [{"board": f"{url}/board/1"}],
            "every": "500ms",
            "pace": "0s",
        }

    def written(self, tree: Tree | None = None) -> Path:
        """Write the configuration down (JSON is YAML) and return the file."""
        self.path.write_text(json.dumps(tree or self.tree, indent=1), encoding="utf-8")
        self.path.chmod(0o600)
        return self.path

    def changed(self) -> Tree:
        """Return a copy of the configuration to change; it becomes the place's own."""
        self.tree = copy.deepcopy(self.tree)
        return self.tree

    @asynccontextmanager
    async def daemon(self, *, settle: bool = True) -> AsyncIterator[Daemon]:
        """Run the bridge; first, wait until every watch was asked once."""
        loaded = load(self.written(), {})
        assert loaded.config is not None, loaded.faults
        async with running(loaded.config, Registry.load(loaded.adapters_dir), now) as daemon:
            if settle:
                await within(daemon.settled.wait())
            self.tell_desk(daemon)
            yield daemon

    async def reload(self, daemon: Daemon, seconds: float = 60) -> bool:
        """Write the configuration down and have the daemon take it over."""
        done = await reload(daemon, self.written(), {}, partial(tried_apart, config=self.path, seconds=seconds))
        self.tell_desk(daemon)
        return done

    def tell_desk(self, daemon: Daemon) -> None:
        secret = daemon.config.webhook.secret.get_secret_value()
        self.desk.channels[CHANNEL].webhook_url = f"http://127.0.0.1:{daemon.door.port}/deskie/{CHANNEL}/{secret}"

    async def ask(self, title: str, forum: Forum | None = None) -> int:
        """Write as a customer and wait for the case; return its number on the desk."""
        cases = len(self.desk.cases())
        self.write(title, forum)
        await self.desk.wait_for(lambda: len(self.desk.cases()) > cases, 30)
        return self.desk.cases()[0].case_id

    def write(self, title: str, forum: Forum | None = None) -> None:
        """Open a thread as a customer."""
        forum = forum or self.forum
        deniz = forum.person("Deniz")
        assert deniz is not None
        forum.open_thread(deniz, title, "Siparişim nerede? 📦")

    @property
    def port(self) -> int:
        """The port of the door as it is configured."""
        return int(self.tree["webhook"]["bind"].rpartition(":")[2])

    @staticmethod
    def free_port() -> int:
        """Return a port on which nobody listens."""
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port: int = probe.getsockname()[1]
            return port

    def ours(self) -> list[str]:
        """Return the bridge's own posts, oldest first."""
        every = sorted(self.forum.posts(), key=lambda post: post.id)
        return [post.text for post in every if post.author_name == BRIDGE_USER]


async def within(waiting: Awaitable[object]) -> None:
    """Wait for what has to come, but not for ever."""
    await asyncio.wait_for(waiting, 30)


async def until(true: Callable[[], bool]) -> None:
    """Wait for what another task brings about."""
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 -- the other side tells no event of ours
            await asyncio.sleep(0.01)


async def knock(port: int, secret: str, path: str = "deskie") -> int:
    """Send the door a body that cannot be read; return the status: 400 where the secret is right, 404 otherwise."""
    address = f"http://127.0.0.1:{port}/{path}/{CHANNEL}/{secret}"
    async with aiohttp.ClientSession() as http, http.post(address, data=b"?") as answer:
        return answer.status


@asynccontextmanager
async def open_place(folder: Path) -> AsyncIterator[Place]:
    """Two forums and a desk; the bridge is configured for the first."""
    desk = Desk()
    async with ForumServer(seeded()) as forum, ForumServer(seeded()) as second, DeskServer(desk) as desk_server:
        desk.switches.rate_limit_per_minute = 10_000
        yield Place(folder, forum, second, desk, desk_server.url)
