"""What the bridge's doors ask of every request alike: who knocks, how often, and how much they bring."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from forum_bridge.model import Clock

REMEMBERED = 10_000  # addresses
_NETWORK_OF_A_HOUSE = 64  # bits of an IPv6 address that one customer of a provider shares

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class Rate:
    """A bucket of requests for each address: ``burst`` at once, then ``a_second``."""

    def __init__(self, clock: Clock, *, burst: int, a_second: float) -> None:
        self._clock = clock
        self._burst = burst
        self._a_second = a_second
        self._buckets: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    def wait(self, address: str) -> float:
        """Count a request; return 0, or the seconds after which the next one is let in."""
        left = self._left(address)
        let_in = left >= 1
        self._buckets[address] = (left - 1 if let_in else left, self._clock())
        self._buckets.move_to_end(address)
        if len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
        return self._until_one(left)

    def left_out(self, address: str) -> float:
        """Return what ``wait`` would, and count nothing."""
        return self._until_one(self._left(address))

    def _left(self, address: str) -> float:
        now = self._clock()
        left, since = self._buckets.get(address, (float(self._burst), now))
        return min(self._burst, left + max((now - since).total_seconds(), 0) * self._a_second)

    def _until_one(self, left: float) -> float:
        return 0 if left >= 1 else (1 - left) / self._a_second


@dataclass(frozen=True, slots=True)
class Caller:
    """Who knocks. ``address`` is None where nobody can tell: a web server of ours passed the request on and did not
    say for whom. ``key`` is what is counted: an address, or a network of IPv6."""

    address: Address | None
    key: str


@dataclass(frozen=True, slots=True)
class Proxies:
    """The web servers that are believed when they name for whom they pass a request on."""

    trusted: Sequence[Network]

    def caller(self, request: web.Request) -> Caller:
        """Return who knocks: the peer itself, or the last in X-Forwarded-For that is no such server, since those before
        come from whoever asked."""
        near = request.remote or ""
        told = ",".join(request.headers.getall("X-Forwarded-For", ())).split(",")
        for each in (near, *(name.strip() for name in reversed(told))):
            address = _read(each)
            if address is None:
                break
            if not within(address, self.trusted):
                return Caller(address, _house(address))
        return Caller(None, near)


def within(address: Address, networks: Sequence[Network]) -> bool:
    """Say whether an address lies in one of the networks."""
    return any(address in network for network in networks if network.version == address.version)


async def read_body(request: web.Request, most: int, event: str) -> bytes:
    """Return the body, unpacked. Raises 413 for one over ``most`` bytes, which is logged as ``event``, and 400 for one
    that breaks off or is not packed as it says."""
    if (request.content_length or 0) > most:
        structlog.get_logger().warning(event, bytes=request.content_length)
        raise web.HTTPRequestEntityTooLarge(most, request.content_length or 0)
    body = bytearray()
    try:
        async for chunk in request.content.iter_chunked(64 * 1024):
            body += chunk
            if len(body) > most:
                structlog.get_logger().warning(event, bytes=f"over {most}")
                raise web.HTTPRequestEntityTooLarge(most, len(body))
    except (web.RequestPayloadError, HttpProcessingError, ConnectionError) as error:
        structlog.get_logger().info("body_broken_off", bytes=len(body), reason=type(error).__name__)
        request.content.feed_eof()  # else aiohttp reads on, meets the same and logs it as an error
        refusal = web.HTTPBadRequest(text="unreadable")
        refusal.force_close()
        raise refusal from None
    return bytes(body)


def _read(text: str) -> Address | None:
    """Return the address, an IPv4 one that is written as IPv6 as what it is."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _house(address: Address) -> str:
    """Return what one customer of a provider has: an IPv4 address, or a network of IPv6."""
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, _NETWORK_OF_A_HOUSE), strict=False))
