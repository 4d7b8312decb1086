"""``forum-bridge alert``: tries each configured way to tell a person."""

from __future__ import annotations

import asyncio
import secrets
from typing import Annotated

import typer

from forum_bridge.alerts.opening import channels
from forum_bridge.alerts.words import trial_message
from forum_bridge.cli.loading import DEFAULT, ConfigOption, ready
from forum_bridge.cli.run import now
from forum_bridge.cli.say import Lines, to_person
from forum_bridge.config import Config
from forum_bridge.daemon.compose import open_desk
from forum_bridge.errors import BridgeError


def alert(
    test: Annotated[bool, typer.Option("--test", help="Send a test by every way under alerts.")] = False,
    config: ConfigOption = DEFAULT,
) -> None:
    """Try how the bridge tells that something needs a person.

    Sends a test by every way that stands under alerts in the configuration, and says which arrived; on Deskie a test
    is a case.

    Exit status: 0 if all were taken, 1 if one was not or none is configured, 2 if the configuration or the command has
    faults.
    """
    if not test:
        raise typer.BadParameter("say --test to send a test by every way under alerts")
    loaded = ready(config).config
    say = Lines(to_person())
    if not loaded.alerts:
        say.line("No alerts are configured: see alerts in config.example.yaml.", mark="✗", mark_style="red")
        raise typer.Exit(1)
    if not asyncio.run(_try_all(loaded, say)):
        raise typer.Exit(1)


async def _try_all(config: Config, say: Lines) -> bool:
    well = True
    async with open_desk(config, now) as desk:
        for each in channels(config, desk.client, now):
            what = each.config.to.value
            try:
                case_id = await each.tell(trial_message(each.config.language, f"msg_{secrets.token_hex(12)}"))
            except BridgeError as error:
                well = False
                say.line(f"{what}: {error}", mark="✗", mark_style="red")
                say.line(error.explanation, indent=2, mark="→")
            else:
                say.line(f"{what}: taken{f', case {case_id}' if case_id else ''}", mark="✓", mark_style="green")
    return well
