"""``forum-bridge trace``: the whole story of one item, from the ledger alone."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from forum_bridge.cli.completing import items
from forum_bridge.cli.loading import DEFAULT, ConfigOption, ready
from forum_bridge.cli.run import now
from forum_bridge.cli.say import Lines, to_person, to_program
from forum_bridge.cli.story import Event, Story, story
from forum_bridge.errors import BridgeError
from forum_bridge.ledger import operator, tracing, trail
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.states import WORK
from forum_bridge.web.address import shown


def trace(
    item: Annotated[
        str,
        typer.Argument(
            metavar="ITEM",
            help="A post's address, a name as post-142 or answer-61200502, or a case's number or id.",
            autocompletion=items,
        ),
    ],
    texts: Annotated[bool, typer.Option("--texts", help="Also show what was written.")] = False,
    json_wanted: Annotated[bool, typer.Option("--json", help="Print it as JSON instead.")] = False,
    config: ConfigOption = DEFAULT,
) -> None:
    """Tell all that the ledger knows of one post, answer or case.

    In order of time: when it was read and judged, and why it was left out; each failed try and each look; where it
    stands on both sides; edits, answers and notes. Then where it stands now, until when it waits, and which command
    moves it. Reads the ledger beside a running bridge and asks nobody else. What was written is shown only with
    --texts.

    --json prints an object with the keys about, events and now; moments are in ISO 8601.

    Exit status: 0 if it is known, 1 if not or if there is no ledger, 2 if the configuration or the command has faults.
    """
    loaded = ready(config).config
    told = asyncio.run(_read(Path(loaded.ledger.path), item.strip()))
    if not texts:
        told = replace(told, events=tuple(replace(each, text=None) for each in told.events))
    if json_wanted:
        to_program(_as_json(told, texts=texts))
    else:
        _print(Lines(to_person()), told)


async def _read(ledger: Path, item: str) -> Story:
    async with Ledger.open(ledger, now, read_only=True) as opened, opened.reading() as db:
        if (named := operator.named(item)) is not None:
            rows = await tracing.of_item(db, named)
        elif item.startswith(("http://", "https://")):
            rows = await tracing.at_address(db, item)
        else:
            rows = await tracing.of_case(db, item)
        if not (rows.posts or rows.answers or rows.notes or rows.cases):
            raise BridgeError(
                f"The ledger knows nothing of {shown(item)}.",
                explanation="Give a post's address, a name as post-142 or answer-61200502, or a case's number or id.",
            )
        trails = {
            "post": await trail.of(db, "post", [row["id"] for row in rows.posts]),
            "answer": await trail.of(db, "answer", [row["id"] for row in rows.answers]),
            "note": await trail.of(db, "note", [note.id for note in rows.notes]),
        }
    return story(rows, trails)


def _print(say: Lines, told: Story) -> None:
    for line in told.about:
        say.line(line, style="bold")
    for event in told.events:
        say.line(f"{_moment(event.at)}  {event.item}: {event.what}", indent=2)
        for line in (event.text or "").splitlines():
            say.line(line, indent=6, mark="|")
    say.line("now", style="bold")
    for each in told.now:
        waits = f", until {_moment(each.until)}" if each.until is not None else ""
        still = f": {each.reason}" if each.reason and (each.commands or each.state in WORK) else ""
        say.line(f"{each.item} is {each.state.value.replace('_', ' ')}{waits}{still}", indent=2)
        for command in each.commands:
            say.line(command, indent=4, mark="→")


def _as_json(told: Story, *, texts: bool) -> dict[str, object]:
    return {
        "about": list(told.about),
        "events": [_event(each, texts=texts) for each in told.events],
        "now": [
            {
                "item": each.item,
                "state": each.state.value,
                "until": None if each.until is None else each.until.isoformat(),
                "reason": each.reason,
                "commands": list(each.commands),
            }
            for each in told.now
        ],
    }


def _event(event: Event, *, texts: bool) -> dict[str, object]:
    facts: dict[str, object] = {"at": event.at.isoformat(), "item": event.item, "what": event.what}
    return {**facts, "text": event.text} if texts else facts


def _moment(when: datetime) -> str:
    return f"{when.astimezone():%Y-%m-%d %H:%M:%S}"
