"""``forum-bridge check``: tries every part once and says what works and what to do about the rest."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from forum_bridge.cli.loading import DEFAULT, ConfigOption, Ready, ready
from forum_bridge.cli.run import now
from forum_bridge.daemon.checkup import Finding, checkup


def check(
    config: ConfigOption = DEFAULT,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Try configuration, Deskie and every forum once; write nothing. Exit 1 if something does not work."""
    loaded = ready(config)
    findings = asyncio.run(_all(loaded))
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        _print(findings)
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


async def _all(loaded: Ready) -> list[Finding]:
    return [finding async for finding in checkup(loaded.config, loaded.registry, now)]


def _print(findings: list[Finding]) -> None:
    table = Table(show_edge=False, pad_edge=False, expand=True)
    for title, ratio in (("", 1), ("part", 4), ("what", 8), ("found", 12), ("what to do", 14)):
        table.add_column(title, overflow="fold", ratio=ratio)
    table.add_row("[green]✓[/]", "configuration", "read", "no faults", "")
    for finding in findings:
        mark = "[green]✓[/]" if finding.ok else "[red]✗[/]"
        table.add_row(mark, *map(_plain, (finding.part, finding.what, finding.found, finding.todo)))
    console = Console()
    console.print(table)
    bad = sum(not finding.ok for finding in findings)
    console.print("[bold green]All works.[/]" if not bad else f"[bold red]{bad} of {len(findings)} do not work.[/]")


def _plain(text: str) -> str:
    return text.replace("[", r"\[")
