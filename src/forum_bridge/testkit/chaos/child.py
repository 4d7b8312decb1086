"""One life of the bridge in a process of its own: the real daemon from its own composition root, by a clock that is
told, killed where it was said. Knows neither the forum nor the desk."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.connection import Connection

import structlog

from forum_bridge.config import Config
from forum_bridge.daemon import Daemon, running
from forum_bridge.testkit.chaos.points import Kill, Points, watched
from forum_bridge.testkit.chaos.sabotage import sabotaged

LOOK = 0.001  # seconds between two looks whether all is at rest


@dataclass(frozen=True, slots=True)
class Birth:
    """What a life begins with; ``sabotage`` names what is turned off in it (empty: nothing)."""

    config: Mapping[str, object] = field(repr=False)
    now: datetime
    kill: Kill | None
    sabotage: str = ""
    log: bool = False


@dataclass(frozen=True, slots=True)
class Up:
    """The bridge is up."""


@dataclass(frozen=True, slots=True)
class Rest:
    """Nothing is under way; the next work is due then."""

    next_due: datetime | None


@dataclass(frozen=True, slots=True)
class LastWords:
    """The process is about to kill itself at this place."""

    at: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The life is over in good order; how often it came by each place."""

    seen: dict[str, int]


@dataclass(frozen=True, slots=True)
class Broken:
    """The life ended as none should: a traceback."""

    why: str


Word = Up | Rest | LastWords | Ended | Broken


class ToldClock:
    """Stands still until it is told the time."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def live(birth: Birth, pipe: Connection) -> None:
    """Live until told to end (None on the pipe) or killed; answers each moment told with ``Rest``."""
    try:
        _mute(birth)
        asyncio.run(_live(birth, pipe))
    except Exception:  # noqa: BLE001 -- whatever it was, the parent has to hear of it
        pipe.send(Broken(traceback.format_exc()))


def _mute(birth: Birth) -> None:
    if not birth.log:
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
        logging.disable()


async def _live(birth: Birth, pipe: Connection) -> None:
    from forum_bridge.testkit.chaos.warm import REGISTRY  # noqa: PLC0415 -- made in the fork server alone

    config = Config.model_validate(birth.config)
    clock = ToldClock(birth.now)
    points = Points(birth.kill, lambda name: pipe.send(LastWords(name)))
    told = _inbox(pipe)
    with ExitStack() as stack:
        stack.enter_context(watched(points, str(config.deskie.base_url)))
        stack.enter_context(sabotaged(birth.sabotage))
        async with running(config, REGISTRY, clock) as daemon:
            pipe.send(Up())
            while (now := await told.get()) is not None:
                clock.now = now
                pipe.send(Rest(await _rest(daemon, clock)))
    pipe.send(Ended(dict(points.seen)))


async def _rest(daemon: Daemon, clock: ToldClock) -> datetime | None:
    """Do all that is due and return when there is more."""
    daemon.dispatcher.catch_up()
    while (due := daemon.dispatcher.next_due) is not None and due <= clock():  # noqa: ASYNC110 -- it rings no bell
        await asyncio.sleep(LOOK)
    return due


def _inbox(pipe: Connection) -> asyncio.Queue[datetime | None]:
    told: asyncio.Queue[datetime | None] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def hear() -> None:
        try:
            told.put_nowait(pipe.recv())
        except EOFError:  # the parent is gone
            loop.remove_reader(pipe.fileno())
            told.put_nowait(None)

    loop.add_reader(pipe.fileno(), hear)
    return told
