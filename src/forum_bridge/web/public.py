"""Which addresses a stranger's link may lead us to: the public internet's, and one server that was named to us. Names
are resolved once, and the connection goes to an address that was looked at, so that none changes its mind between."""

from __future__ import annotations

import ipaddress
import socket

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

_CLOSED = tuple(
    ipaddress.ip_network(network)
    for network in (
        "168.63.129.16/32",  # Azure's own services, on an address that looks public
        "192.0.0.0/24",  # protocol assignments, Oracle Cloud's metadata among them
        "192.88.99.0/24",  # 6to4 relays
    )
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_DEFAULT_PORTS = frozenset((80, 443))


class NotPublic(OSError):
    """The address is not one of the public internet."""


def is_public(address: str) -> bool:
    """Say whether an IP address is a public server's: not private, loopback, link-local (where clouds keep their
    metadata), shared, multicast, reserved, nor an IPv6 form of such an IPv4 one. False for what is no IP address."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
        inner += [ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)] if ip in _NAT64 else []
        if any(each is not None and not is_public(str(each)) for each in inner):
            return False
        if ip.ipv4_mapped is not None or ip in _NAT64:
            return True  # the network says nothing, only the address within
    closed = any(ip in network for network in _CLOSED if network.version == ip.version)
    return ip.is_global and not (closed or ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def is_closed(url: str, home: str) -> bool:
    """Say whether an address names an IP address that is none of the public internet, nor ``home``'s server. No other
    spelling of one gets by: what is no IP address to us is a name, and is resolved."""
    name = URL(url, encoded=True).host or ""
    literal = ":" in name or name.replace(".", "").isdigit()
    return literal and not is_public(name) and not at_home(url, home)


def at_home(url: str, home: str) -> bool:
    """Say whether ``url`` lies on the very server of ``home``: the same host, and the same port or both the usual
    ones."""
    one, other = URL(url), URL(home)
    if one.host is None or one.host.lower() != (other.host or "").lower():
        return False
    return one.port == other.port or {one.port, other.port} <= _DEFAULT_PORTS


def _name(url: str) -> str:
    return (URL(url).host or "").lower()


class SteadyResolver(AbstractResolver):
    """Resolves the names of one forum. Where the forum itself stands decides: one on the public internet cannot lead us
    into a private network, by another name of its own nor by a change of its mind; one in a private network may be
    anywhere."""

    def __init__(self, home: str, inner: AbstractResolver | None = None) -> None:
        self._homes = {_name(home)}
        self._open = {_name(home): True} if is_closed(home, "") else {}  # of each home resolved: whether it is private
        self._inner = inner or ThreadedResolver()

    def settle(self, home: str) -> None:
        """Count another server that the configuration names as a home, too."""
        self._homes.add(_name(home))

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of a host. Raises NotPublic if it has none that may be gone to."""
        found = await self._inner.resolve(host, port, family)
        public = [each for each in found if is_public(each["host"])]
        name = _name(f"http://{host}/")
        if name in self._homes:
            self._open.setdefault(name, not public)
        if self._open.get(name, False) or (name not in self._homes and any(self._open.values())):
            return found
        if not public:
            raise NotPublic(f"{host} leads into a private network")
        return public

    async def close(self) -> None:
        """Free the inner resolver."""
        await self._inner.close()


class PublicResolver(AbstractResolver):
    """Resolves names to public addresses only; those of ``home``'s very server as ``names`` does, which remembers where
    it stood at first."""

    def __init__(self, home: str = "", names: SteadyResolver | None = None) -> None:
        self._home = home
        self._names = names or SteadyResolver(home)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of a host. Raises NotPublic if it has none that may be gone to."""
        found = await self._names.resolve(host, port, family)
        if at_home(f"http://{host}:{port}/", self._home):
            return found
        public = [each for each in found if is_public(each["host"])]
        if not public:
            raise NotPublic(f"{host} has no public address")
        return public

    async def close(self) -> None:
        """Free the inner resolver."""
        await self._names.close()
