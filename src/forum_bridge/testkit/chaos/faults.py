"""What goes wrong on the way, by the dice: refusals, lost answers, hangs, writes that take effect late. Knows neither
what is asked nor what the bridge makes of it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import timedelta

from forum_bridge.sandbox.desk.faults import Fault as DeskFault
from forum_bridge.sandbox.forum.faults import Fault as ForumFault
from forum_bridge.testkit.chaos.scene import Scene

FORUM_WRITES = r"POST /(thread/\d+|messages/(new|\d+))"
FORUM_READS = r"GET /(board|thread|messages)"
DESK_WRITES = r"POST /api/cases"
DESK_READS = r"GET /api/"
# What spoils the answer only, and what is known to have carried nothing out.
FORUM_LOST: tuple[str | int, ...] = (500, 502, "empty", "half", "hang")
FORUM_REFUSED: tuple[str | int, ...] = ("cut_before", 429, "login", "challenge")
DESK_LOST = ("500", "502", "504", "malformed", "html", "hang")
DESK_REFUSED = ("cut_before", "429")
LATEST = 25.0  # seconds after which a write that was cut off takes effect: less than the bridge waits

Fault = DeskFault | ForumFault


class Troubles:
    """Orders faults by the dice, and sees to those that hang or come late as luck has it."""

    def __init__(self, scene: Scene, dice: random.Random, luck: random.Random) -> None:
        self._scene = scene
        self._dice = dice
        self._luck = luck
        self._open: list[Fault] = []
        self._late: list[Fault] = []

    def order(self) -> None:
        """Let one of the next requests go wrong."""
        dice, forum, desk = self._dice, self._scene.forum.faults, self._scene.desk.faults
        match dice.randrange(10):
            case 0:
                self._open.append(forum.next(FORUM_READS, dice.choice((503, 429, "truncated", "cut_before"))))
            case 1:
                self._open.append(desk.next(DESK_READS, dice.choice(("502", "429", "malformed", "cut_before"))))
            case 2:
                self._open.append(forum.next(FORUM_WRITES, dice.choice(FORUM_REFUSED)))
            case 3:
                self._open.append(desk.next(DESK_WRITES, dice.choice(DESK_REFUSED)))
            case 4 | 5:
                self._open.append(forum.next(FORUM_WRITES, "late" if dice.random() < 0.6 else "cut_after"))
            case 6:
                self._open.append(desk.next(DESK_WRITES, "late" if dice.random() < 0.6 else "cut_after"))
            case 7 | 8:
                effect = dice.random() < 0.6
                self._open.append(forum.next(FORUM_WRITES, dice.choice(FORUM_LOST), takes_effect=effect))
            case _:
                effect = dice.random() < 0.6
                self._open.append(desk.next(DESK_WRITES, dice.choice(DESK_LOST), takes_effect=effect))

    def look(self, kill: Callable[[], None]) -> None:
        """See to what hangs or comes late by now; ``kill`` ends the bridge while a request of its hangs."""
        for fault in [each for each in self._open if each.hits and str(each.what) in {"hang", "late"}]:
            self._open.remove(fault)
            if str(fault.what) == "late":
                self._late.append(fault)
                after = timedelta(seconds=self._luck.uniform(1.0, LATEST))
                self._scene.at(self._scene.clock() + after, fault.released.set)
            else:
                if self._luck.random() < 0.5:
                    kill()
                fault.released.set()

    async def carried_out(self) -> None:
        """Return once the late writes that are due have taken effect."""
        for fault in self._late:
            if fault.released.is_set():
                await asyncio.gather(*fault.late)
        self._late = [fault for fault in self._late if not fault.released.is_set()]
