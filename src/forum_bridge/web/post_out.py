"""Sends one body to an address of the configuration that need not be the forum's own, over a connection that leads to
the public internet alone unless the operator said otherwise. Follows nothing, judges no status."""

from __future__ import annotations

from collections.abc import Mapping

import aiohttp

from forum_bridge.errors import Retry, WatchTrouble
from forum_bridge.web.address import host
from forum_bridge.web.exchange import Answer, Limits, exchange
from forum_bridge.web.public import NotPublic, PublicResolver
from forum_bridge.web.request import Request

_LIMITS = Limits(seconds=30, max_bytes=64 * 1024, cut=True)


class Outgoing:
    """Opens a connection for each request: they are rare, and one that the other side has just closed would lose it.
    ``private``: the address may lie anywhere. Certificates are checked."""

    def __init__(self, user_agent: str, *, private: bool) -> None:
        self._user_agent = user_agent
        self._private = private

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Hand over a JSON document. Raises Retry (nothing left the house), Unclear (it may have arrived), WatchTrouble
        (the address leads where it must not)."""
        return await self._send(Request("POST", url, {"Content-Type": "application/json", **headers}, body))

    async def head(self, url: str) -> Answer:
        """Ask for nothing but the headers. Raises as ``post``."""
        return await self._send(Request("HEAD", url, {}))

    async def _send(self, request: Request) -> Answer:
        resolver = None if self._private else PublicResolver()
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=resolver, force_close=True),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": self._user_agent, "Accept": "application/json", "Accept-Encoding": "identity"},
            trust_env=False,
        ) as http:
            try:
                return await exchange(http, request, _LIMITS)
            except Retry as error:
                if isinstance(getattr(error.__cause__, "os_error", None), NotPublic):
                    raise WatchTrouble(
                        f"{host(request.url)} leads into a private network.",
                        explanation="If it is a network of your own, set options.private_network: true.",
                    ) from error
                raise
