"""A model of everything that people, forum and desk can do beside the bridge, in any order that Hypothesis thinks of:
whatever it was, in the end nothing is lost, doubled or misordered, and no note stands on the forum."""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from tests.bridge.world import World, open_world

from forum_bridge.sandbox.desk.faults import Fault as DeskFault
from forum_bridge.sandbox.forum.faults import Fault as ForumFault
from forum_bridge.sandbox.sandbox import CHANNEL
from forum_bridge.testkit.chaos.run import MERGING
from forum_bridge.testkit.chaos.scene import Scene
from forum_bridge.testkit.chaos.verdict import verdict

T = TypeVar("T")
EXAMPLES = int(os.environ.get("FORUM_BRIDGE_EXAMPLES", "12"))  # by hand: thousands
DICE = st.integers(0, 2**16).map(random.Random)
FORUM_WRITES, DESK_WRITES = r"POST /thread/\d+/reply", r"POST /api/cases"
LATER = timedelta(seconds=90)
LOST = st.sampled_from(["cut_before", "cut_after", "500", "429", "late"])


class Everything(RuleBasedStateMachine):
    """Each rule is something that happens; the bridge works when time passes."""

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._folder = tempfile.TemporaryDirectory()
        self._stack = AsyncExitStack()
        self._late: list[DeskFault | ForumFault] = []
        self.by_thread = False
        self.world: World
        self.scene: Scene

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    @initialize(merges=st.booleans(), by_thread=st.booleans(), dice=DICE)
    def begin(self, merges: bool, by_thread: bool, dice: random.Random) -> None:
        self.by_thread = by_thread

        def prepare(world: World) -> None:
            def change(forum: dict[str, object]) -> None:
                forum["conversation"] = "thread" if by_thread else "author_in_thread"
                forum["options"] = MERGING if merges else {}

            world.configure(change)
            world.forum.switches.merge_posts = merges

        opened = open_world(Path(self._folder.name) / "ledger.sqlite", prepare)
        world = self.world = self._do(self._stack.enter_async_context(opened))
        self.scene = Scene(world.clock, world.forum, world.deskie, dice)
        self.scene.open_thread()

    def _with(self, dice: random.Random, act: Callable[[], None]) -> None:
        """Let the dice of this step decide, and hand its webhook on."""
        self.scene.dice = dice

        async def acted() -> None:
            act()
            await asyncio.sleep(0)

        self._do(acted())

    # -- people

    @rule(dice=DICE)
    def a_thread(self, dice: random.Random) -> None:
        self._with(dice, self.scene.open_thread)

    @rule(dice=DICE, quoting=st.booleans())
    def a_post(self, dice: random.Random, quoting: bool) -> None:
        self._with(dice, lambda: self.scene.write(quoting=quoting))

    @rule(dice=DICE)
    def a_follow_up(self, dice: random.Random) -> None:
        self._with(dice, self.scene.follow_up)

    @rule(dice=DICE)
    def an_edit(self, dice: random.Random) -> None:
        self._with(dice, self.scene.edit)

    @rule(dice=DICE)
    def a_post_taken_back(self, dice: random.Random) -> None:
        self._with(dice, self.scene.delete)

    @rule(dice=DICE)
    def a_post_approved_late(self, dice: random.Random) -> None:
        self._with(dice, lambda: self.scene.write(approved_after=LATER))

    @rule(dice=DICE, by_rule=st.booleans())
    def an_answer(self, dice: random.Random, by_rule: bool) -> None:
        self._with(dice, lambda: self.scene.answer(rule=by_rule))

    @rule(dice=DICE)
    def the_same_macro_twice(self, dice: random.Random) -> None:
        self._with(dice, self.scene.answer_twice)

    @rule(size=st.sampled_from([2, 3, 10]), newest_first=st.booleans())
    def pages_look_otherwise(self, size: int, newest_first: bool) -> None:
        switches = self.world.forum.switches
        switches.posts_a_page, switches.newest_first = size, newest_first

    @rule(dice=DICE)
    def a_note(self, dice: random.Random) -> None:
        self._with(dice, self.scene.note)

    @rule(dice=DICE)
    def a_case_closed(self, dice: random.Random) -> None:
        self._with(dice, self.scene.close)

    @rule(dice=DICE)
    def cases_merged(self, dice: random.Random) -> None:
        self._with(dice, self.scene.merge)

    @rule(dice=DICE)
    def a_case_purged(self, dice: random.Random) -> None:
        self._with(dice, self.scene.purge)

    @precondition(lambda self: len(self.scene.threads) > 1)
    @rule(dice=DICE)
    def a_thread_locked(self, dice: random.Random) -> None:
        self._with(dice, self.scene.lock)

    # -- webhooks

    @rule(copies=st.integers(1, 3), hold=st.integers(1, 3), in_turn=st.booleans())
    def webhooks_repeat_and_overtake(self, copies: int, hold: int, in_turn: bool) -> None:
        switches = self.world.deskie.switches
        switches.webhook_copies, switches.webhook_hold, switches.webhook_in_turn = copies, hold, in_turn

    @rule(missed=st.booleans())
    def webhooks_get_lost(self, missed: bool) -> None:
        self.world.deskie.channels[CHANNEL].webhook_url = "" if missed else self.world.door

    # -- trouble

    @rule(what=LOST)
    def an_answer_to_the_forum_gets_lost(self, what: str) -> None:
        fault = self.world.forum.faults.next(FORUM_WRITES, int(what) if what.isdigit() else what)
        self._late += [fault] if what == "late" else []

    @rule(what=LOST)
    def an_answer_to_the_desk_gets_lost(self, what: str) -> None:
        fault = self.world.deskie.faults.next(DESK_WRITES, what)
        self._late += [fault] if what == "late" else []

    @rule()
    def the_forum_forgets_us(self) -> None:
        self._do(self.world.forget_sessions())

    @rule()
    def a_restart(self) -> None:
        missed = self.world.deskie.channels[CHANNEL].webhook_url == ""
        self._do(self.world.restart())
        self.webhooks_get_lost(missed)

    @rule(seconds=st.sampled_from([2, 20, 31, 65, 400]))
    def time_passes(self, seconds: int) -> None:
        self._do(self._later(seconds))

    async def _later(self, seconds: int) -> None:
        """Let time pass and the bridge work; a late write takes effect before the bridge may look for it."""
        self.scene.advance(timedelta(seconds=seconds))
        for fault in [each for each in self._late if each.hits]:
            fault.released.set()
            await asyncio.gather(*fault.late)
            self._late.remove(fault)
        await self.world.settle()

    # -- the end

    def teardown(self) -> None:
        try:
            if hasattr(self, "scene"):
                self.webhooks_get_lost(False)
                for seconds in (31, 31, 31, 31, 200, 200, 400, 400, 900, 900, 900, 1800, 3600):
                    self._do(self._later(seconds))
                found = verdict(self.scene, self.world.ledger_path, by_thread=self.by_thread)
                assert found.wrong == {}
        finally:
            self._do(self._stack.aclose())
            self._runner.close()
            self._folder.cleanup()


Everything.TestCase.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestEverything = Everything.TestCase
