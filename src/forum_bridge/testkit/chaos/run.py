"""One run: by its seed people write, answer and moderate, requests go wrong, the bridge is killed and started again.
Once all has come to rest the three ledgers are compared."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random

import aiohttp

from forum_bridge.sandbox.desk import DeskServer
from forum_bridge.sandbox.desk.seed import API_KEY, EMAIL
from forum_bridge.sandbox.forum import ForumServer
from forum_bridge.sandbox.forum.seed import BRIDGE_PASSWORD, BRIDGE_USER
from forum_bridge.testkit import empty_ledger
from forum_bridge.testkit.chaos.child import Birth
from forum_bridge.testkit.chaos.faults import Troubles
from forum_bridge.testkit.chaos.life import Died, Life
from forum_bridge.testkit.chaos.mishap import Mishap
from forum_bridge.testkit.chaos.points import Kill
from forum_bridge.testkit.chaos.ports import free_port
from forum_bridge.testkit.chaos.sabotage import KEYS, without_keys
from forum_bridge.testkit.chaos.scene import PRIVATE, Scene
from forum_bridge.testkit.chaos.verdict import Verdict, rows, told, verdict

SECRET = "a-secret-of-invented-letters-0001"  # noqa: S105 - of a bridge that lives for a second
CHANNELS = ("cch42", "cch42", "cch42", "cch43")  # async, or sync
FAST = Path("/dev/shm")  # noqa: S108 - a folder is made there; what a killed process wrote is there without a disk, too
STEPS = 14
POINTS_A_LIFE = 260
MERGING = {"board": {"settles_after": 60}, "reply": {"merges": True}}  # as in the preset of MyBB, which merges posts
SPANS = (2, 5, 10, 31, 45, 70)  # seconds from one step to the next
REST = (31,) * 5 + (200,) * 4 + (960,) * 28  # seconds; most runs have come to rest after the first ten


@dataclass(frozen=True, slots=True)
class Order:
    """What to play. ``kills``: when its lives end, one by one; None lets the seed decide. One at a named place waits
    for a life that comes by there. ``put_back``: whether an older copy of the ledger is put in its place on the way;
    None lets the seed decide that, too."""

    seed: int
    kills: tuple[Kill, ...] | None = None
    put_back: bool | None = None
    sabotage: str = ""
    log: bool = False


@dataclass(slots=True)
class Outcome:
    """What came of a run: where it was killed, and the places that lives of it which ended well came by."""

    seed: int
    verdict: Verdict = field(default_factory=Verdict)
    killed_at: list[str] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    broken: str = ""


def played(order: Order) -> Outcome:
    """Play one run; whatever goes wrong in the play itself stands in ``broken``."""
    made = Outcome(order.seed)
    folder = Path(tempfile.mkdtemp(prefix="forum-bridge-chaos-", dir=FAST if FAST.is_dir() else None))
    try:
        asyncio.run(_Run(order, folder, made).play())
    except Exception as error:  # noqa: BLE001 -- one run must not end the others; it is told
        made.broken = f"{type(error).__name__}: {error}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return made


class _Run:
    def __init__(self, order: Order, folder: Path, made: Outcome) -> None:
        self._order = order
        self._made = made
        self._ledger = folder / "ledger.sqlite"
        dice = self._dice = Random(order.seed)  # noqa: S311 -- dice of a play, not a secret
        self._by_thread, self._channel = dice.random() < 0.25, dice.choice(CHANNELS)
        self._merges = dice.random() < 0.4
        self._scene = Scene.of(dice, merges=self._merges)
        self._luck = Random(dice.random())  # noqa: S311 -- as above; when it is asked depends on the machine
        self._troubles = Troubles(self._scene, dice, self._luck)
        by_seed = self._kills()
        self._plans = list(by_seed if order.kills is None else order.kills)
        self._once = [act for act in (self._scene.lock, self._scene.moderate) if dice.random() < 0.12]
        self._mishap = Mishap(order.seed, self._ledger, STEPS, order.put_back)
        self._heard: set[int] = set()  # answers of which only a ledger that was lost was told
        self._life: Life | None = None
        self._plan: Kill | None = None
        self._down = 0
        self._config: dict[str, object] = {}

    async def play(self) -> None:
        """Play to the end and compare."""
        scene = self._scene
        empty_ledger.lay(self._ledger)
        if self._order.sabotage == KEYS:
            without_keys(self._ledger)
        async with ForumServer(scene.forum) as forum, DeskServer(scene.desk) as desk:
            scene.url = forum.url
            self._config = self._configuration(forum.url, desk.url)
            try:
                await self._begin()
                for step in range(STEPS):
                    await self._step(step)
                await self._rest()
            finally:
                if self._life is not None:
                    self._life.kill()
                    self._life.bury()
            found = verdict(scene, self._ledger, by_thread=self._by_thread)
            found.lost += self._made.verdict.lost
            self._made.verdict = found

    async def _begin(self) -> None:
        """Nobody writes before the bridge has read the board once: that would be old."""
        while True:
            await self._up()
            await self._settle()
            if self._life is not None:
                break
        self._mishap.begin()
        for _ in range(2):
            self._scene.open_thread()

    async def _step(self, step: int) -> None:
        dice, scene = self._dice, self._scene
        if self._mishap.due(step):
            await self._lose_ledger()
        self._mishap.perhaps_copy()
        if dice.random() < 0.4:
            self._troubles.order()
        door = scene.desk.channels[self._channel]
        url, missed = door.webhook_url, dice.random() < 0.12
        scene.desk.switches.webhook_copies = dice.choice((1, 1, 2, 3))
        scene.desk.switches.webhook_hold = dice.choice((1, 1, 4))
        scene.desk.switches.webhook_in_turn = dice.random() < 0.5
        door.webhook_url = "" if missed else url
        if self._once and step > 5 and dice.random() < 0.3:
            self._once.pop()()
        elif dice.random() < 0.06:
            await self._forget_sessions()
        elif dice.random() < 0.08 and self._life is not None:
            await self._restart()
        for _ in range(dice.choice((1, 1, 2, 3))):
            self._act()
        scene.desk.webhooks.release()
        door.webhook_url = url
        await self._later(dice.choice(SPANS))

    def _act(self) -> None:
        scene, dice = self._scene, self._dice
        acts: list[tuple[int, Callable[[], object]]] = [
            (3, scene.open_thread),
            (8, scene.write),
            (4, lambda: scene.write(quoting=True)),
            (6, scene.follow_up),
            (2, scene.edit),
            (1, scene.delete),
            (14, scene.answer),
            (6, scene.answer_twice),
            (3, lambda: scene.answer(private=True)),
            (3, lambda: scene.answer(rule=True)),
            (3, scene.note),
            (2, scene.close),
            (1, scene.merge),
        ]
        dice.choices([act for _, act in acts], [weight for weight, _ in acts])[0]()

    async def _later(self, seconds: float) -> None:
        """Let time pass, then the bridge do what is due."""
        self._scene.advance(timedelta(seconds=seconds))
        await self._troubles.carried_out()
        if self._life is None and self._down > 0:
            self._down -= 1
        elif self._life is None:
            await self._up()
        await self._settle()

    async def _settle(self) -> None:
        """Return once neither bridge nor webhooks have anything to do now, or the bridge is dead."""
        desk = self._scene.desk
        while self._life is not None:
            try:
                await self._life.tell(self._scene.clock(), lambda: self._troubles.look(self._kill))
            except Died as death:
                await self._died(death)
                break
            tried = self._tried()
            await desk.webhooks_idle()
            if tried == self._tried():
                return
        await desk.webhooks_idle()

    def _tried(self) -> int:
        return sum(len(each.attempts) for each in self._scene.desk.deliveries)

    async def _up(self) -> None:
        """Start the bridge; if it is killed while it starts, once more."""
        while self._life is None:
            plan = self._plan = self._plans.pop(0) if self._plans else None
            birth = Birth(self._config, self._scene.clock(), plan, self._order.sabotage, self._order.log)
            self._life = Life(birth)
            try:
                await self._life.up()
            except Died as death:
                await self._died(death)

    async def _restart(self) -> None:
        assert self._life is not None
        try:
            self._made.seen.update(await self._life.end())
            self._life = None
            self._plan_again()
        except Died as death:
            await self._died(death)
        await self._up()

    def _plan_again(self, at: str = "") -> None:
        """Leave it to the next life to be killed at the named place that this one did not come by."""
        if self._plan is not None and self._plan.name not in {"", at}:
            self._plans.insert(0, self._plan)

    def _kill(self) -> None:
        if self._life is not None:
            self._life.kill()

    async def _died(self, death: Died) -> None:
        self._life = None
        await self._scene.desk.webhooks_idle()  # what it said before is heard now
        self._made.killed_at.append(death.at)
        self._plan_again(death.at)
        forgotten = told(self._scene) - self._heard - {int(key) for key, _, _ in rows(self._ledger)["answer"]}
        self._made.verdict.lost += [
            f"answer {each} was told 200 and is not in the ledger" for each in sorted(forgotten)
        ]
        self._mishap.perhaps_copy()
        self._down = self._luck.choice((0, 0, 0, 1, 3))

    async def _lose_ledger(self) -> None:
        if self._life is not None:
            self._life.kill()
            self._life.bury()
            await self._died(Died("with its ledger"))
        self._mishap.happen(self._scene.clock())
        self._heard = told(self._scene)

    async def _rest(self) -> None:
        """Let everything come to its end: nobody writes any more."""
        self._down = 0
        for number, span in enumerate(REST):
            await self._later(span)
            if self._life is not None and number >= 9 and not self._waiting():
                break
        while self._life is None:
            await self._later(REST[0])
        self._made.seen.update(await self._life.end())
        self._life = None

    def _waiting(self) -> bool:
        found = [state for each in rows(self._ledger).values() for _, state, _ in each]
        return any(state in {"waiting", "sending", "unclear"} for state in found)

    async def _forget_sessions(self) -> None:
        async with aiohttp.ClientSession() as http, http.post(f"{self._scene.url}/_control/expire", json={}) as answer:
            await answer.read()

    def _kills(self) -> list[Kill]:
        dice = self._dice
        return [
            Kill(nth=dice.randrange(1, 12), outside=dice.uniform(0.0, 0.08))
            if dice.random() < 0.3
            else Kill(nth=dice.randrange(1, POINTS_A_LIFE))
            for _ in range(dice.choice((1, 1, 2, 3)))
        ]

    def _configuration(self, forum: str, desk: str) -> dict[str, object]:
        bind = f"127.0.0.1:{free_port()}"
        for channel in self._scene.desk.channels.values():
            channel.webhook_url = f"http://{bind}/deskie/{channel.key}/{SECRET}"
        return {
            "deskie": {"base_url": f"{desk}/api/", "email": EMAIL, "api_key": API_KEY, "channel": self._channel},
            "webhook": {"bind": bind, "public_url": f"http://{bind}", "secret": SECRET},
            "ledger": {"url": str(self._ledger)},
            "forums": {
                "sandbox": {
                    "adapter": "sandbox",
                    "url": forum,
                    "login": {"user": BRIDGE_USER, "password": BRIDGE_PASSWORD},
                    "watch": [{"board": f"{forum}/board/1"}],
                    "every": {"min": "30s", "max": "3m"},
                    "pace": "0s",
                    "cases": {"from": "everyone"},
                    "conversation": "thread" if self._by_thread else "author_in_thread",
                    "answers": {"private_marker": PRIVATE},
                    "options": MERGING if self._merges else {},
                }
            },
        }
