"""How the command line talks to a person."""

from __future__ import annotations

from rich.console import Console

from forum_bridge.errors import BridgeError


def complain(error: BridgeError) -> None:
    """Print an error and what to do about it to standard error."""
    to_person = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
    to_person.print(str(error), style="bold red")
    if error.explanation:
        to_person.print(f"→ {error.explanation}")
