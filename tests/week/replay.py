"""Replays a week in the order of time: customers and agents act, the bridge works whenever something is due, and every
day it is restarted and broken off, cases are closed and merged, and some requests go wrong."""

from __future__ import annotations

import asyncio
import heapq
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import count

from tests.week.agents import Agents
from tests.week.bridge import Bridge
from tests.week.events import Event
from tests.week.town import Town

from forum_bridge.sandbox.desk import Desk

MONDAY = datetime(2026, 3, 1, 21, 0, tzinfo=UTC)  # midnight in Istanbul
DAY = 86_400.0
AFTERWARDS = timedelta(hours=6)
APPEND = r"POST /api/cases/\d+/messages\.json"
CREATE = r"POST /api/cases\.json"
REPLY = r"POST /thread/\d+/reply"
Act = Callable[[], Awaitable[None]]


class MovableClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = MONDAY - timedelta(hours=1)  # what stands on the forums before is old

    def __call__(self) -> datetime:
        return self.now


class Replay:
    """``run`` plays everything, and lets all that is left come to an end."""

    def __init__(
        self, town: Town, desk: Desk, agents: Agents, bridge: Bridge, clock: MovableClock, dice: random.Random
    ) -> None:
        self.restarts = self.crashes = self.faults = 0
        self._town = town
        self._desk = desk
        self._agents = agents
        self._bridge = bridge
        self._clock = clock
        self._dice = dice
        self._plans: list[tuple[float, int, Act]] = []
        self._order = count()
        self._hangs: Callable[[], int] | None = None
        self._last = clock()

    async def run(self, events: list[Event], days: int) -> None:
        """Play the events; the bridge is up afterwards."""
        for event in events:
            self._at(event.at, self._writing(event))
        for day in range(days):
            self._plan_the_day(day)
        self._clock.now = MONDAY
        await self._bridge.up()
        await self._settle()
        while (at := self._next()) is not None:
            self._clock.now = max(self._clock.now, at)
            self._agents.act()
            while self._plans and _moment(self._plans[0][0]) <= self._clock.now:
                await heapq.heappop(self._plans)[2]()
            await self._settle()

    def _next(self) -> datetime | None:
        moments = [_moment(self._plans[0][0])] if self._plans else []
        if (act := self._agents.next_due) is not None:
            moments.append(datetime.fromtimestamp(act, UTC))
        due = self._bridge.clockwork.next_due if self._bridge.is_up else None
        if moments:
            self._last = max(moments)
        elif due is None or due > self._last + AFTERWARDS:
            return None
        return min([*moments, due] if due is not None else moments)

    def _at(self, seconds: float, act: Act) -> None:
        heapq.heappush(self._plans, (seconds, next(self._order), act))

    def _writing(self, event: Event) -> Act:
        async def write() -> None:
            self._town.write(event)

        return write

    # -- what happens every day

    def _plan_the_day(self, day: int) -> None:
        def sometime() -> float:
            return (day + self._dice.uniform(9, 23) / 24) * DAY

        def at(act: Act) -> None:
            self._at(sometime(), act)

        at(self._restart)
        at(self._crash_in_a_write)
        at(self._crash_somewhere)
        at(self._faults)
        at(self._merge_by(same_thread=day % 2 == 1))
        for _ in range(3):
            at(self._close)

    async def _restart(self) -> None:
        """End the bridge with work under way, and start it some minutes later, or at once."""
        if self._bridge.is_up:
            await self._under_way()
            await self._bridge.end()
            self.restarts += 1
            await self._up_later()

    async def _crash_somewhere(self) -> None:
        """Break the bridge off wherever it is."""
        if self._bridge.is_up:
            await self._under_way()
            await self._crash()

    async def _crash_in_a_write(self) -> None:
        """Let one of the next writes hang, and break the bridge off there."""
        effect = self._dice.random() < 0.5
        where = self._dice.choice([CREATE, APPEND, REPLY])
        if where == REPLY:
            faults = [place.forum.faults.next(REPLY, "hang", takes_effect=effect) for place in self._town.places]
            self._hangs = lambda: sum(fault.hits for fault in faults)
        else:
            fault = self._desk.faults.next(where, "hang", takes_effect=effect)
            self._hangs = lambda: fault.hits

    async def _crash(self) -> None:
        await self._bridge.die()
        self.crashes += 1
        await self._up_later()

    async def _up_later(self) -> None:
        if self._dice.random() < 0.5:
            await self._bridge.up()
        else:
            self._at(_seconds(self._clock.now) + self._dice.uniform(30, 1200), self._bridge.up)

    async def _under_way(self) -> None:
        """Have work begun, and go on with it for a while."""
        await self._bridge.begin()
        for _ in range(self._dice.randrange(400)):
            if not self._bridge.clockwork.running:
                return
            await asyncio.sleep(0)

    async def _faults(self) -> None:
        """The answer to a write on each side gets lost, and some readings fail."""
        place = self._dice.choice(self._town.places)
        place.forum.faults.next(REPLY, "cut_after")
        place.forum.faults.next(r"GET /(board|thread)/", 503)
        self._desk.faults.next(self._dice.choice([CREATE, APPEND]), "cut_after")
        self._desk.faults.next(r"GET /api/", "502")
        self.faults += 4

    def _merge_by(self, *, same_thread: bool) -> Act:
        async def merge() -> None:
            if self._bridge.is_up:
                await self._under_way()
            self._agents.merge(self._dice, same_thread=same_thread)

        return merge

    async def _close(self) -> None:
        if self._bridge.is_up:
            await self._under_way()
        self._agents.close(self._dice, 2)

    # -- the bridge's work

    async def _settle(self) -> None:
        """Let the bridge do all that is due now, while agents see what comes."""
        while self._bridge.is_up:
            await self._bridge.begin()
            if self._bridge.clockwork.running:
                await self._bridge.clockwork.step(0.01 if self._hangs else None)
                self._agents.look()
                if self._hangs is not None and self._hangs():
                    self._hangs = None
                    self._forget_other_hangs()
                    await self._crash()
                continue
            await self._desk.webhooks_idle()
            due = self._bridge.clockwork.next_due
            if due is None or due > self._clock.now:
                break
        self._agents.look()
        await self._desk.webhooks_idle()

    def _forget_other_hangs(self) -> None:
        for place in self._town.places:
            place.forum.faults.clear()


def _moment(seconds: float) -> datetime:
    return MONDAY + timedelta(seconds=seconds)


def _seconds(moment: datetime) -> float:
    return (moment - MONDAY).total_seconds()
