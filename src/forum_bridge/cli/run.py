"""``forum-bridge run``: the daemon in the foreground, until SIGTERM or Ctrl-C. SIGHUP has it read the configuration
anew; the service manager, where one started it, is told how it is."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import structlog
import typer

from forum_bridge import __version__
from forum_bridge.cli.loading import DEFAULT, ConfigOption, Ready, ready
from forum_bridge.daemon import log, running
from forum_bridge.daemon.adapter_watch import watching
from forum_bridge.daemon.control import socket_path
from forum_bridge.daemon.heartbeat import Heartbeat, beating, interval
from forum_bridge.daemon.notify import Notifier, watchdog_seconds
from forum_bridge.daemon.reload import reload
from forum_bridge.errors import BridgeError
from forum_bridge.testkit.apart import tried_apart


def now() -> datetime:
    """Return the present moment; the one clock of the commands."""
    return datetime.now(UTC)


def run(
    config: ConfigOption = DEFAULT,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Tell also of every request.")] = False,
) -> None:
    """Run the bridge: read forums, open cases, publish answers.

    Stays in the foreground until Ctrl-C or SIGTERM, then finishes what is under way. SIGHUP has it read the
    configuration anew. Events go to standard error: in words on a terminal, one line of logfmt each elsewhere.

    Exit status: 0 after being told to stop, 1 if it cannot run (the port is taken, the ledger cannot be opened), 2 if
    the configuration has faults.
    """
    loaded = ready(config)
    log.configure(verbose=verbose)
    asyncio.run(_until_told(loaded, config))


async def _until_told(loaded: Ready, path: Path) -> None:
    told = _signals()
    notify = Notifier.from_environ(os.environ)
    bind = loaded.config.webhook.bind
    control = socket_path(Path(loaded.config.ledger.path), os.environ)
    async with contextlib.AsyncExitStack() as stack:
        try:
            daemon = await stack.enter_async_context(
                running(loaded.config, loaded.registry, now, notify, control=control)
            )
        except OSError as error:
            raise BridgeError(
                f"Cannot listen on {bind}: {error.strerror or error}",
                explanation="Is another bridge running? Else choose another port in webhook.bind.",
            ) from None
        structlog.get_logger().info("running", version=__version__, webhook=bind, forums=sorted(loaded.config.forums))
        notify.ready("Started")
        trial = partial(tried_apart, config=path)
        every = interval(watchdog_seconds(os.environ, os.getpid()))
        async with beating(Heartbeat(notify, daemon.look, daemon.stalled), every), watching(daemon, trial):
            while await told.get() is signal.SIGHUP:
                notify.reloading()
                await reload(daemon, path, os.environ, trial)
                notify.ready(daemon.remark or "Reloaded")
        notify.stopping()
        structlog.get_logger().info("stopping")


def _signals() -> asyncio.Queue[signal.Signals]:
    """Return a queue of the signals that come from now on."""
    told: asyncio.Queue[signal.Signals] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(each, told.put_nowait, each)
    if sys.stdin.isatty():  # there SIGHUP says that the terminal was closed
        loop.add_signal_handler(signal.SIGHUP, told.put_nowait, signal.SIGTERM)
    return told
