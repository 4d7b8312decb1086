"""``forum-bridge audit``: compares forums, ledger and cases, and names what is wrong and what mends it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Annotated

import typer
from pydantic_core import PydanticCustomError
from rich.console import Console

from forum_bridge.bridge.audit.finding import Finding
from forum_bridge.bridge.audit.look import Look
from forum_bridge.cli.bar import bar
from forum_bridge.cli.completing import forums
from forum_bridge.cli.loading import DEFAULT, ConfigOption, Ready, ready
from forum_bridge.cli.run import now
from forum_bridge.cli.say import Lines, to_person, to_program
from forum_bridge.command import command
from forum_bridge.config import parse_duration
from forum_bridge.daemon.audit import audits

MEND = "Write a length of time such as 12h or 7d."


@dataclass(slots=True)
class Result:
    """What an audit found in so many threads, the ``last`` of which is named; whether more were ``left``."""

    threads: int = 0
    findings: list[Finding] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    last: str | None = None
    left: bool = False


def audit(
    forum: Annotated[
        list[str] | None,
        typer.Option("--forum", metavar="NAME", help="Only this forum; may be repeated.", autocompletion=forums),
    ] = None,
    since: Annotated[str, typer.Option(metavar="TIME", help="How far to look back, as 12h or 7d.")] = "7d",
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="At most so many threads.")] = 200,
    after: Annotated[
        str | None, typer.Option(metavar="THREAD", help="Go on behind this one, where an audit stopped.")
    ] = None,
    json_wanted: Annotated[bool, typer.Option("--json", help="Print it as JSON instead.")] = False,
    config: ConfigOption = DEFAULT,
) -> None:
    """Compare forums, ledger and cases; list what is wrong.

    Missing: a post that should be in a case, an answer that should be on the forum. Doubled: what stands there twice.
    Stale: what was edited or deleted since. And internal notes on a forum, where there must be none. Each with the
    command that mends it, or with what only a person can do. Reads at the forums' pace and within Deskie's budget, so
    it may take minutes; changes nothing, also beside a running bridge.

    --json prints an object with the keys threads, findings, unchecked, last and left.

    Exit status: 0 if nothing is wrong, 1 if something is, 2 if something could not be checked, or the configuration or
    the command has faults.
    """
    loaded = ready(config)
    try:
        back = parse_duration(since)
    except PydanticCustomError as error:
        raise typer.BadParameter(f"{since} is no length of time. {MEND}", param_hint="--since") from error
    console = to_person()
    quiet = Console(stderr=True) if json_wanted else console
    result = asyncio.run(_audited(loaded, forum or [], back, limit, after, quiet))
    if json_wanted:
        to_program(asdict(result))
    else:
        _print(Lines(console), result)
    if result.findings:
        raise typer.Exit(1)
    if result.unchecked:
        raise typer.Exit(2)


async def _audited(
    loaded: Ready, names: Sequence[str], back: timedelta, limit: int, after: str | None, console: Console
) -> Result:
    result = Result()
    async with audits(loaded.config, loaded.registry, names, now() - back, now, asyncio.sleep) as looks:
        for look in looks:
            if after is not None and look.name != after.partition(":")[0] and result.last is None:
                continue
            await _forum(look, result, limit, after, console)
            result.unchecked += look.unchecked
    return result


async def _forum(look: Look, result: Result, limit: int, after: str | None, console: Console) -> None:
    if result.threads >= limit:
        result.left = True
        return
    rows = await look.watched()
    with bar(console, len(rows)) as shown:
        for row in rows:
            shown.begin(f"reading {row.forum}: {row.watch.shown}")
            await look.read(row)
    names = [f"{look.name}:{thread}" for thread in await look.threads()]
    if after is not None and after in names:
        names = names[names.index(after) + 1 :]
    room = limit - result.threads
    with bar(console, min(len(names), room)) as shown:
        for name in names[:room]:
            shown.begin(f"comparing {name}")
            result.findings += await look.check(name.partition(":")[2])
            result.threads += 1
            result.last = name
    result.left = len(names) > room


def _print(say: Lines, result: Result) -> None:
    for each in result.findings:
        named = f"{each.item}: " if each.item else ""
        say.line(f"{each.kind.value}: {named}{each.what}", mark="✗", mark_style="red")
        say.line(each.where, indent=2)
        say.line(each.mend, indent=2, mark="→")
    for why in result.unchecked:
        say.line(f"could not be checked: {why}", mark="?", mark_style="yellow")
    if result.left:
        say.line(f"More threads are left; go on with: {command('audit', '--after', result.last or '')}", mark="→")
    many = f"{result.threads} threads compared"
    if result.findings:
        say.line(f"{many}: {len(result.findings)} things are wrong.", style="bold red")
    elif result.unchecked:
        say.line(f"{many}; not all could be checked.", style="bold yellow")
    else:
        say.line(f"{many}: nothing is wrong.", style="bold green")
