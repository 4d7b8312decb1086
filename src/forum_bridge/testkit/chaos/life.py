"""The parent's end of one life of the bridge: starts its process, tells it the time, kills it. Knows nothing of what it
does."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import TypeVar

from forum_bridge.testkit.chaos.child import Birth, Broken, Ended, LastWords, Rest, Up, Word, live

PATIENCE = 120.0  # seconds for one answer; a busy machine is slow
PRELOAD = ["forum_bridge.testkit.chaos.child", "forum_bridge.testkit.chaos.warm"]
W = TypeVar("W")


class Died(Exception):
    """The process was killed; ``at`` is the place, where it is known."""

    def __init__(self, at: str) -> None:
        super().__init__(at)
        self.at = at


class Life:
    """A process with the bridge in it."""

    def __init__(self, birth: Birth) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(PRELOAD)
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=live, args=(birth, theirs), daemon=True)
        self._process.start()
        theirs.close()
        self._words: asyncio.Queue[Word | None] = asyncio.Queue()
        asyncio.get_running_loop().add_reader(self._pipe.fileno(), self._hear)
        self._kill = birth.kill
        self._told = 0
        self._at = ""

    async def up(self) -> None:
        """Return once the bridge is up. Raises Died."""
        await self._answer(Up)

    async def tell(self, now: datetime, meanwhile: Callable[[], None] = lambda: None) -> Rest:
        """Tell the time and return once all that is due is done; ``meanwhile`` is called while it works, again and
        again. Raises Died."""
        self._told += 1
        kill = self._kill
        if kill is not None and kill.outside is not None and self._told == kill.nth:
            asyncio.get_running_loop().call_later(kill.outside, self.kill)  # be it at work then or at rest
        self._say(now)
        answer = asyncio.ensure_future(self._answer(Rest))
        while not answer.done():
            meanwhile()
            await asyncio.wait([answer], timeout=0.005)
        return await answer

    def kill(self) -> None:
        """End the process wherever it is."""
        if not self._pipe.closed:
            self._at = "from outside"
            self._process.kill()

    async def end(self) -> dict[str, int]:
        """Let the bridge finish and stop; return how often it came by each place. Raises Died."""
        self._say(None)
        ended = await self._answer(Ended)
        self.bury()
        return ended.seen

    def bury(self) -> None:
        """Free what is left of a process that is over; one that is not is killed."""
        if self._pipe.closed:
            return
        asyncio.get_running_loop().remove_reader(self._pipe.fileno())
        self._pipe.close()
        if self._process.is_alive():
            self._process.join(0.5)
        self._process.kill()
        self._process.join()
        self._process.close()

    def _say(self, word: datetime | None) -> None:
        with suppress(BrokenPipeError, ConnectionResetError):  # it is dead: the answer will say so
            self._pipe.send(word)

    async def _answer(self, kind: type[W]) -> W:
        word = await asyncio.wait_for(self._words.get(), PATIENCE)
        if isinstance(word, LastWords):
            self._at = word.at
            word = await asyncio.wait_for(self._words.get(), PATIENCE)
        if word is None:
            self.bury()
            if not self._at:
                raise RuntimeError("the bridge went without a word and without being killed")
            raise Died(self._at)
        if isinstance(word, Broken):
            raise RuntimeError(f"the bridge broke:\n{word.why}")
        if not isinstance(word, kind):
            raise RuntimeError(f"{word} where {kind.__name__} was due")
        return word

    def _hear(self) -> None:
        try:
            self._words.put_nowait(self._pipe.recv())
        except (EOFError, ConnectionResetError):
            asyncio.get_running_loop().remove_reader(self._pipe.fileno())
            self._words.put_nowait(None)
