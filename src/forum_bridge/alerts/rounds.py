"""Looks once a minute what needs a person and tells it, each way by itself: one that fails is tried again later and
holds up neither the others nor any work of the bridge."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.alerts.channel import Channel
from forum_bridge.alerts.condition import Condition, Say, failed, says, step, told
from forum_bridge.alerts.words import Message, message
from forum_bridge.config import About, AlertConfig
from forum_bridge.errors import BridgeError
from forum_bridge.ledger import alerts
from forum_bridge.ledger.alerts import AlertRow, Key
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.model import Clock

EVERY = timedelta(minutes=1)
NOW = timedelta(0)

Look = Callable[[], Awaitable[Sequence[Condition]]]


class Rounds:
    """Handler of ``alert``. Trouble with the ledger itself is remembered here, for where else."""

    def __init__(self, ledger: Ledger, channels: Sequence[Channel], look: Look, clock: Clock) -> None:
        self._ledger = ledger
        self._channels = channels
        self._look = look
        self._clock = clock
        self._here: dict[Key, AlertRow] = {}  # of the ledger's own troubles

    async def __call__(self, _: str) -> datetime | None:
        if not self._channels:
            return None
        well, found = True, list[Condition]()
        try:
            await self._ledger.probe()
            found = list(await self._look())
        except Exception as error:  # noqa: BLE001 -- whatever the ledger answers, somebody has to hear of it
            structlog.get_logger().error("alerts_cannot_look", reason=type(error).__name__)
            well, found = False, [Condition(About.LEDGER, self._ledger.path.name)]
        known = await self._known() if well else dict(self._here)
        await asyncio.gather(*(self._round(each, known, found, well=well) for each in self._channels))
        return self._clock() + EVERY

    async def _known(self) -> dict[Key, AlertRow]:
        async with self._ledger.reading() as db:
            known = await alerts.everything(db)
        configured = {each.config.key for each in self._channels}
        for key in [key for key in known if key[0] not in configured]:
            await self._put(key, None)
        return known | self._here

    async def _round(
        self, channel: Channel, known: dict[Key, AlertRow], found: Sequence[Condition], *, well: bool
    ) -> None:
        """Settle and tell what concerns one channel."""
        config, now = channel.config, self._clock()
        holds = {(config.key, each.about.value, each.subject): wait_for(config, each) for each in found}
        holds = {key: wait for key, wait in holds.items() if About(key[1]) in config.about}
        mine = {key for key in known if key[0] == config.key and (well or key[1] == About.LEDGER)}
        due: list[AlertRow] = []
        for key in sorted(mine | holds.keys()):
            row = step(known.get(key), key, holds.get(key), now)
            if row != known.get(key):
                await self._put(key, row)
            if row is not None and row.due_at is not None and row.due_at <= now:
                due.append(row)
        for batch in [[row] for row in due] if channel.one_by_one else [due] if due else []:
            await self._tell(channel, batch)

    async def _tell(self, channel: Channel, rows: Sequence[AlertRow]) -> None:
        items = [(says(row), row) for row in rows]
        log = structlog.get_logger().bind(to=channel.config.to.value)
        if channel.one_by_one and rows[0].case_id is None and rows[0].sending_at is None:
            await self._put(rows[0].key, replace(rows[0], sending_at=self._clock()))
        try:
            case_id = await self._handed(channel, message(channel.config.language, id_of(items), items))
        except Exception as error:  # noqa: BLE001 -- an alert that fails must not end the others
            reason = str(error) if isinstance(error, BridgeError) else type(error).__name__
            log.warning("alert_failed", reason=reason, again="later, with growing pauses")
            for row in rows:
                sending = row.sending_at or (self._clock() if channel.one_by_one and row.case_id is None else None)
                await self._put(row.key, replace(failed(row, self._clock()), sending_at=sending))
            return
        log.info("alert_told", items=len(items), about=sorted({row.kind for row in rows}))
        for row in rows:
            after = told(row, self._clock())
            await self._put(row.key, replace(after, case_id=case_id or row.case_id) if after is not None else None)

    async def _handed(self, channel: Channel, what: Message) -> int | None:
        async with asyncio.timeout(channel.config.timeout.total_seconds() * 2):
            return await channel.tell(what)

    async def _put(self, key: Key, row: AlertRow | None) -> None:
        if key[1] == About.LEDGER:
            self._here.pop(key, None)
            if row is not None:
                self._here[key] = row
            return

        async def work(db: AsyncConnection) -> None:
            await (alerts.put(db, row) if row is not None else alerts.forget(db, key))

        await self._ledger.commit(work)


def wait_for(config: AlertConfig, condition: Condition) -> timedelta:
    """Return how long a condition has to last before it is told there."""
    waits = {
        About.HELD: config.held_after,
        About.LATE: config.late_after,
        About.FORUM: config.forum_after,
        About.DESK: config.desk_after,
    }
    return waits.get(condition.about, NOW)


def id_of(items: Sequence[tuple[Say, AlertRow]]) -> str:
    """Return an id that the same message has at each try."""
    said = "\0".join(f"{say}\0{row.key}\0{row.since}\0{row.told_at}\0{row.over_at}" for say, row in items)
    return f"msg_{hashlib.sha256(said.encode()).hexdigest()[:24]}"
