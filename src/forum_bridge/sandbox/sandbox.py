"""One process with everything in it: a small forum, a simulated Deskie, and the real bridge between them on SQLite."""

from __future__ import annotations

import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from forum_bridge.config import Config
from forum_bridge.daemon import running
from forum_bridge.forums.registry import Registry
from forum_bridge.model import Clock
from forum_bridge.sandbox.desk import Desk, DeskServer
from forum_bridge.sandbox.desk.screen import add_screen
from forum_bridge.sandbox.desk.seed import API_KEY, EMAIL
from forum_bridge.sandbox.forum import Forum, ForumServer
from forum_bridge.sandbox.forum.seed import BRIDGE_PASSWORD, BRIDGE_USER, seeded
from forum_bridge.sandbox.look.page import Sides

CHANNEL = "cch42"
BUSY_ACCOUNT = 750  # requests a minute, as on a plan for many agents: nobody tries a sandbox to wait
PORTS = range(8100, 8180, 10)  # forum, desk and bridge stand on the first free decade


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running sandbox: both halves with their state, and the configuration of the bridge between them."""

    forum: Forum
    desk: Desk
    forum_url: str
    desk_url: str
    config: Config


@asynccontextmanager
async def open_sandbox(ledger: Path, clock: Clock, *, host: str = "127.0.0.1") -> AsyncIterator[Sandbox]:
    """Run a sandbox while the context is open; ``ledger`` is the file of the bridge's ledger."""
    forum_port, desk_port, bridge_port = _free_ports(host)
    sides = Sides(forum=f"http://{host}:{forum_port}", desk=f"http://{host}:{desk_port}")
    forum, desk = seeded(clock), Desk(clock=clock)
    secret = secrets.token_urlsafe(32)
    bridge_url = f"http://{host}:{bridge_port}"
    desk.switches.rate_limit_per_minute = BUSY_ACCOUNT
    desk.channels[CHANNEL].webhook_url = f"{bridge_url}/deskie/{CHANNEL}/{secret}"
    async with (
        ForumServer(forum, host, forum_port, sides=sides) as forum_server,
        DeskServer(desk, host=host, port=desk_port, extra=partial(add_screen, desk=desk, sides=sides)) as desk_server,
    ):
        config = configuration(forum_server.url, desk_server.url, bridge_url, secret, ledger, inbox=True)
        async with running(config, Registry.load(None), clock) as daemon:
            await daemon.settled.wait()
            yield Sandbox(forum, desk, forum_server.url, desk_server.url, config)


def configuration(
    forum_url: str, desk_url: str, bridge_url: str, secret: str, ledger: Path, *, inbox: bool = False
) -> Config:
    """Return the configuration of a bridge between a sandbox forum, with its ``inbox`` or without, and a simulated
    Deskie."""
    return Config.model_validate(
        {
            "deskie": {"base_url": f"{desk_url}/api/", "email": EMAIL, "api_key": API_KEY, "channel": CHANNEL},
            "webhook": {
                "bind": bridge_url.removeprefix("http://"),
                "public_url": bridge_url,
                "secret": secret,
            },
            "ledger": {"url": str(ledger)},
            "forums": {
                "sandbox": {
                    "adapter": "sandbox",
                    "url": forum_url,
                    "login": {"user": BRIDGE_USER, "password": BRIDGE_PASSWORD},
                    "watch": [{"board": f"{forum_url}/board/1"}, *([{"inbox": True}] if inbox else [])],
                    "every": "500ms",
                    "pace": "0s",
                    "cases": {"from": "everyone"},
                }
            },
        }
    )


def _free_ports(host: str) -> tuple[int, int, int]:
    for first in PORTS:
        if all(_is_free(host, first + step) for step in range(3)):
            return first, first + 1, first + 2
    raise OSError(f"no three free ports in a row between {PORTS.start} and {PORTS.stop} on {host}")


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
