"""``forum-bridge adapter try``: what an adapter reads of one page, what is missing, and what would become of it."""

from __future__ import annotations

import asyncio
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated

import typer

from forum_bridge.cli.adapter_place import Bench, bench, warn_of_faults
from forum_bridge.cli.adapter_try_browser import show
from forum_bridge.cli.adapter_try_text import as_json, print_attempt, print_outcome
from forum_bridge.cli.bar import at_work
from forum_bridge.cli.detect import given
from forum_bridge.cli.loading import DEFAULT, ConfigOption
from forum_bridge.cli.run import now
from forum_bridge.cli.say import Lines, to_person, to_program
from forum_bridge.config import ForumConfig
from forum_bridge.errors import ConfigurationRefused
from forum_bridge.forums.entry import AdapterEntry
from forum_bridge.web.address import shown
from forum_bridge.workbench.look import Seen, saved
from forum_bridge.workbench.trying.attempt import Attempt, attempted, forum_for, preset_of, rehearsed, zone_of
from forum_bridge.workbench.trying.visit import read_at, seen_at
from forum_bridge.workbench.trying.wording import words


def try_(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The adapter.")],
    url: Annotated[
        str | None, typer.Argument(metavar="URL", help="Address of a thread's page, or of a board's.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="PAGE", help="Read a saved page; needs no network.")
    ] = None,
    address: Annotated[
        str | None, typer.Option("--url", metavar="URL", help="With --file: the address the page came from.")
    ] = None,
    signed_in: Annotated[
        bool, typer.Option("--signed-in", help="Read with the account of the configured forum, not as a guest.")
    ] = False,
    json_: Annotated[bool, typer.Option("--json", help="Print a JSON object instead.")] = False,
    browser: Annotated[
        bool, typer.Option("--browser", help="Show it in the browser, beside the page, and follow the file.")
    ] = False,
    config: ConfigOption = DEFAULT,
) -> None:
    """Try an adapter on one page and see what it reads.

    Shows the posts, what each key of the preset finds and where it finds nothing, with what could be meant instead;
    then the case that the page would become, and an answer as it would be posted. If the address lies on a configured
    forum, its timezone, options and rules hold. Nothing is written anywhere.

    --browser serves the page on this machine alone, with everything that the preset reads in colour, beside what was
    read of each post and what is missing; whenever the preset is saved, it is read again. The forum is asked only once.

    --json prints an object with the keys reads, trouble, url, posts, rows (of a board), keys (what each finds, and in
    how many posts), findings, cases and answer.

    Exit status: 0 if the page is read, 1 if it cannot be had or read, 2 if the adapter or the command has faults.
    """
    asked = given(url, address, file)
    if file is not None and signed_in:
        raise typer.BadParameter("a saved page is read as it was saved; --signed-in needs a page's address alone")
    if browser and json_:
        raise typer.BadParameter("--browser shows pages, --json prints an object: give one of them")
    place = bench(config)
    warn_of_faults(place, config)
    if browser:
        show(name, _seen(place, name, asked, file, signed_in=signed_in), place, config)
        return
    entry = place.registry.usable(name)
    with _reading(asked, file):
        attempt, forum = _tried(place, entry, asked, file, signed_in=signed_in)
    outcome = None
    if attempt.thread is not None:
        answers = [words()("answer.sample")]
        outcome = asyncio.run(rehearsed(attempt.thread, entry, place.registry, place.config, now, answers))
    if json_:
        to_program(as_json(attempt, outcome))
    else:
        say = Lines(to_person())
        print_attempt(say, attempt, zone_of(attempt, forum))
        if outcome is not None:
            print_outcome(say, *outcome)
    if attempt.page is None:
        raise typer.Exit(1)


def _reading(url: str | None, file: Path | None) -> AbstractContextManager[object]:
    return at_work(to_person(stderr=True), f"reading {shown(url) if url else file}")


def _seen(place: Bench, name: str, url: str | None, file: Path | None, *, signed_in: bool) -> Seen:
    """Return the page to show. A preset with faults is no hindrance: the browser shows them, too."""
    entry = place.registry.usable(name) if signed_in else place.registry.get(name)
    if entry.fault is None and entry.container is None and file is None:
        raise ConfigurationRefused(
            f"The adapter {name} is no preset that finds things on pages, so there is no page to show.",
            explanation="See what it reads without --browser.",
        )
    with _reading(url, file):
        if file is not None:
            return saved(file, url)
        assert url is not None  # ``given`` refuses a command without both
        return asyncio.run(seen_at(url, entry, _forum(place, entry, url, signed_in=signed_in), now))


def _tried(
    place: Bench, entry: AdapterEntry, url: str | None, file: Path | None, *, signed_in: bool
) -> tuple[Attempt, ForumConfig | None]:
    """Return what came of it, and the configured forum on which the page lies."""
    if file is not None:
        seen = saved(file, url)
        forum = forum_for(entry, place.config, seen.url)
        return attempted(seen, entry, forum), forum
    assert url is not None  # ``given`` refuses a command without both
    forum = _forum(place, entry, url, signed_in=signed_in)
    if preset_of(entry, forum) is None:
        return Attempt(None, (), asyncio.run(read_at(url, entry, forum, now))), forum
    return attempted(asyncio.run(seen_at(url, entry, forum, now)), entry, forum), forum


def _forum(place: Bench, entry: AdapterEntry, url: str, *, signed_in: bool) -> ForumConfig | None:
    """Return the configured forum at an address as this adapter would use it, as a guest unless ``signed_in``. Raises
    ConfigurationRefused: there is no account to sign in with."""
    forum = forum_for(entry, place.config, url)
    if not signed_in:
        return forum.model_copy(update={"login": None}) if forum is not None else None
    if forum is None or forum.login is None:
        raise ConfigurationRefused(
            f"{shown(url)} is not on a configured forum with an account.",
            explanation="Set login: for that forum, or read as a guest.",
        )
    return forum
