"""``forum-bridge config``: the schema for editors, and the configuration as it is in force."""

from __future__ import annotations

import typer

from forum_bridge.cli.loading import DEFAULT, ConfigOption, ready
from forum_bridge.cli.say import to_program
from forum_bridge.config import effective, json_schema

app = typer.Typer(help="Show the configuration or its schema.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def schema() -> None:
    """Print the JSON Schema of the configuration.

    Editors that know YAML check and complete the keys with it: forum-bridge config schema > config.schema.json
    """
    to_program(json_schema())


@app.command()
def show(config: ConfigOption = DEFAULT) -> None:
    """Print what is in effect, secrets masked.

    Defaults are filled in, references like ${NAME} are resolved, and what stands under defaults is shown with each
    forum.

    Exit status: 0, or 2 if the configuration has faults.
    """
    typer.echo(effective(ready(config).config), nl=False)
