"""What needs a person, by the ledger and by what the running bridge knows. Writes nothing and tells nobody."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.alerts.condition import Condition
from forum_bridge.bridge.drift_guard import UNREADABLE
from forum_bridge.config import About, Config
from forum_bridge.deskie import Origin
from forum_bridge.ledger import alerts, conversations, drift, forums, watches
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.states import State
from forum_bridge.model import Clock, SignInState
from forum_bridge.web.address import shown

JUST_STARTED = timedelta(minutes=15)  # what was answered while the bridge was down is found by looking, as it should be
DAY = timedelta(days=1)
DESKIE = "Deskie"
_STUCK = (SignInState.REFUSED, SignInState.CAPTCHA, SignInState.BLOCKED)

DeskTrouble = Callable[[], Awaitable[str | None]]


class Conditions:
    """Looks once each time it is called. ``trouble`` says what is wrong with the desk; ``began`` is when this bridge
    started."""

    def __init__(
        self, config: Config, ledger: Ledger, desk: str, trouble: DeskTrouble, clock: Clock, began: datetime
    ) -> None:
        self._config = config
        self._ledger = ledger
        self._desk = desk
        self._trouble = trouble
        self._clock = clock
        self._began = began

    async def __call__(self) -> list[Condition]:
        """Return what needs a person now. Raises what the ledger raises."""
        found: list[Condition] = []
        away = await self._trouble() is not None
        if away:
            found.append(Condition(About.DESK, DESKIE))
        async with self._ledger.reading() as db:
            troubled: set[str] = set()
            for name in self._config.forums:
                of_it = await self._forum(db, name)
                found += of_it
                troubled |= {name} if of_it else set()
            if not away:
                late = [each for each in await alerts.in_retry(db) if each[1] not in troubled]
                found += [Condition(About.LATE, _item(*each)) for each in late]
            for about, state in ((About.DEAD, State.DEAD), (About.HELD, State.HELD)):
                found += [Condition(about, _item(*each)) for each in await alerts.asleep(db, state)]
            found += await self._of_desk(db)
        return found

    async def _forum(self, db: AsyncConnection, name: str) -> list[Condition]:
        """Return what is wrong with one forum: that it cannot be read only where nothing else says why."""
        found: list[Condition] = []
        row = (await forums.everyone(db)).get(name)
        if row is not None and row.sign_in in _STUCK:
            found.append(Condition(About.SIGN_IN, f"{name} ({row.sign_in})"))
        if await drift.broken(db, name, UNREADABLE) >= drift.SUSPECT:
            found.append(Condition(About.DRIFT, f"{name} ({self._config.forums[name].adapter})"))
            return found
        hard = [each for each in await drift.of_forum(db, name) if each.hard and each.sure]
        found += [Condition(About.DRIFT, f"{name}: {shown(each.place)} ({each.what})") for each in hard]
        return found or await self._unread(db, name)

    async def _unread(self, db: AsyncConnection, name: str) -> list[Condition]:
        rows = await watches.of_forum(db, name, self._config.forums[name].watched)
        troubled = [each for each in rows if each.trouble]
        if len(troubled) == len(rows):
            return [Condition(About.FORUM, name)] if rows else []
        return [Condition(About.FORUM, f"{name}: {each.watch.shown}") for each in troubled]

    async def _of_desk(self, db: AsyncConnection) -> list[Condition]:
        found: list[Condition] = []
        now, limit = self._clock(), self._config.deskie.new_cases_per_day
        if limit is not None and await conversations.opened_since(db, self._desk, now - DAY) >= limit:
            found.append(Condition(About.QUOTA, DESKIE))
        missed, heard = await alerts.newest_answers(db, Origin.UNTOLD.value)
        if missed is not None and missed > self._began + JUST_STARTED and (heard is None or missed > heard):
            found.append(Condition(About.WEBHOOK, DESKIE))
        return found


def _item(name: str, forum: str) -> str:
    return f"{name} ({forum})" if forum else name
