"""``forum-bridge check``: tries every part once and says what works and what to do about the rest."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from forum_bridge.cli.bar import bar
from forum_bridge.cli.loading import DEFAULT, ConfigOption, Ready, ready
from forum_bridge.cli.run import now
from forum_bridge.cli.say import Lines, to_person, to_program
from forum_bridge.daemon.checkup import checkup, steps
from forum_bridge.daemon.finding import Finding

COLUMN = 14  # what stands in it is followed by what was found; longer things take a line of their own


def check(
    config: ConfigOption = DEFAULT,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON instead.")] = False,
) -> None:
    """Try configuration, Deskie and every forum once.

    Asks Deskie for the channel, signs in on each forum and reads a page of everything that is watched. Nothing is
    written anywhere, and a running bridge is not disturbed. Every line that begins with a cross says what to do.

    --json prints a list of objects with the keys part, what, ok, found and todo.

    Exit status: 0 if all works, 1 if something does not, 2 if the configuration has faults.
    """
    loaded = ready(config)
    if as_json:
        findings = asyncio.run(_gather(loaded))
        to_program([asdict(finding) for finding in findings])
    else:
        findings = asyncio.run(_show(loaded, config))
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


async def _gather(loaded: Ready) -> list[Finding]:
    return [finding async for finding in checkup(loaded.config, loaded.registry, now, lambda *_: None)]


async def _show(loaded: Ready, path: Path) -> list[Finding]:
    """Print each finding as it comes; on a terminal a last line says what is being tried, and how much is left."""
    console = to_person()
    table = _Table(Lines(console))
    table.row(Finding("configuration", "read", ok=True, found=f"{path} has no faults"))
    findings: list[Finding] = []
    with bar(console, steps(loaded.config)) as shown:

        def trying(part: str, what: str) -> None:
            shown.begin(f"trying {part}: {what}")

        async for finding in checkup(loaded.config, loaded.registry, now, trying):
            findings.append(finding)
            table.row(finding)
    table.end(sum(not finding.ok for finding in findings))
    return findings


class _Table:
    """Findings under the names of their parts."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._part = ""

    def row(self, finding: Finding) -> None:
        """Print one finding, and before the first of a part the part's name."""
        if finding.part != self._part:
            self._part = finding.part
            self._lines.line(finding.part, style="bold")
        mark, style = ("✗", "red") if not finding.ok else ("!", "yellow") if finding.todo else ("✓", "green")
        if len(finding.what) <= COLUMN:
            self._lines.line(finding.found, indent=2, mark=f"{mark} {finding.what:<{COLUMN}}", mark_style=style)
        else:
            self._lines.line(finding.what, indent=2, mark=mark, mark_style=style)
            self._lines.line(finding.found, indent=COLUMN + 5)
        if finding.todo:
            self._lines.line(finding.todo, indent=COLUMN + 5, mark="→", mark_style=style)

    def end(self, bad: int) -> None:
        """Print the sum of it."""
        self._lines.blank()
        if bad:
            what = "1 thing does not work" if bad == 1 else f"{bad} things do not work"
            self._lines.line(f"{what}; see the lines with {self._lines.sign('✗')} above.", style="bold red")
        else:
            self._lines.line("All works.", style="bold green")
