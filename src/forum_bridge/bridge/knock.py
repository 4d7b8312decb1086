"""What the bridge's doors ask of every request alike: who knocks, how often, and how much they bring."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from datetime import datetime

import structlog
from aiohttp import web

from forum_bridge.model import Clock

REMEMBERED = 10_000  # addresses
_NETWORK_OF_A_HOUSE = 64  # bits of an IPv6 address that one customer of a provider shares


class Rate:
    """A bucket of requests for each address: ``burst`` at once, then ``a_second``."""

    def __init__(self, clock: Clock, *, burst: int, a_second: float) -> None:
        self._clock = clock
        self._burst = burst
        self._a_second = a_second
        self._buckets: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    def wait(self, address: str) -> float:
        """Count a request; return 0, or the seconds after which the next one is let in."""
        now = self._clock()
        left, since = self._buckets.pop(address, (float(self._burst), now))
        left = min(self._burst, left + max((now - since).total_seconds(), 0) * self._a_second)
        let_in = left >= 1
        self._buckets[address] = (left - 1 if let_in else left, now)
        if len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
        return 0 if let_in else (1 - left) / self._a_second


def address_of(request: web.Request) -> str:
    """Return the address that knocks. Where that is a web server on this machine, it is the one that it names: the last
    of X-Forwarded-For, since those before come from whoever asked."""
    near = request.remote or ""
    told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    try:
        return _house(told if told and ipaddress.ip_address(near).is_loopback else near)
    except ValueError:
        return near


async def read_body(request: web.Request, most: int, event: str) -> bytes:
    """Return the body. Raises 413 for one over ``most`` bytes, which is logged as ``event``."""
    if (request.content_length or 0) > most:
        structlog.get_logger().warning(event, bytes=request.content_length)
        raise web.HTTPRequestEntityTooLarge(most, request.content_length or 0)
    body = bytearray()
    async for chunk in request.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > most:
            structlog.get_logger().warning(event, bytes=f"over {most}")
            raise web.HTTPRequestEntityTooLarge(most, len(body))
    return bytes(body)


def _house(address: str) -> str:
    """Return what one customer of a provider has: an IPv4 address, or a network of IPv6."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if ip.version == 4:
        return str(ip)
    return str(ipaddress.ip_network((ip, _NETWORK_OF_A_HOUSE), strict=False))
