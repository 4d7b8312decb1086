"""The daemon's one HTTP server: the webhook's door, that of forums which send by themselves, answers' files and the
health routes. What stands behind it changes with the configuration; the server and the connections to it stay, so that
no knock is lost meanwhile."""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler

from forum_bridge.bridge import file_door, push_door, webhook
from forum_bridge.bridge.answer_files import AnswerFiles
from forum_bridge.bridge.guard import Guard
from forum_bridge.bridge.history import History
from forum_bridge.bridge.knock import Proxies
from forum_bridge.bridge.receive import Receive
from forum_bridge.bridge.take_push import TakePush
from forum_bridge.config import WebhookConfig
from forum_bridge.console import health
from forum_bridge.daemon.desk_check import DeskCheck
from forum_bridge.errors import BridgeError
from forum_bridge.ledger.ledger import Ledger

PATIENCE = 10.0  # seconds that requests under way have when the door closes


def behind(
    config: WebhookConfig,
    receive: Receive,
    channels: frozenset[str],
    ledger: Ledger,
    desk: DeskCheck,
    files: AnswerFiles,
    pushes: TakePush,
) -> web.Application:
    """Return what stands behind the door under one configuration; every one has the same routes."""
    app = web.Application()
    proxies = Proxies(config.trusted_proxies)
    guard = Guard(ledger.clock, proxies, config.allow)
    webhook.add_routes(app, receive, channels, config.secret.get_secret_value(), guard)
    file_door.add_routes(app, ledger, files)
    push_door.add_routes(app, pushes, History(ledger), ledger.clock, proxies)
    health.add_routes(app, {"ledger": lambda: _probe(ledger), "deskie": desk.trouble})
    return app


class Door:
    """Listens on ``webhook.bind``. Writes no access log: the path holds the secret."""

    def __init__(self, app: web.Application) -> None:
        """``app`` is what the door leads to at first."""
        self._handlers = _handlers(app)
        outer = web.Application(client_max_size=2 * webhook.MAX_BODY)
        for method, path in self._handlers:
            outer.router.add_route(method, path, self._pass_on)
        self._runner = web.AppRunner(outer, access_log=None, shutdown_timeout=PATIENCE)
        self._site: web.TCPSite | None = None

    async def open(self, config: WebhookConfig) -> None:
        """Start to listen, from now on there alone; raises OSError if the address is taken, then nothing changed."""
        if self._site is None:
            await self._runner.setup()
        site = web.TCPSite(self._runner, config.host, config.port)
        await site.start()
        before, self._site = self._site, site
        if before is not None:
            await before.stop()

    def lead_to(self, app: web.Application) -> None:
        """Pass requests that come from now on to another configuration's routes."""
        self._handlers = _handlers(app)

    async def close(self) -> None:
        """Stop to listen, after the requests under way."""
        await self._runner.cleanup()

    @property
    def port(self) -> int:
        """The port that is listened on; tells it where 0 was asked for."""
        address: tuple[str, int] = self._runner.addresses[0]
        return address[1]

    async def _pass_on(self, request: web.Request) -> web.StreamResponse:
        resource = request.match_info.route.resource
        assert resource is not None  # only routes of ours lead here
        return await self._handlers[request.method, resource.canonical](request)


def _handlers(app: web.Application) -> dict[tuple[str, str], Handler]:
    return {(route.method, route.resource.canonical): route.handler for route in app.router.routes() if route.resource}


async def _probe(ledger: Ledger) -> str | None:
    try:
        await ledger.probe()
    except BridgeError as error:
        return str(error)
    return None
