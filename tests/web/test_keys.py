"""What is ours alone (keys, passwords, cookies, what we write) goes to the forum's own server, and never less encrypted
than the configuration says."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator

import pytest
from aiohttp.abc import ResolveResult
from tests.web.conftest import Forum, OpenSession
from tests.web.test_public import Names
from yarl import URL

from forum_bridge.errors import BridgeError, Retry, Unclear, WatchTrouble
from forum_bridge.web.cookies import Cookies
from forum_bridge.web.fetch import Bounds, open_fetcher
from forum_bridge.web.forms import Form
from forum_bridge.web.session import ForumSession

KEY = {"Authorization": "Token gizli"}
FORM = Form("", fields=(("user", "kopru"), ("password", "gizli")))


@pytest.fixture
async def other() -> AsyncIterator[Forum]:
    """Another server on the forum's host, which would like to see what is not its own."""
    async with Forum().running() as server:
        server.says("/api", "taken")
        yield server


class Asked(Names):
    """Finds no name; remembers which were asked for, and at which port."""

    def __init__(self) -> None:
        super().__init__([])
        self.places: list[tuple[str, int]] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.places.append((host, port))
        raise OSError("no such name")


def port_of(server: Forum) -> str:
    return server.url.rsplit(":", 1)[1]


async def everything_of_ours(session: ForumSession, url: str) -> list[BridgeError]:
    """Hand an address whatever we have; return what each attempt came to."""
    refused = []
    for attempt in (
        session.get(url, keys=KEY),
        session.call(url, {"text": "selam"}, headers=KEY),
        session.submit(Form(url, fields=FORM.fields), referer=session.base_url),
        session.submit(Form(url, "GET", FORM.fields), referer=session.base_url),
    ):
        with pytest.raises(BridgeError) as raised:
            await attempt
        refused.append(raised.value)
    return refused


async def test_the_forum_itself_sees_the_key(forum: Forum, session: ForumSession) -> None:
    forum.says("/old", "", 301, Location="/api")
    forum.says("/api", "tamam")
    assert (await session.get("/old", headers={"Accept": "text/x"}, keys=KEY)).html == "tamam"
    asked = [each.headers for each in forum.asked if each.path != "/robots.txt"]
    assert [(each["Authorization"], each["Accept"]) for each in asked] == [("Token gizli", "text/x")] * 2
    assert not any("Authorization" in each.headers for each in forum.asked if each.path == "/robots.txt")


@pytest.mark.parametrize("by_redirect", [True, False])
async def test_no_key_goes_to_another_port(
    forum: Forum, session: ForumSession, other: Forum, by_redirect: bool
) -> None:
    forum.says("/api", "", 302, Location=f"{other.url}api")
    with pytest.raises(WatchTrouble, match="gets no keys"):
        await session.get("/api" if by_redirect else f"{other.url}api", keys=KEY)
    assert other.asked == []


@pytest.mark.parametrize("by_redirect", [True, False])
async def test_a_page_elsewhere_is_read_without_what_an_adapter_says_in_headers(
    forum: Forum, session: ForumSession, other: Forum, by_redirect: bool
) -> None:
    """An adapter of somebody's own may put a key there."""
    forum.says("/api", "", 302, Location=f"{other.url}api")
    url = "/api" if by_redirect else f"{other.url}api"
    assert (await session.get(url, headers={**KEY, "X-Requested-With": "XMLHttpRequest"})).html == "taken"
    assert not {"Authorization", "X-Requested-With"} & set(other.asked[-1].headers)


async def test_nothing_of_ours_goes_to_another_port_or_a_subdomain(
    forum: Forum, other: Forum, open_to: OpenSession
) -> None:
    home = f"http://forum.example:{port_of(forum)}"
    session = await open_to(home, Names(["127.0.0.1"]), i_have_permission=True)
    for url in (f"http://forum.example:{port_of(other)}api", f"http://api.forum.example:{port_of(forum)}api"):
        assert {type(each) for each in await everything_of_ours(session, url)} == {WatchTrouble}
    assert forum.asked == other.asked == []


async def test_the_www_twin_is_the_forum_itself(forum: Forum, open_to: OpenSession) -> None:
    home = f"http://forum.example:{port_of(forum)}"
    session = await open_to(home, Names(["127.0.0.1"]), i_have_permission=True)
    twin = f"http://www.forum.example:{port_of(forum)}api"
    forum.says("/api", "tamam")
    await session.get(home + "api")
    assert (await session.get(twin, keys=KEY)).html == "tamam"
    assert (await session.submit(Form(twin, fields=FORM.fields), referer=home)).html == "tamam"


async def test_nothing_of_ours_goes_unencrypted_where_the_forum_is_not(other: Forum, open_to: OpenSession) -> None:
    session = await open_to("https://127.0.0.1:9/", i_have_permission=True)
    refused = await everything_of_ours(session, f"{other.url}api")
    assert {type(each) for each in refused} == {WatchTrouble}
    assert "gizli" not in str(refused)
    assert other.asked == []


async def test_where_a_page_forgets_the_encryption_it_is_used_all_the_same(open_to: OpenSession) -> None:
    """A board behind a proxy that takes off the encryption may call itself http."""
    names = Asked()
    session = await open_to("https://forum.example/", names, i_have_permission=True)
    for each in await everything_of_ours(session, "http://forum.example/api"):
        assert isinstance(each, Retry)
    with pytest.raises(Retry):
        await session.get("http://www.forum.example:80/api")
    assert set(names.places) == {("forum.example", 443), ("www.forum.example", 443)}


async def test_files_of_the_forum_come_encrypted_too() -> None:
    names = Asked()
    async with open_fetcher("https://forum.example/", "forum-bridge/test", resolver=names) as fetcher:
        with pytest.raises(Retry):
            async with fetcher.open("http://forum.example/a.png", Bounds(1000, 5.0)):
                pytest.fail("there is no such name")
    assert names.places == [("forum.example", 443)]


@pytest.mark.parametrize("status", [302, 307])
async def test_what_we_wrote_is_not_followed_to_a_subdomain(status: int, forum: Forum, open_to: OpenSession) -> None:
    home = f"http://forum.example:{port_of(forum)}"
    session = await open_to(home, Names(["127.0.0.1"]))
    forum.says("/write", "", status, Location=f"http://api.forum.example:{port_of(forum)}api")
    with pytest.raises(Unclear, match="leads to"):
        await session.submit(Form(f"{home}write", fields=FORM.fields), referer=home)
    assert forum.paths() == ["/write"]


async def test_cookies_of_an_encrypted_forum_never_go_unencrypted() -> None:
    cookies = Cookies("https://forum.example/")
    cookies.update_cookies({"sid": "gizli"}, URL("https://forum.example/login"))
    assert cookies.filter_cookies(URL("https://forum.example/konu"))["sid"].value == "gizli"
    for url in ("http://forum.example/konu", "http://forum.example:8080/", "http://forum.example:443/"):
        assert not cookies.filter_cookies(URL(url))


async def test_cookies_of_a_forum_without_encryption_go_to_it() -> None:
    cookies = Cookies("http://127.0.0.1:8100/")
    cookies.update_cookies({"sid": "1"}, URL("http://127.0.0.1:8100/"))
    assert cookies.filter_cookies(URL("http://127.0.0.1:8100/konu"))["sid"].value == "1"
