"""The daemon's one HTTP server: the webhook's door and the health routes."""

from __future__ import annotations

from aiohttp import web

from forum_bridge.bridge import webhook
from forum_bridge.bridge.receive import Receive
from forum_bridge.config import WebhookConfig
from forum_bridge.console import health
from forum_bridge.daemon.desk_check import DeskCheck
from forum_bridge.errors import BridgeError
from forum_bridge.ledger.ledger import Ledger


class Door:
    """Listens on ``webhook.bind``. Writes no access log: the path holds the secret."""

    def __init__(
        self, config: WebhookConfig, receive: Receive, channels: frozenset[str], ledger: Ledger, desk: DeskCheck
    ) -> None:
        app = web.Application(client_max_size=2 * webhook.MAX_BODY)
        webhook.add_routes(app, receive, channels, config.secret.get_secret_value())
        health.add_routes(app, {"ledger": lambda: _probe(ledger), "deskie": desk.trouble})
        self._runner = web.AppRunner(app, access_log=None)
        self._config = config

    async def open(self) -> None:
        """Start to listen; raises OSError if the address is taken."""
        await self._runner.setup()
        await web.TCPSite(self._runner, self._config.host, self._config.port).start()

    async def close(self) -> None:
        """Stop to listen, after the requests under way."""
        await self._runner.cleanup()

    @property
    def port(self) -> int:
        """The port that is listened on; tells it where 0 was asked for."""
        address: tuple[str, int] = self._runner.addresses[0]
        return address[1]


async def _probe(ledger: Ledger) -> str | None:
    try:
        await ledger.probe()
    except BridgeError as error:
        return str(error)
    return None
