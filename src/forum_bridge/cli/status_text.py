"""How the status looks on a terminal. Reads nothing itself."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from forum_bridge.cli.drift_text import print_drift
from forum_bridge.cli.say import Lines
from forum_bridge.cli.sign_in_text import print_sign_in
from forum_bridge.cli.standing import ForumStanding, Standing
from forum_bridge.command import command
from forum_bridge.daemon.pulse import Pulse
from forum_bridge.ledger.states import State
from forum_bridge.ledger.tally import Stuck
from forum_bridge.ledger.watches import WatchRow
from forum_bridge.model import WatchKind

WORDS = {
    State.WAITING: "waiting",
    State.SENDING: "being sent",
    State.UNCLEAR: "unclear, will be looked up",
    State.SENT: "delivered",
    State.BY_HAND: "to be posted by hand",
    State.QUEUED: "before a moderator of the forum",
    State.HELD: "held",
    State.DEAD: "dead",
    State.OLD: "older than the watch",
    State.OWN: "our own",
    State.IGNORED: "left out",
}
TODO = {
    State.BY_HAND: (
        "Its text stands in the case as a note: post it, and the bridge recognises it.",
        "If it stands there already: `{mark_sent}`",
        "Or give it up: `{drop}`",
    ),
    State.QUEUED: (
        "A moderator of the forum lets it stand, and the bridge recognises it.",
        "If it stands there in other words: `{mark_sent} URL`",
        "If it was refused: `{drop}`, or `{retry} --anyway` to send it once more",
    ),
    State.HELD: (
        "Look whether it stands on the other side.",
        "If it does: `{mark_sent}`",
        "If it does not: `{retry}`",
    ),
    State.DEAD: (
        "Mend the cause, then: `{retry}`",
        "Or give it up: `{drop}`",
    ),
}
STILL = ("It goes on by itself once the cause is mended.",)


def print_standing(say: Lines, standing: Standing, alive: Pulse, moment: datetime) -> None:
    """Print the bridge, each forum with its watches, the counts, and what needs a person."""
    _print_bridge(say, alive)
    for forum in standing.forums:
        _print_forum(say, forum, standing.quarantine, moment)
    for road, counts in (("posts", standing.posts), ("answers", standing.answers)):
        told = ", ".join(f"{counts[state]} {WORDS[state]}" for state in State if counts.get(state))
        say.line(road, style="bold")
        say.line(told or "none yet", indent=2)
    if standing.put_back is not None and (standing.doubtful or standing.put_back.recent(moment)):
        when = standing.put_back.at.isoformat(timespec="minutes")
        say.line(f"An older copy of the ledger was put back at {when}.", mark="!", mark_style="yellow")
        say.line(f"{standing.doubtful} items are looked for on the other side before they are written.", indent=2)
    _print_under_way(say, standing, moment)
    for item in standing.stuck:
        _print_stuck(say, item)
    for name in standing.orphaned:
        say.line(f"Work waits for the forum {name}, which is not configured.", mark="✗", mark_style="red")
        say.line(f"Put forums.{name} back into the configuration and start the bridge anew.", indent=2, mark="→")
    say.blank()
    if standing.needs_a_person or not alive.running or alive.troubles:
        say.line(f"Something needs a person; see the lines with {say.sign('✗')} above.", style="bold red")
    else:
        say.line("All is well.", style="bold green")


def _print_bridge(say: Lines, alive: Pulse) -> None:
    say.line("bridge", style="bold")
    if not alive.running:
        say.line("is not running", indent=2, mark="✗", mark_style="red")
        say.line("Start it: `forum-bridge run`, or the service if there is one.", indent=4, mark="→")
    elif alive.troubles:
        for part, said in alive.troubles.items():
            say.line(f"is running, but not ready: {part}: {said}", indent=2, mark="✗", mark_style="red")
    else:
        say.line("is running and ready", indent=2, mark="✓", mark_style="green")


def _print_forum(say: Lines, forum: ForumStanding, quarantine: Path, moment: datetime) -> None:
    say.line(forum.name, style="bold")
    print_sign_in(say, forum.row)
    if not forum.watches:
        say.line("not read yet", indent=2)
    for row in forum.watches:
        _print_watch(say, row, moment)
    print_drift(say, forum, quarantine, moment)


def _print_watch(say: Lines, row: WatchRow, moment: datetime) -> None:
    mark, style = ("✗", "red") if row.trouble else ("✓", "green")
    if row.watch.kind is WatchKind.PUSH:
        say.line("sends its posts by itself", indent=2, mark=mark, mark_style=style)
        say.line(f"last ones {_ago(row.read_at, moment)}", indent=4)
        return
    say.line(f"{row.watch.kind.value} {row.watch.target}".strip(), indent=2, mark=mark, mark_style=style)
    say.line(f"last read {_ago(row.read_at, moment)}, next {_in(row.due_at, moment)}", indent=4)
    if row.trouble:
        say.line(row.trouble, indent=4)


def _print_under_way(say: Lines, standing: Standing, moment: datetime) -> None:
    """What is late stands among what needs a person."""
    late = {item.name for item in standing.stuck}
    shown = [item for item in standing.under_way if item.name not in late]
    if shown:
        say.line("next", style="bold")
    for item in shown:
        when = "now" if item.due_at is None else _in(item.due_at, moment)
        tried = f", tried {item.tries} times" if item.tries > 1 else ", tried once" if item.tries else ""
        say.line(f"{item.name} {when}: {WORDS[item.state]}{tried}", indent=2)
        if item.reason:
            say.line(item.reason, indent=4)


def _print_stuck(say: Lines, item: Stuck) -> None:
    ways = {"post": f"post from {item.forum} to Deskie", "answer": f"answer from Deskie to {item.forum}"}
    way = ways.get(item.road, "note to agents")
    late = "" if item.state in TODO else "for over an hour "
    say.line(f"{late}{WORDS[item.state]}: {item.name}, {way}: {item.item}", mark="✗", mark_style="red")
    if item.reason:
        say.line(item.reason, indent=2)
    commands = {act.replace("-", "_"): command(act, item.name) for act in ("retry", "mark-sent", "drop")}
    for line in TODO.get(item.state, STILL):
        say.line(line.format(**commands), indent=2, mark="→")


def _ago(when: datetime | None, moment: datetime) -> str:
    return "never" if when is None else f"{_short((moment - when).total_seconds())} ago"


def _in(when: datetime, moment: datetime) -> str:
    seconds = (when - moment).total_seconds()
    return "now" if seconds <= 0 else f"in {_short(seconds)}"


def _short(seconds: float) -> str:
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"
