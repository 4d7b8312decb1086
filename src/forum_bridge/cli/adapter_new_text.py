"""How a preset that was guessed looks on a terminal: the posts it reads, what to look at, what to do next. Guesses
nothing itself."""

from __future__ import annotations

from datetime import tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.table import Table
from rich.text import Text

from forum_bridge.cli.detect_text import print_detected
from forum_bridge.cli.say import Lines, harmless
from forum_bridge.command import command
from forum_bridge.forums.reading.page import ThreadPage
from forum_bridge.markup.clean import clean_post
from forum_bridge.web.address import shown
from forum_bridge.workbench.detect import Detected
from forum_bridge.workbench.making import Made

MOST = 12  # posts in the table; a page may have a hundred


def print_known(say: Lines, found: Detected) -> None:
    """Say that nothing has to be fitted, and how to begin."""
    match = found.match
    if match is not None:
        say.line(
            f"Nothing to fit, and nothing was written: the adapter {match.entry.name} reads this forum.", style="bold"
        )
        say.line("To guess a preset all the same: --from-scratch", mark="•")
        say.blank()
    print_detected(say, found)


def print_fitted(say: Lines, made: Made, path: Path, name: str) -> None:
    """Print what the preset reads, what it is not sure about, and the next steps."""
    page, preset, thread = made.reading.page, made.reading.preset, made.fitted.pages.thread
    if page is None or preset is None:
        say.line(f"{path} was written, but it reads nothing yet.", mark="✗", mark_style="red")
        say.line(made.reading.trouble, indent=2)
    else:
        say.line(page.ref.title or "(no title)", style="bold")
        print_posts(say, page, ZoneInfo(preset.timezone))
        say.blank()
        say.line(f"{path} reads {_many(page)} here.", mark="✓", mark_style="green")
    if made.extends is not None:
        say.line(
            f"It takes over the preset {made.extends}; only what this theme has otherwise was written.",
            mark="✓",
            mark_style="green",
        )
    if made.fitted.other is not None:
        say.line(f"Another thread reads as well: {_many(made.fitted.other)}.", mark="✓", mark_style="green")
    if made.fitted.rows is not None:
        say.line(f"The board's page shows {made.fitted.rows} threads.", mark="✓", mark_style="green")
    for each in made.fitted.missing:
        say.line(each, mark="!", mark_style="yellow")
    unsure = list(made.draft.unsure())
    if unsure:
        say.blank()
        say.line("What to look at:", style="bold")
        for key, doubt in unsure:
            say.line(f"{key}: {doubt}" if key else doubt, indent=2, mark="?", mark_style="yellow")
    say.blank()
    say.line("Next:", style="bold")
    say.line("See in the browser what the file reads while you edit it:", indent=2, mark="→")
    say.line(command("adapter", "try", name, "--browser", "--url", shown(thread.url)), indent=6)
    say.line("Of a page that only members see: save it in your browser, and add --file PAGE.", indent=6)
    say.line(f"Name it in config.yaml, adapter: {name}, and try it all: forum-bridge check", indent=2, mark="→")
    say.line(
        f"Keep pages of it to test on: {command('adapter', 'record', name, shown(thread.url))}",
        indent=2,
        mark="→",
    )


def print_posts(say: Lines, page: ThreadPage, zone: tzinfo) -> None:
    """Print the posts of a page as a table: id, author, time in the forum's zone, and the first words."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim", expand=False, width=say.width)
    table.add_column("id", no_wrap=True, max_width=16)
    table.add_column("author", no_wrap=True, max_width=24)
    table.add_column("time", no_wrap=True)
    table.add_column("text", no_wrap=True, overflow="ellipsis", ratio=1)
    for post in page.posts[:MOST]:
        text = " ".join(clean_post(post.html, post.url).text.split())
        who = f"{post.author.name} ({post.author.id or 'guest'})"
        when = f"{post.time.astimezone(zone):%Y-%m-%d %H:%M}" if post.time is not None else "unknown"
        table.add_row(*(Text(harmless(each)) for each in (post.id, who, when, text or "(no text)")))
    say.console.print(table)
    if len(page.posts) > MOST:
        say.line(f"… and {len(page.posts) - MOST} more")


def _many(page: ThreadPage) -> str:
    return "1 post" if len(page.posts) == 1 else f"{len(page.posts)} posts"
