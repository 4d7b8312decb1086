"""The running bridge: the ledger, and the shift that works under the configuration in effect. Starts, hands over to a
new configuration, stops."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path

from forum_bridge.bridge.backfill import Filled
from forum_bridge.config import Config
from forum_bridge.daemon.changes import changed_forums, changes
from forum_bridge.daemon.control import Control
from forum_bridge.daemon.door import Door
from forum_bridge.daemon.filling import adopt
from forum_bridge.daemon.heartbeat import patience
from forum_bridge.daemon.news import WatchNews
from forum_bridge.daemon.notify import Notifier
from forum_bridge.daemon.oblivion import erase
from forum_bridge.daemon.operate import operate
from forum_bridge.daemon.shift import Shift, open_shift
from forum_bridge.dispatch import Dispatcher
from forum_bridge.errors import ConfigurationRefused
from forum_bridge.forums.registry import Registry
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.operator import Act
from forum_bridge.model import Clock
from forum_bridge.web.pacer import Pacer


class Daemon:
    """One bridge, working. ``remark`` stands in the status until somebody takes it away."""

    def __init__(
        self,
        ledger: Ledger,
        pacer: Pacer,
        clock: Clock,
        door: Door,
        shift: Shift,
        registry: Registry,
        sessions: AsyncExitStack,
    ) -> None:
        """The door is open and leads to ``shift``; ``sessions`` closes what that works with."""
        self.remark: str | None = None
        self.door = door
        self._ledger = ledger
        self._pacer = pacer
        self._clock = clock
        self._shift = shift
        self._registry = registry
        self._sessions = sessions

    @property
    def registry(self) -> Registry:
        """The adapters in use."""
        return self._registry

    @property
    def config(self) -> Config:
        """The configuration in effect."""
        return self._shift.config

    @property
    def dispatcher(self) -> Dispatcher:
        """What decides when work runs under the configuration in effect."""
        return self._shift.dispatcher

    @property
    def settled(self) -> asyncio.Event:
        """Set once every watch was asked for the first time under the configuration in effect."""
        return self._shift.settled

    async def take_over(self, config: Config, registry: Registry) -> list[str]:
        """Work under another configuration; return the keys that changed.

        It is set up beside the old one, so that whatever is wrong with it leaves the old one at work: raises
        ConfigurationRefused, and OSError for the door. Then the door leads to the new one, what the old one has under
        way is finished or recorded, and only after that the new one begins to work: never two at once for one key.
        """
        old = self._shift
        if config.ledger.path != old.config.ledger.path:
            raise ConfigurationRefused(
                f"ledger.url leads to {config.ledger.path}, but the bridge works with {old.config.ledger.path}.",
                explanation="Another ledger needs a restart; set ledger.url back, or restart the bridge.",
            )
        changed, eager = changes(old.config, config), changed_forums(old.config, config)
        async with AsyncExitStack() as beside:
            opened = open_shift(config, registry, self._ledger, self._pacer, self._clock, eager)
            shift = await beside.enter_async_context(opened)
            await shift.check()
            if config.webhook.bind != old.config.webhook.bind:
                await self.door.open(config.webhook)
            self.door.lead_to(shift.behind)
            left, self._shift, self._sessions = self._sessions, shift, beside.pop_all()
            self._registry = registry
        try:
            await old.end()
        finally:
            shift.work()
        await left.aclose()
        return changed

    async def look(self) -> str:
        """Write into the ledger, read from it and return in one line how things stand. Raises Retry if it cannot be
        written."""
        await self._ledger.probe()
        status = await self._shift.status()
        return f"{self.remark}; {status}" if self.remark else status

    def stalled(self) -> str | None:
        """Return what does not go on although it should, None if all does."""
        return self._shift.progress.stalled()

    async def operate(self, act: Act, item: str, *, anyway: bool, url: str | None) -> str:
        """Carry an operator's decision out and go on with what it set free; see ``operate.py``."""
        if act is Act.REPLAY:
            said = await self._shift.replay(item)
        elif act is Act.TELL:
            said = await self._shift.tell(item)
        elif act is Act.ADOPT:
            said = await adopt(self._ledger, item, self._clock)
        else:
            said = await operate(self._ledger, act, item, self._clock, anyway=anyway, url=url)
        self._shift.look_for_work()
        return said

    async def forget(self, forum: str, author_key: str) -> str:
        """Erase an author from the ledger; see ``oblivion.py``."""
        return await erase(self._ledger, forum, author_key, self._clock)

    def backfill(self, name: str, since: datetime | None, limit: int | None) -> AsyncGenerator[Filled]:
        """Take in what was old at a place; see ``filling.py``."""
        return self._shift.backfill(name, since, limit)

    def round(self, names: Sequence[str]) -> AsyncGenerator[WatchNews]:
        """Read watches now; see ``round.py``."""
        return self._shift.round(names)

    async def stop(self) -> None:
        """Close the door, let what is under way finish or be recorded, close every session."""
        async with self._sessions:
            await self.door.close()
            await self._shift.end()


@asynccontextmanager
async def running(
    config: Config,
    registry: Registry,
    clock: Clock,
    notify: Notifier | None = None,
    *,
    control: Path | None = None,
) -> AsyncIterator[Daemon]:
    """Run the bridge while the context is open. Raises LedgerRefused, ConfigurationRefused, or OSError for the door.
    While the ledger is opened, and perhaps migrated, ``notify`` is asked for more time. Commands come in at the socket
    ``control``."""
    pacer = Pacer(clock, asyncio.sleep)
    async with AsyncExitStack() as stack:
        async with patience(notify or Notifier(), "Opening the ledger"):
            ledger = await stack.enter_async_context(Ledger.open(Path(config.ledger.path), clock))
        async with AsyncExitStack() as sessions:
            shift = await sessions.enter_async_context(open_shift(config, registry, ledger, pacer, clock))
            await shift.check()
            door = Door(shift.behind)
            stack.push_async_callback(door.close)
            await door.open(config.webhook)
            daemon = Daemon(ledger, pacer, clock, door, shift, registry, sessions.pop_all())
        stack.push_async_callback(daemon.stop)
        if control is not None:
            await stack.enter_async_context(Control(control, ledger.path, daemon))
        shift.work()
        yield daemon
