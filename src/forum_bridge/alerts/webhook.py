"""Alerts as a POST with JSON, signed by Standard Webhooks where a secret is configured. The address itself may be a
secret, so it stands in no error."""

from __future__ import annotations

import json
from typing import ClassVar

import aiohttp

from forum_bridge.alerts.channel import NotTold
from forum_bridge.alerts.words import Message
from forum_bridge.config import AlertConfig
from forum_bridge.model import Clock
from forum_bridge.web.standard_webhooks import Keys

TYPE = "forum-bridge.alert"


class Webhook:
    """Posts one document a message; the same message has the same ``webhook-id`` at each try."""

    one_by_one: ClassVar[bool] = False

    def __init__(self, config: AlertConfig, clock: Clock) -> None:
        self.config = config
        self._clock = clock
        self._keys = Keys.of([config.secret.get_secret_value()]) if config.secret is not None else Keys(())

    async def tell(self, message: Message) -> None:
        """Raises NotTold unless the answer is 2xx. Redirects are not followed: an alert goes where it was sent."""
        now = self._clock()
        content = json.dumps(self._document(message), ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", "webhook-id": message.id}
        if self._keys.secrets:
            headers |= self._keys.signed(message.id, content, now)
        url = self.config.url.get_secret_value() if self.config.url is not None else ""
        timeout = aiohttp.ClientTimeout(total=self.config.timeout.total_seconds())
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as http,
                http.post(url, data=content, headers=headers, allow_redirects=False) as answer,
            ):
                if answer.status // 100 != 2:
                    raise NotTold(f"The webhook answered with {answer.status}.")
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise NotTold(f"The webhook was not reached: {type(error).__name__}.") from error

    def _document(self, message: Message) -> dict[str, object]:
        items = [
            {"says": say.value, "about": row.kind, "subject": row.subject, "since": row.since.isoformat()}
            for say, row in message.items
        ]
        data = {"title": message.title, "text": message.text, "items": items}
        return {"type": TYPE, "timestamp": self._clock().isoformat(), "data": data}
