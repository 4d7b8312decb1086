"""The whole week in one call: forums, desk, people and bridge over real HTTP and a real ledger, and what came of it."""

from __future__ import annotations

import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from tests.week.agents import Agents
from tests.week.bare import bare_seconds
from tests.week.bridge import Bridge
from tests.week.events import week
from tests.week.replay import MovableClock, Replay
from tests.week.town import configuration, open_town
from tests.week.verdict import Verdict, verdict

from forum_bridge.sandbox.desk import Desk, DeskServer, Switches
from forum_bridge.sandbox.desk.faults import Fault, Faults

CHANNELS = {"async": "cch42", "sync": "cch43"}


@dataclass(frozen=True, slots=True)
class Size:
    """How large a week is. ``units`` are the desk's requests a minute; ``idle``: so many minutes late are the desk's
    answers compared with the ledger's, since that mostly finds nothing and costs time."""

    threads: int
    forums: int
    days: int = 7
    seed: int = 1
    units: int = 50
    idle: int = 0


class CountingFaults(Faults):
    """The desk's faults, and how many requests came by."""

    requests = 0

    def take(self, request_line: str) -> Fault | None:
        """Count the request."""
        self.requests += 1
        return super().take(request_line)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a week, and its figures by name."""

    verdict: Verdict
    figures: dict[str, int | float]


async def replayed(size: Size, channel: str, ledger: Path) -> Outcome:
    """Play a week on a ``sync`` or ``async`` channel."""
    events = list(week(seed=size.seed, threads=size.threads, forums=size.forums, days=size.days))
    clock, dice = MovableClock(), random.Random(size.seed)
    async with (
        open_town(events, size.forums, clock) as town,
        _open_desk(clock, size.units) as (desk, faults, url),
    ):
        config = configuration(town, url, CHANNELS[channel], ledger)
        door = f"http://{config.webhook.bind}{config.webhook.path_for(CHANNELS[channel])}"
        desk.set_channel(CHANNELS[channel], webhook_url=door)
        agents = Agents(desk, town, clock, size.seed)
        bridge = Bridge(config, clock, dice, timedelta(minutes=size.idle))
        replay = Replay(town, desk, agents, bridge, clock, dice)
        began = time.perf_counter()
        try:
            await replay.run(events, size.days)
            seconds = time.perf_counter() - began
            found = await verdict(town, desk, agents, bridge)
        finally:
            if bridge.is_up:
                await bridge.die()
        requests, commits = town.requests + faults.requests, bridge.commits
        bare = await bare_seconds(requests, commits, ledger.parent)
        return Outcome(
            found,
            {
                "posts": len(town.written),
                "wanted": sum(post.wanted for post in town.written.values()),
                "cases": len(desk.tables.cases),
                "answers": len(agents.answers),
                "notes": agents.notes,
                "restarts": replay.restarts,
                "crashes": replay.crashes,
                "merges": len(agents.merges),
                "closes": agents.closed,
                "faults": replay.faults,
                "lost": len(found.lost),
                "doubled": len(found.doubled),
                "misordered": len(found.misordered),
                "misplaced": len(found.misplaced),
                "unfinished": len(found.unfinished),
                "held": len(found.held),
                "requests": requests,
                "commits": commits,
                "seconds": round(seconds, 1),
                "posts_a_second": round(len(town.written) / seconds, 1),
                "times_a_bare_loop": round(seconds / bare, 1),
            },
        )


@asynccontextmanager
async def _open_desk(clock: MovableClock, units: int) -> AsyncIterator[tuple[Desk, CountingFaults, str]]:
    switches = Switches(rate_limit_per_minute=units, webhook_copies=2, webhook_notes=True)
    desk = Desk(clock=clock, switches=switches)
    faults = desk.faults = CountingFaults(lambda: None)
    try:
        async with DeskServer(desk) as server:
            yield desk, faults, server.url
    finally:
        await desk.close()
