"""Reads from the ledger all that the status shows. Prints nothing, writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.bridge.drift_guard import UNREADABLE
from forum_bridge.bridge.quarantine import FOLDER
from forum_bridge.config import Config
from forum_bridge.ledger import answers, conversations, drift, forums, posts, put_back, tally, watches
from forum_bridge.ledger.drift import DriftRow
from forum_bridge.ledger.forums import ForumRow
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.put_back import PutBack
from forum_bridge.ledger.states import State
from forum_bridge.ledger.tally import Stuck, UnderWay
from forum_bridge.ledger.watches import WatchRow
from forum_bridge.model import Clock, SignInState

LATE = timedelta(hours=1)  # by then every ordinary trouble is over


@dataclass(frozen=True, slots=True)
class ForumStanding:
    """A configured forum and those of its configured watches that the ledger knows: of one that sends by itself, what
    it sent. ``drift`` is what does not look as it did; ``suspected``: the whole preset."""

    name: str
    row: ForumRow | None
    watches: tuple[WatchRow, ...]
    adapter: str = ""
    drift: tuple[DriftRow, ...] = ()
    suspected: bool = False

    @property
    def refused(self) -> bool:
        """Whether the forum did not take our account when it was last tried."""
        return self.row is not None and self.row.sign_in not in (None, SignInState.OK, SignInState.EXPIRED)


@dataclass(frozen=True, slots=True)
class Standing:
    """All that the status shows. ``orphaned`` names forums that are no longer configured although posts or answers of
    theirs still wait; of a ledger that was ``put_back``, so many items are ``doubtful``; ``quarantine`` is the folder
    of pages that could not be read."""

    forums: tuple[ForumStanding, ...]
    posts: dict[State, int]
    answers: dict[State, int]
    under_way: tuple[UnderWay, ...]
    stuck: tuple[Stuck, ...]
    orphaned: tuple[str, ...]
    quarantine: Path
    put_back: PutBack | None = None
    doubtful: int = 0

    @property
    def needs_a_person(self) -> bool:
        """Whether something will not get well by itself."""
        return bool(self.stuck or self.orphaned or any(map(_troubled, self.forums)))


async def read_standing(config: Config, clock: Clock) -> Standing:
    """Read the ledger of this configuration. Raises LedgerRefused, for instance where there is none yet."""
    async with Ledger.open(config.ledger.path, clock, read_only=True) as ledger, ledger.reading() as db:
        known = await forums.everyone(db)
        lost = await put_back.known(db)
        return Standing(
            forums=tuple([await _forum(db, config, name, known.get(name)) for name in config.forums]),
            posts=await tally.counts(db, "post"),
            answers=await tally.counts(db, "answer"),
            under_way=tuple(await tally.under_way(db)),
            stuck=tuple(await tally.stuck(db, late=clock() - LATE)),
            orphaned=tuple(sorted(await _with_work(db) - set(config.forums))),
            put_back=lost,
            doubtful=await put_back.doubtful(db, lost) if lost is not None else 0,
            quarantine=ledger.path.parent / FOLDER,
        )


async def _forum(db: AsyncConnection, config: Config, name: str, row: ForumRow | None) -> ForumStanding:
    read = tuple(await watches.of_forum(db, name, config.forums[name].watched))
    known = {each.id for each in read}
    drifts = [each for each in await drift.of_forum(db, name) if each.sure and each.watch_id in known]
    suspected = await drift.broken(db, name, UNREADABLE) >= drift.SUSPECT
    return ForumStanding(name, row, read, config.forums[name].adapter, tuple(drifts), suspected)


def _troubled(forum: ForumStanding) -> bool:
    hard = any(each.hard for each in forum.drift)
    return forum.refused or hard or any(watch.trouble for watch in forum.watches)


async def _with_work(db: AsyncConnection) -> set[str]:
    waiting = {forum for forum, _ in await answers.due_forums(db)}
    for conversation_id, _ in await posts.due_conversations(db):
        waiting.add((await conversations.get(db, conversation_id)).forum)
    return waiting
