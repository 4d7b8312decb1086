"""How signing in stands on a forum, on a terminal. Reads nothing itself."""

from __future__ import annotations

from forum_bridge.bridge.account import standing_of, todo_of
from forum_bridge.cli.say import Lines
from forum_bridge.ledger.forums import ForumRow
from forum_bridge.model import SignInState


def print_sign_in(say: Lines, row: ForumRow | None) -> None:
    """Print the state, since when, and what to do; nothing where the bridge never signed in."""
    if row is None or row.sign_in is None:
        return
    standing = standing_of(row)
    state = standing.state or SignInState.OK
    since = f" since {standing.since:%Y-%m-%d %H:%M} UTC" if standing.since is not None else ""
    ended = f"; the forum has ended {standing.signed_out} sessions" if standing.signed_out > 1 else ""
    if state is SignInState.OK:
        say.line(f"signing in: ok{since}{ended}", indent=2, mark="✓", mark_style="green")
        return
    told = f": {row.sign_in_detail}" if row.sign_in_detail and state is not SignInState.EXPIRED else ""
    mark, style = ("!", "yellow") if state is SignInState.EXPIRED else ("✗", "red")
    say.line(f"signing in: {state.value}{told}{since}{ended}", indent=2, mark=mark, mark_style=style)
    if standing.next_at is not None:
        say.line(f"The bridge tries again at {standing.next_at:%Y-%m-%d %H:%M} UTC.", indent=4)
    say.line(todo_of(state, row.name), indent=4, mark="→")
