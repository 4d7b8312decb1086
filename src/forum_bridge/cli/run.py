"""``forum-bridge run``: the daemon in the foreground, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from datetime import UTC, datetime
from typing import Annotated

import structlog
import typer

from forum_bridge import __version__
from forum_bridge.cli.loading import DEFAULT, ConfigOption, Ready, ready
from forum_bridge.daemon import log, running
from forum_bridge.errors import BridgeError


def now() -> datetime:
    """Return the present moment; the one clock of the commands."""
    return datetime.now(UTC)


def run(
    config: ConfigOption = DEFAULT,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Tell more.")] = False,
) -> None:
    """Run the bridge: poll the forums, open cases, publish answers."""
    loaded = ready(config)
    log.configure(verbose=verbose)
    asyncio.run(_until_told(loaded))


async def _until_told(loaded: Ready) -> None:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, told.set)
    bind = loaded.config.webhook.bind
    async with contextlib.AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(running(loaded.config, loaded.registry, now))
        except OSError as error:
            raise BridgeError(
                f"Cannot listen on {bind}: {error.strerror or error}",
                explanation="Is another bridge running? Else choose another port in webhook.bind.",
            ) from None
        structlog.get_logger().info("running", version=__version__, webhook=bind, forums=sorted(loaded.config.forums))
        await told.wait()
        structlog.get_logger().info("stopping")
