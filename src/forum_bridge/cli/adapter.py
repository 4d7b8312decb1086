"""``forum-bridge adapter``: the commands for those who fit an adapter to their forum."""

from __future__ import annotations

import typer

from forum_bridge.cli.adapter_new import new
from forum_bridge.cli.adapter_record import record
from forum_bridge.cli.adapter_test import test
from forum_bridge.cli.adapter_trial import trial
from forum_bridge.cli.adapter_try import try_

app = typer.Typer(help="Fit an adapter to a forum.", no_args_is_help=True, rich_markup_mode=None)
for command in (new, record, test, trial):
    app.command()(command)
app.command("try")(try_)
