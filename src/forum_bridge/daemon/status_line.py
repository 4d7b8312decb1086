"""How things stand in one line, for `systemctl status`: forums, what waits, what needs a person, what is wrong."""

from __future__ import annotations

from collections.abc import Mapping

from forum_bridge.config import Config
from forum_bridge.ledger import forums, tally, watches
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.states import WORK, State
from forum_bridge.model import SignInState


async def status_line(config: Config, ledger: Ledger, desk_trouble: str | None) -> str:
    """Return the line; troubles are one-liners of our own making, which hold no secrets."""
    async with ledger.reading() as db:
        posts, answers = await tally.counts(db, "post"), await tally.counts(db, "answer")
        troubles = [desk_trouble] if desk_trouble else []
        known = await forums.everyone(db)
        for name, forum in config.forums.items():
            if name in known and known[name].sign_in not in (None, SignInState.OK, SignInState.EXPIRED):
                troubles.append(f"{name}: signing in: {known[name].sign_in}")
            watched = {(each.kind, each.target) for each in forum.watch}
            rows = [row for row in await watches.of_forum(db, name) if (row.watch.kind, row.watch.target) in watched]
            troubles += [f"{name}: {row.trouble}" for row in rows if row.trouble]
    asleep = sum(_count(counts, State.HELD, State.DEAD) for counts in (posts, answers))
    parts = [
        _many(len(config.forums), "forum"),
        f"{_many(_count(posts, *WORK), 'post')} and {_many(_count(answers, *WORK), 'answer')} waiting",
        *([f"{_many(asleep, 'item')} for a person to decide"] if asleep else []),
        f"{_many(len(troubles), 'trouble')}: {troubles[0]}" if troubles else "no troubles",
    ]
    return "; ".join(parts)


def _count(counts: Mapping[State, int], *states: State) -> int:
    return sum(counts.get(state, 0) for state in states)


def _many(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
