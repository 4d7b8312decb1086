"""``forum-bridge config``: the schema for editors, and the configuration as it is in force."""

from __future__ import annotations

import json

import typer

from forum_bridge.cli.loading import DEFAULT, ConfigOption, ready
from forum_bridge.config import effective, json_schema

app = typer.Typer(
    help="Show the configuration's schema, or what is in force.", no_args_is_help=True, rich_markup_mode=None
)


@app.command()
def schema() -> None:
    """Print the configuration's JSON Schema, for editors that check YAML while you type."""
    typer.echo(json.dumps(json_schema(), ensure_ascii=False, indent=2))


@app.command()
def show(config: ConfigOption = DEFAULT) -> None:
    """Print the effective configuration, defaults included, secrets masked."""
    typer.echo(effective(ready(config).config), nl=False)
