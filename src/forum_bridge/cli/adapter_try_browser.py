"""Shows a try in the browser until a person ends it: prints the address, and opens it where there is a screen."""

from __future__ import annotations

import asyncio
import os
import sys
import webbrowser
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from forum_bridge.cli.adapter_place import Bench, bench
from forum_bridge.cli.run import now
from forum_bridge.cli.say import Lines, to_person
from forum_bridge.cli.until import until_told
from forum_bridge.workbench.look import Seen
from forum_bridge.workbench.window.server import showing
from forum_bridge.workbench.window.stage import Stage, Subject


def show(name: str, seen: Seen, place: Bench, config: Path) -> None:
    """Show the adapter ``name`` on a page, and follow its file, until Ctrl-C or SIGTERM."""

    def load() -> Bench:
        return bench(config)

    subject = Subject(name, seen, place.folder, config, load)
    asyncio.run(_shown(Stage(subject, now)))


async def _shown(stage: Stage) -> None:
    async with showing(stage) as url:
        _welcome(Lines(to_person(stderr=True)), stage.subject, url, os.environ)
        if has_screen(os.environ, sys.platform):
            await asyncio.to_thread(webbrowser.open, url)
        await until_told()


def has_screen(environ: Mapping[str, str], platform: str) -> bool:
    """Say whether a browser would open a window: without a screen it might take the terminal instead."""
    return platform in {"darwin", "win32"} or bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


def _welcome(say: Lines, subject: Subject, url: str, environ: Mapping[str, str]) -> None:
    say.line(url, mark="→", style="bold")
    if environ.get("SSH_CONNECTION"):
        port = urlsplit(url).port
        say.line(f"From your own machine, first: ssh -N -L {port}:127.0.0.1:{port} YOU@THIS-MACHINE", mark="•")
    say.line(f"Edit {subject.file} and save it: the page follows.", mark="•")
    say.line("Only this machine's browser sees it, and nothing is written. Ctrl-C ends it.", mark="•")
