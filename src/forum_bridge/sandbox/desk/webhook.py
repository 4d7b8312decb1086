"""Carries events to webhooks in the background and records how each try went. Knows nothing of what an event says."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from contextlib import nullcontext

import aiohttp

from forum_bridge.model import Clock
from forum_bridge.sandbox.desk.delivery import Attempt, Delivery
from forum_bridge.sandbox.desk.ids import Ids
from forum_bridge.sandbox.desk.switches import Switches

Sleep = Callable[[float], Awaitable[None]]


class Webhooks:
    """Sends in the order of the events, one at a time to one address, unless a switch says otherwise."""

    def __init__(self, switches: Switches, clock: Clock, sleep: Sleep, changed: Callable[[], None]) -> None:
        self.deliveries: list[Delivery] = []
        self._by_message: defaultdict[int, list[Delivery]] = defaultdict(list)
        self._switches = switches
        self._clock = clock
        self._sleep = sleep
        self._changed = changed
        self._ids = Ids(0, 1)
        self._held: list[Delivery] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._session: aiohttp.ClientSession | None = None

    def send(
        self,
        url: str,
        message_id: int,
        case_id: int,
        body: bytes,
        content_type: str,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Put one event on its way, as often as ``webhook_copies`` says. Without an address it only is recorded. An
        event about no message in particular has message id 0."""
        for _ in range(self._switches.webhook_copies):
            delivery = Delivery(self._ids.draw(), message_id, case_id, url, body, content_type, headers or {})
            self.deliveries.append(delivery)
            self._by_message[message_id].append(delivery)
            self._held.append(delivery)
        if len(self._held) >= self._switches.webhook_hold:
            self.release()
        self._changed()

    def of(self, message_id: int) -> list[Delivery]:
        """Return the deliveries of one message, oldest first."""
        return list(self._by_message.get(message_id, ()))

    def release(self) -> None:
        """Send what is held back, newest first."""
        held, self._held = self._held, []
        if self._switches.webhook_hold > 1:
            held.reverse()
        for delivery in held:
            task = asyncio.create_task(self._deliver(delivery))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def idle(self) -> None:
        """Return once nothing is on its way; what is held back is sent first."""
        self.release()
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self) -> None:
        """Stop everything that is on its way and free the connections."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _deliver(self, delivery: Delivery) -> None:
        for left in range(self._switches.webhook_retries, -1, -1):
            async with self._turns[delivery.url] if self._switches.webhook_in_turn else nullcontext():
                delivery.attempts.append(await self._attempt(delivery))
            delivery.done = delivery.accepted or not left or not delivery.url
            self._changed()
            if delivery.done:
                return
            await self._sleep(self._switches.webhook_retry_seconds)

    async def _attempt(self, delivery: Delivery) -> Attempt:
        if not delivery.url:
            return Attempt(self._clock(), None, "the channel has no webhook URL")
        if self._switches.webhook_delay_seconds:
            await self._sleep(self._switches.webhook_delay_seconds)
        if self._session is None:
            self._session = aiohttp.ClientSession(headers={"User-Agent": "Simulated-Deskie"})
        timeout = aiohttp.ClientTimeout(total=self._switches.webhook_timeout_seconds)
        headers = {**delivery.headers, "Content-Type": delivery.content_type}
        follows = self._switches.webhook_follows_redirects
        try:
            async with self._session.post(
                delivery.url, data=delivery.body, headers=headers, timeout=timeout, allow_redirects=follows
            ) as answer:
                await answer.read()
                return Attempt(self._clock(), answer.status)
        except (aiohttp.ClientError, TimeoutError) as error:
            return Attempt(self._clock(), None, type(error).__name__)  # its text may hold the address, a secret
