"""``forum-bridge adapter record``: a thread's pages, with invented people in them, to test an adapter on."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import Annotated

import typer

from forum_bridge import __version__
from forum_bridge.cli.adapter_place import RECORDINGS, bench, warn_of_faults
from forum_bridge.cli.loading import DEFAULT, ConfigOption
from forum_bridge.cli.run import now
from forum_bridge.cli.say import Lines, to_person
from forum_bridge.command import command
from forum_bridge.daemon.compose import settings_of
from forum_bridge.testkit import save
from forum_bridge.testkit.recorder import record as recorded
from forum_bridge.web.address import origin
from forum_bridge.web.session import Credentials, SessionSettings, user_agent

PACE = timedelta(seconds=1)


def record(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The adapter that reads the pages.")],
    url: Annotated[str, typer.Argument(metavar="URL", help="Address of a thread, best one of two or three pages.")],
    signed_in: Annotated[
        bool, typer.Option("--signed-in", help="Read with the account of the configured forum, not as a guest.")
    ] = False,
    config: ConfigOption = DEFAULT,
) -> None:
    """Save a thread's pages to test the adapter on.

    Reads the thread once, politely, and saves what came into the adapters folder, under pages/NAME: names of authors,
    e-mail addresses, telephone numbers, session ids and tokens become invented ones, and the forum's address
    forum.example. What people wrote stays: look through the files before you give them to anybody.

    Exit status: 0, 1 if the thread cannot be read, 2 if the adapter cannot be used.
    """
    place = bench(config)
    warn_of_faults(place, config)
    entry, forum = place.registry.usable(name), place.forum_at(url)
    if forum is not None:
        settings, options, timezone = settings_of(forum), forum.options if forum.adapter == name else {}, forum.timezone
    else:
        settings, options, timezone = SessionSettings(origin(url), user_agent(__version__), PACE), {}, "Europe/Istanbul"
    login = forum.login if forum is not None and signed_in else None
    credentials = Credentials(login.user, login.password, login.api_key) if login is not None else None
    recording = asyncio.run(
        recorded(entry, url, settings, now, timezone=timezone, options=options, credentials=credentials)
    )
    folder = place.folder / RECORDINGS / name / _named(recording.thread)
    save(recording, folder)
    say = Lines(to_person())
    say.line(f"{len(recording.expected)} posts recorded in {folder}", mark="✓", mark_style="green")
    say.line("Compare expected.json there with the thread: what stands in it is what the tests ask for.", mark="•")
    say.line(f"Then: {command('adapter', 'test', name)}", mark="→")


def _named(url: str) -> str:
    """Return a folder's name for a thread."""
    return re.sub(r"[^a-z0-9]+", "-", url.partition("://")[2].partition("/")[2].lower()).strip("-")[:60] or "thread"
