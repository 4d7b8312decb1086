"""``forum-bridge adapter new``: guesses a preset from a thread's page and writes it, commented, into the adapters
folder."""

from __future__ import annotations

import asyncio
import contextlib
import re
from pathlib import Path
from typing import Annotated

import typer

from forum_bridge.cli.adapter_new_text import print_fitted, print_known
from forum_bridge.cli.adapter_place import bench
from forum_bridge.cli.detect import given
from forum_bridge.cli.loading import DEFAULT, ConfigOption
from forum_bridge.cli.run import now
from forum_bridge.cli.say import Lines, to_person
from forum_bridge.forums.registry import Registry
from forum_bridge.workbench.detect import Detected, detect_live, detected
from forum_bridge.workbench.fitting import Fitted, collect, fit, sorted_out
from forum_bridge.workbench.look import fetched, saved, visiting
from forum_bridge.workbench.making import made, refuse_taken
from forum_bridge.workbench.writing import save_new

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")


def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A name for the adapter: of a-z, 0-9, _ and -.")],
    url: Annotated[str, typer.Argument(metavar="URL", help="Address of a thread, best of several pages.")],
    file: Annotated[
        list[Path] | None,
        typer.Option("--file", metavar="PAGE", help="Saved pages instead; the first is that of URL."),
    ] = None,
    from_scratch: Annotated[
        bool, typer.Option("--from-scratch", help="Guess all of it, also where the engine is known.")
    ] = False,
    adapters_dir: Annotated[
        Path | None, typer.Option("--adapters-dir", metavar="FOLDER", help="The adapters folder, if it is another.")
    ] = None,
    config: ConfigOption = DEFAULT,
) -> None:
    """Guess a preset for a forum and write it.

    Reads a thread, its second page, its board, the page to sign in on and another thread, politely and as a guest. If
    the engine is known, only what its theme has otherwise is written; if it can be read as it is, nothing. Else posts
    are found by what repeats, tells a time and names an author. Each line of the preset says why it was taken, and a
    line that begins with #? what to look at. A file that is there already is never touched.

    With --file nothing is fetched. It can be given several times: the thread, its board, the page to sign in on, and
    pages saved while signed in, which show the form to reply by.

    Exit status: 0 if the posts are read, 1 if the page cannot be had, shows no several posts, or what was written needs
    a hand to read them, 2 if the command has faults or the name is taken.
    """
    asked = str(given(url, None, None))
    if _NAME.fullmatch(name) is None:
        raise typer.BadParameter(f"{name} is not a name that can be used here; write 1 to 32 of a-z, 0-9, _ and -")
    place = bench(config)
    folder = adapters_dir or place.folder
    refuse_taken(name, folder, place.registry)
    if file:
        pages = [saved(file[0], asked), *(saved(each, beside=asked) for each in file[1:])]
        found = detected(pages[0], place.registry)
        fitted = fit(sorted_out(pages)) if from_scratch or not _reads_it(found) else None
    else:
        found, fitted = asyncio.run(_live(asked, place.registry, from_scratch=from_scratch))
    say = Lines(to_person())
    if fitted is None:
        print_known(say, found)
        return
    result = made(name, fitted, None if from_scratch else found.match, now())
    path = save_new(result.text, folder, name)
    print_fitted(say, result, path, name)
    if result.reading.page is None:
        raise typer.Exit(1)


async def _live(url: str, registry: Registry, *, from_scratch: bool) -> tuple[Detected, Fitted | None]:
    console = to_person(stderr=True)
    async with visiting(url, now) as session:
        with console.status("") if console.is_terminal else contextlib.nullcontext() as spinner:

            def tell(what: str) -> None:
                if spinner is not None:
                    spinner.update(f"reading {what} …")

            tell("the thread")
            thread = await fetched(session, url)
            found = await detect_live(session, thread, registry)
            if not from_scratch and _reads_it(found):
                return found, None
            return found, fit(*await collect(session, thread, tell))


def _reads_it(found: Detected) -> bool:
    """Return whether an adapter reads this forum as it is: it read the very page, or asks the forum's API instead."""
    match = found.match
    return match is not None and bool(
        found.posts or match.fingerprint.probe is not None or match.entry.container is None
    )
