"""How drift looks on a terminal: what does not look as it did, since when, and how to try an adapter on it. Reads
nothing itself."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from forum_bridge.bridge.drift_guard import how_to_try
from forum_bridge.cli.say import Lines
from forum_bridge.cli.standing import ForumStanding
from forum_bridge.ledger.drift import DriftRow
from forum_bridge.web.address import shown


def print_drift(say: Lines, forum: ForumStanding, quarantine: Path, moment: datetime) -> None:
    """Print what drifted on a forum."""
    if forum.suspected:
        told = f"several threads cannot be read: the adapter {forum.adapter} no longer fits; asked less often meanwhile"
        say.line(told, indent=2, mark="✗", mark_style="red")
    for row in forum.drift:
        days = (moment - row.since).days
        since = f"since {row.since:%Y-%m-%d %H:%M} UTC" + (f", {days} d" if days else "")
        if row.hard:
            say.line(f"{row.what}: {shown(row.place)}, {since}", indent=2, mark="✗", mark_style="red")
            say.line(_todo(row, forum.adapter, quarantine), indent=4, mark="→")
        else:
            told = f"{shown(row.place)} no longer shows {row.what}, {since}; posts are read all the same"
            say.line(told, indent=2, mark="!", mark_style="yellow")


def _todo(row: DriftRow, adapter: str, quarantine: Path) -> str:
    page = quarantine / row.page if row.page else None
    return f"Mend the adapter and try it: `{how_to_try(page, adapter, row.url or row.place)}`"
