"""What every life needs and none changes, made once in the process from which all of them are forked: adapters are
found, and one whole round trip is played, so that whatever is made at first use is made."""

from __future__ import annotations

import asyncio
import gc
import logging
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import structlog

from forum_bridge.daemon import running
from forum_bridge.forums.registry import Registry
from forum_bridge.sandbox.desk import Desk, DeskServer
from forum_bridge.sandbox.forum import ForumServer
from forum_bridge.sandbox.forum.seed import seeded
from forum_bridge.sandbox.sandbox import CHANNEL, Sandbox, configuration
from forum_bridge.sandbox.selftest import play
from forum_bridge.testkit.chaos.ports import free_port


def _now() -> datetime:
    return datetime.now(UTC)


async def _round_trip(folder: Path) -> None:
    forum, desk = seeded(_now), Desk(clock=_now)
    bridge, secret = f"http://127.0.0.1:{free_port()}", "s" * 32
    desk.channels[CHANNEL].webhook_url = f"{bridge}/deskie/{CHANNEL}/{secret}"
    async with ForumServer(forum) as near, DeskServer(desk) as far:
        config = configuration(near.url, far.url, bridge, secret, folder / "ledger.sqlite")
        async with running(config, Registry.load(None), _now) as daemon:
            await daemon.settled.wait()
            await play(Sandbox(forum, desk, near.url, far.url, config))


def _warmed() -> Registry:
    before = structlog.get_config()["wrapper_class"]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory(prefix="forum-bridge-warm-") as folder:
        asyncio.run(_round_trip(Path(folder)))
    structlog.configure(wrapper_class=before)
    registry = Registry.load(None)
    gc.collect()
    gc.freeze()  # what is there now is shared with all that are forked
    return registry


REGISTRY = _warmed()
