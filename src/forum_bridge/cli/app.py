"""Puts the subcommands together and gives every failure one shape: what happened, what to do, an exit status."""

from __future__ import annotations

import sys
from io import TextIOWrapper

import typer

from forum_bridge import __version__
from forum_bridge.cli import adapter, config
from forum_bridge.cli.adapters import adapters
from forum_bridge.cli.alert import alert
from forum_bridge.cli.audit import audit
from forum_bridge.cli.check import check
from forum_bridge.cli.copies import backup, restore
from forum_bridge.cli.detect import detect
from forum_bridge.cli.filling import adopt, backfill
from forum_bridge.cli.forget import forget
from forum_bridge.cli.items import drop, mark_sent, retry
from forum_bridge.cli.poll import poll
from forum_bridge.cli.preview import preview
from forum_bridge.cli.replay import replay, tell
from forum_bridge.cli.run import run
from forum_bridge.cli.sandbox import sandbox
from forum_bridge.cli.say import complain
from forum_bridge.cli.status import status
from forum_bridge.cli.trace import trace
from forum_bridge.daemon import log
from forum_bridge.errors import BridgeError, ConfigurationRefused

app = typer.Typer(
    name="forum-bridge",
    help="Turns posts of forum threads into Deskie cases, and agents' answers into forum posts.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
of_items = (retry, mark_sent, drop, replay, tell)
of_places = (adopt, backfill)
of_the_ledger = (backup, restore, forget)
looking = (run, detect, check, preview, poll, status, trace, audit)
for command in (*looking, *of_items, *of_places, *of_the_ledger, alert, adapters, sandbox):
    app.command()(command)
app.add_typer(adapter.app, name="adapter")
app.add_typer(config.app, name="config")


@app.callback(invoke_without_command=True)
def _root(version: bool = typer.Option(False, "--version", help="Print the version and leave.")) -> None:
    log.configure(verbose=False, quiet=True)
    if version:
        typer.echo(f"forum-bridge {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command; exit 2 for a refused configuration, 1 for any other failure, without a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without emoji is no reason to fail
    try:
        app()
    except ConfigurationRefused as error:
        complain(error)
        sys.exit(2)
    except BridgeError as error:
        complain(error)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
