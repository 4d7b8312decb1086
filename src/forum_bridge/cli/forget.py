"""``forum-bridge forget``: erases one author of a forum, as the law lets people ask for (KVKK, GDPR)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from glob import escape
from pathlib import Path
from typing import Annotated

import typer

from forum_bridge.cli.loading import DEFAULT, ConfigOption, ready
from forum_bridge.cli.run import now
from forum_bridge.cli.say import Lines, to_person
from forum_bridge.config import Config
from forum_bridge.daemon.alone import own_ledger
from forum_bridge.daemon.compose import open_desk
from forum_bridge.daemon.oblivion import erase, erase_on_desk
from forum_bridge.daemon.remote import reached
from forum_bridge.errors import BridgeError
from forum_bridge.ledger.files import check_there
from forum_bridge.ledger.forgetting import Traces, people, traces
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.theirs import Person


def forget(
    author: Annotated[str, typer.Argument(metavar="AUTHOR", help="Their name, id on the forum, or e-mail address.")],
    forum: Annotated[str | None, typer.Option("--forum", help="The forum, where several know such an author.")] = None,
    desk: Annotated[bool, typer.Option("--desk", help="Delete their cases and profiles on Deskie, too.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Erase; without it is only shown what would be.")] = False,
    config: ConfigOption = DEFAULT,
) -> None:
    """Erase an author from the ledger.

    Shows what the ledger holds of them, and erases it with --yes: their words, names and addresses, answers to them,
    and texts of others that quote them. Ids and keyed hashes stay, so that their old posts are not taken in again; what
    they write later is taken in as of anybody. With --desk their cases and profiles on Deskie are deleted first, for
    good, which takes an API key of an agent with full access; cases that hold posts of others are left, and named.

    The forum, the log, and copies of the ledger made before are not touched: the copies beside it are named.

    Exit status: 0 if it was shown or erased, 1 if there is no such author, or several, or something could not be
    erased; 2 if the configuration has faults.
    """
    loaded = ready(config).config
    say = Lines(to_person())
    person, held = asyncio.run(_found(loaded, author, forum))
    _show(say, person, held, desk=desk)
    if not yes:
        say.line("Nothing was erased. Add --yes to erase it; there is no way back.", mark="→")
        return
    said = asyncio.run(_erased(loaded, person, held, desk=desk))
    say.line(said, mark="✓", mark_style="green")
    for copy in _copies(loaded):
        say.line(f"{copy} was made before and still holds what was erased: delete it.", mark="!", mark_style="yellow")


async def _found(config: Config, author: str, forum: str | None) -> tuple[Person, Traces]:
    await asyncio.to_thread(check_there, config.ledger.path)
    async with Ledger.open(config.ledger.path, now, read_only=True) as ledger, ledger.reading() as db:
        found = await people(db, author, forum)
        if not found:
            raise BridgeError(
                f"The ledger knows no author {author}.",
                explanation="Name them as the forum does, or by their id.",
            )
        exact = [each for each in found if each.author_key == author] if forum is not None else []
        found = exact if len(exact) == 1 else found
        if len(found) > 1:
            raise BridgeError(
                f"{author} may be any of {len(found)}: {_listed(found)}.",
                explanation="Nothing was erased. Name one by the id, and by --forum.",
            )
        return found[0], await traces(db, found[0])


def _listed(found: Sequence[Person]) -> str:
    return "; ".join(f"{each.author_key} on {each.forum} ({', '.join(each.names)})" for each in found)


def _show(say: Lines, person: Person, held: Traces, *, desk: bool) -> None:
    say.line(f"{', '.join(person.names) or 'Without a name'} ({person.author_key}) on {person.forum}:", style="bold")
    kinds = (
        (held.posts, "posts"),
        (held.conversations, "conversations"),
        (held.answers, "answers to them"),
        (held.notes, "notes to agents about them"),
        (held.threads, "threads that they began: title and opening post"),
        (held.quotes, "texts of others that may quote them"),
        (held.on_the_way, "items on their way, which are not sent any more"),
    )
    for number, what in kinds:
        say.line(f"{number} {what}", indent=2)
    if not desk:
        say.line("Deskie keeps its cases and its profile of them; --desk deletes those.", indent=2)
        return
    say.line(f"On Deskie, for good: {len(held.cases)} cases and {len(held.users)} profiles", indent=2)
    if held.shared:
        numbers = ", ".join(map(str, held.shared))
        say.line(f"Left, since others write there, too: cases {numbers}. Delete their messages by hand.", indent=2)


async def _erased(config: Config, person: Person, held: Traces, *, desk: bool) -> str:
    if desk:
        async with open_desk(config, now) as opened:
            await erase_on_desk(opened.client, held.cases, held.users, asyncio.sleep)
    path = Path(config.ledger.path)
    async with reached(path, os.environ) as bridge:
        if bridge is not None:
            return await bridge.forget(person.forum, person.author_key)
    async with own_ledger(path, now, os.environ) as ledger:
        return await erase(ledger, person.forum, person.author_key, now)


def _copies(config: Config) -> list[Path]:
    """Return the copies of the ledger that the bridge itself made."""
    path = Path(config.ledger.path)
    found = sorted(path.parent.glob(f"{escape(path.name)}.*.bak"))
    if config.ledger.backup is not None:
        found += sorted(config.ledger.backup.folder.glob(f"{escape(path.stem)}-*{path.suffix}"))
    return found
