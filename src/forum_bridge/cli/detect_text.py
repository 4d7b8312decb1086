"""How a recognised engine looks on a terminal: what it is, what to write, what to ask for, what to do next. Finds
nothing itself."""

from __future__ import annotations

from forum_bridge.cli.say import Lines, harmless
from forum_bridge.command import command
from forum_bridge.model import WatchKind
from forum_bridge.web.address import shown
from forum_bridge.workbench.beginning import PLACEHOLDER, configuration, grants
from forum_bridge.workbench.detect import Detected
from forum_bridge.workbench.look import SAVE_IT
from forum_bridge.workbench.recognise import Match
from forum_bridge.workbench.site import name_for

MOST = 3  # marks that are shown; --json has them all


def print_detected(say: Lines, found: Detected) -> None:
    """Print all that was found."""
    match = found.match
    if match is None:
        _print_unknown(say, found)
    else:
        _print_known(say, found, match)
    if found.wall:
        say.blank()
        say.line(
            "The page is a form to sign in: this forum shows its posts to members only. Give the address of a page that"
            f" guests may read, or: {SAVE_IT}",
            mark="!",
            mark_style="yellow",
        )


def _print_known(say: Lines, found: Detected, match: Match) -> None:
    say.line(match.shown, style="bold")
    say.line(f"recognised by {'; '.join(match.marks[:MOST])}", indent=2, mark="✓", mark_style="green")
    if found.api:
        say.line(found.api, indent=2, mark="•")
    if found.posts:
        many = "1 post" if found.posts == 1 else f"{found.posts} posts"
        say.line(f"the adapter {match.entry.name} reads {many} on this page", indent=2, mark="✓", mark_style="green")
    elif found.trouble:
        say.line(f"the adapter {match.entry.name} reads nothing here: {found.trouble}", indent=2, mark="✗", style="red")
    for other in found.matches[1:]:
        if other.sure:
            say.line(f"the adapter {other.entry.name} ({other.engine}) is another choice", indent=2, mark="•")
    say.blank()
    say.line("Begin with this in config.yaml:", style="bold")
    say.blank()
    say.console.print(harmless(configuration(match.entry, found.target, found.root, found.kind)).rstrip())
    say.blank()
    if found.kind not in (WatchKind.THREAD, WatchKind.BOARD):
        say.line(
            f"This address is neither a thread's nor a board's as {match.engine} writes them: put the address of what"
            f" is to be watched in the place of {PLACEHOLDER}.",
            mark="!",
            mark_style="yellow",
        )
        say.blank()
    say.line("What the forum's admin must grant:", style="bold")
    for each in grants(match.entry):
        say.line(each, indent=2, mark="•")
    say.blank()
    say.line(_next(found, match), mark="→")


def _next(found: Detected, match: Match) -> str:
    if found.trouble:
        name = name_for(found.url)
        return (
            f"The forum's theme differs from what {match.entry.name} knows; fit a preset of its own:"
            f" {command('adapter', 'new', name, shown(found.url))}"
        )
    return "Then: forum-bridge check"


def _print_unknown(say: Lines, found: Detected) -> None:
    say.line("No engine that the bridge knows.", style="bold")
    if found.calls_itself:
        say.line(f"The page says of itself: {found.calls_itself}", indent=2, mark="•")
    for match in found.matches:
        say.line(f"One sign of {match.engine}: {match.marks[0]}; that alone proves nothing.", indent=2, mark="•")
    if found.api:
        say.line(found.api, indent=2, mark="•")
    for feed in found.feeds:
        say.line(f"It offers a feed, which the adapter feed reads: {shown(feed)}", indent=2, mark="•")
    if not found.wall:
        say.line(
            "Fit a preset to it; with the address of a thread that has several posts:"
            f" {command('adapter', 'new', name_for(found.url), shown(found.url))}",
            mark="→",
        )
