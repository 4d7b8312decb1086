import socket

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from hypothesis import given
from hypothesis import strategies as st

from forum_bridge.web.public import NotPublic, PublicResolver, SteadyResolver, at_home, is_closed, is_public


class Names(AbstractResolver):
    """Gives each name its addresses, one list after the other, and counts how often it was asked."""

    def __init__(self, *lists: list[str]) -> None:
        self.lists = list(lists)
        self.asked = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked += 1
        addresses = self.lists.pop(0) if len(self.lists) > 1 else self.lists[0]
        return [
            ResolveResult(hostname=host, host=each, port=port, family=socket.AF_INET, proto=0, flags=0)
            for each in addresses
        ]

    async def close(self) -> None:
        return


@pytest.mark.parametrize(
    "address",
    ["93.184.215.14", "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:8.8.8.8", "64:ff9b::808:808"],
)
def test_servers_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.0.0.1", "172.16.5.4", "192.168.1.1", "100.64.0.1", "169.254.169.254",
        "100.100.100.200", "168.63.129.16", "192.0.0.192", "192.0.2.1", "198.18.0.1", "224.0.0.1", "239.255.255.250",
        "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fd00:ec2::254", "fc00::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::7f00:1", "2002:7f00:1::1",
        "2002:a9fe:a9fe::", "2001:0:4136:e378:8000:63bf:80ff:fffe", "2001:db8::1", "4000::1", "localhost", "",
    ],
)  # fmt: skip
def test_everything_else_is_not(address: str) -> None:
    assert not is_public(address)


@given(st.ip_addresses())
def test_what_wraps_an_address_is_no_more_public_than_it(address: object) -> None:
    text = str(address)
    if ":" not in text and not is_public(text):
        assert not is_public(f"::ffff:{text}")
        assert not is_public(f"64:ff9b::{text}")


@pytest.mark.parametrize(
    ("url", "home"),
    [
        ("http://127.0.0.1:8100/a.png", "http://127.0.0.1:8100/forum/"),
        ("http://forum.example/a", "https://FORUM.example/"),
        ("https://xn--rnek-4qa.example/a", "https://örnek.example"),
    ],
)
def test_the_same_server_is_home(url: str, home: str) -> None:
    assert at_home(url, home)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:6379/", "http://localhost:8100/", "http://127.0.0.2:8100/", "file:///etc/passwd"]
)
def test_another_port_or_name_of_the_same_machine_is_not(url: str) -> None:
    assert not at_home(url, "http://127.0.0.1:8100/")


async def test_a_name_keeps_only_its_public_addresses() -> None:
    names = SteadyResolver("https://forum.example", Names(["10.0.0.1", "8.8.8.8", "::1"]))
    found = await PublicResolver("https://forum.example", names).resolve("a.example", 80)
    assert [each["host"] for each in found] == ["8.8.8.8"]


async def test_a_name_without_a_public_address_is_refused_but_at_home() -> None:
    home = "http://intranet:8080/forum"
    resolver = PublicResolver(home, SteadyResolver(home, Names(["10.0.0.1"])))
    with pytest.raises(NotPublic):
        await resolver.resolve("intranet", 80)
    assert len(await resolver.resolve("intranet", 8080)) == 1


async def test_a_server_without_a_session_stays_where_its_first_file_was() -> None:
    home = "https://desk.example"
    resolver = PublicResolver(home, SteadyResolver(home, Names(["8.8.8.8"], ["127.0.0.1"])))
    assert len(await resolver.resolve("desk.example", 443)) == 1
    with pytest.raises(NotPublic):
        await resolver.resolve("desk.example", 443)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "0.0.0.0", "2130706433", "0177.0.0.1", "127.1", "0", "[::1]", "[::ffff:10.0.0.1]", "169.254.169.254"],
)
def test_an_address_in_figures_is_closed_however_it_is_written(host: str) -> None:
    assert is_closed(f"http://{host}/latest/meta-data/", "https://forum.example/")


@pytest.mark.parametrize(
    "url", ["http://forum.example/", "https://8.8.8.8/", "http://127.0.0.1:8100/x", "http://0x7f.1/"]
)
def test_names_and_public_figures_and_home_are_not(url: str) -> None:
    assert not is_closed(url, "http://127.0.0.1:8100/")


async def test_a_public_forum_leads_nobody_into_a_private_network() -> None:
    resolver = SteadyResolver("https://forum.example", Names(["8.8.8.8"], ["10.0.0.1", "8.8.4.4"], ["169.254.169.254"]))
    assert len(await resolver.resolve("forum.example", 443)) == 1
    found = await resolver.resolve("www.forum.example", 443)
    assert [each["host"] for each in found] == ["8.8.4.4"]
    with pytest.raises(NotPublic):
        await resolver.resolve("intern.forum.example", 80)


async def test_a_forum_that_changes_its_mind_is_not_followed() -> None:
    resolver = SteadyResolver("https://Forum.example", Names(["8.8.8.8"], ["127.0.0.1"]))
    await resolver.resolve("forum.example", 443)
    with pytest.raises(NotPublic, match="private network"):
        await resolver.resolve("forum.example", 443)


async def test_another_name_is_refused_before_the_forum_itself_was_asked() -> None:
    with pytest.raises(NotPublic):
        await SteadyResolver("https://forum.example", Names(["10.0.0.1"])).resolve("intern.forum.example", 80)


async def test_a_forum_of_the_own_network_may_be_anywhere_in_it() -> None:
    resolver = SteadyResolver("http://forum.intranet", Names(["10.0.0.1"]))
    assert len(await resolver.resolve("forum.intranet", 80)) == 1
    assert len(await resolver.resolve("www.forum.intranet", 80)) == 1


async def test_a_feed_that_the_configuration_names_is_a_home_of_its_own() -> None:
    resolver = SteadyResolver("https://forum.example", Names(["8.8.8.8"], ["10.0.0.1"]))
    await resolver.resolve("forum.example", 443)
    resolver.settle("http://feeds.intranet/rss")
    assert len(await resolver.resolve("feeds.intranet", 80)) == 1
