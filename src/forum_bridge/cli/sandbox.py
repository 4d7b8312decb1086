"""``forum-bridge sandbox``: try the bridge without a forum and without Deskie."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.panel import Panel

from forum_bridge.cli.run import now
from forum_bridge.cli.say import to_program
from forum_bridge.cli.until import until_told
from forum_bridge.daemon import log
from forum_bridge.errors import BridgeError
from forum_bridge.sandbox.sandbox import Sandbox, open_sandbox
from forum_bridge.sandbox.selftest import Result, play


def sandbox(
    selftest: Annotated[
        bool, typer.Option("--selftest", help="Play one round trip, print one JSON line, exit 0 or 1.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Tell also of every request.")] = False,
) -> None:
    """Try it: a small forum, a simulated Deskie, the bridge.

    All three run in this process, with the real bridge between the two; needs no configuration and no network, and
    nothing is kept. Prints the addresses to open in a browser.

    Exit status: 0 after Ctrl-C; with --selftest 0 if the round trip went well, else 1.
    """
    log.configure(verbose=verbose)
    with tempfile.TemporaryDirectory(prefix="forum-bridge-sandbox-") as folder:
        result = asyncio.run(_run(Path(folder) / "ledger.sqlite", selftest=selftest))
    if result is not None:
        told = {name: value for name, value in asdict(result).items() if value not in (None, "")}
        to_program(told, indent=None)
        raise typer.Exit(0 if result.ok else 1)


async def _run(ledger: Path, *, selftest: bool) -> Result | None:
    try:
        async with open_sandbox(ledger, now) as running:
            if selftest:
                return await play(running)
            _welcome(running)
            await until_told()
    except OSError as error:
        raise BridgeError(
            str(error), explanation="End whatever listens there, or another sandbox, and try again."
        ) from error
    return None


def _welcome(running: Sandbox) -> None:
    text = (
        f"[bold]Forum[/]  {running.forum_url}\n"
        f"[bold]Desk[/]   {running.desk_url}\n\n"
        "Write a post on the forum: within two seconds a case stands on the desk.\n"
        "Answer it there: your answer stands in the thread.\n\n"
        "[dim]Ctrl-C ends it; nothing is kept.[/]"
    )
    Console(stderr=True).print(Panel(text, title="forum-bridge sandbox", expand=False, padding=(1, 3)))
