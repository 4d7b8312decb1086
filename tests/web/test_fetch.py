import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import web
from tests.web.conftest import Forum, OpenSession, RawServer
from tests.web.drip import DRIPS, dripping
from tests.web.test_public import Names

from forum_bridge.errors import Retry, SignInNeeded
from forum_bridge.web.fetch import Bounds, Fetcher, open_fetcher
from forum_bridge.web.incoming import Incoming, NoFile
from forum_bridge.web.session import ForumSession

PNG = b"\x89PNG\r\n\x1a\n" + bytes(2000)
BOUNDS = Bounds(1_000_000, 20.0)
AGENT = "forum-bridge/test"


@pytest.fixture
async def fetcher(forum: Forum, session: ForumSession) -> AsyncIterator[Fetcher]:
    async with open_fetcher(forum.url, AGENT, session) as made:
        yield made


@pytest.fixture
async def elsewhere() -> AsyncIterator[Forum]:
    """Another server on this machine, which nobody may be led to."""
    async with Forum().running() as server:
        server.says("/secret.png", PNG, Content_Type="image/png")
        yield server


async def got(fetcher: Fetcher, url: str, bounds: Bounds = BOUNDS, **asking: str) -> tuple[Incoming, bytes]:
    async with fetcher.open(url, bounds, **asking) as incoming:
        return incoming, b"".join([piece async for piece in incoming.chunks()])


def redirecting(target: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": target})

    return handler


async def test_a_file_comes_whole_with_its_name_and_what_it_is(forum: Forum, fetcher: Fetcher) -> None:
    forum.says(
        "/a.php", PNG, Content_Type="image/jpeg", Content_Disposition="inline; filename*=UTF-8''k%C4%B1r%C4%B1k.png"
    )
    incoming, data = await got(fetcher, f"{forum.url}a.php?id=4")
    assert (data, incoming.size, incoming.picture) == (PNG, len(PNG), "image/png")
    assert (incoming.mime, incoming.told_name) == ("image/png", "kırık.png")


async def test_our_own_forum_sees_our_cookies_and_where_we_come_from(
    forum: Forum, fetcher: Fetcher, session: ForumSession
) -> None:
    forum.says("/login", "ok", Set_Cookie="sid=Ş1; Path=/")
    await session.get("login")
    forum.says("/a.png", PNG, Set_Cookie="sid=stolen; Path=/")
    await got(fetcher, f"{forum.url}a.png", referer=f"{forum.url}thread/4#post-9")
    await got(fetcher, f"{forum.url}a.png")
    first, second = (request for request in forum.asked if request.path == "/a.png")
    assert first.headers["Cookie"] == second.headers["Cookie"]  # what a file's answer sets is not kept
    assert first.headers["Cookie"].startswith("sid=")
    assert "stolen" not in second.headers["Cookie"]
    assert first.headers["Referer"] == f"{forum.url}thread/4"
    assert first.headers["User-Agent"] == AGENT


async def test_a_server_without_our_account_sees_neither(forum: Forum) -> None:
    forum.says("/a.png", PNG, Set_Cookie="sid=1")
    async with open_fetcher(forum.url, AGENT) as fetcher:
        await got(fetcher, f"{forum.url}a.png", referer="https://forum.example/secret-thread")
        await got(fetcher, f"{forum.url}a.png")
    assert not any({"Cookie", "Referer"} & set(request.headers) for request in forum.asked)


async def test_files_keep_the_forums_pace_and_its_robots_txt(forum: Forum, fetcher: Fetcher, clock: object) -> None:
    forum.says("/robots.txt", "User-agent: *\nDisallow: /closed/", Content_Type="text/plain")
    forum.says("/a.png", PNG)
    await got(fetcher, f"{forum.url}a.png")
    await got(fetcher, f"{forum.url}a.png")
    assert sum(clock.slept) >= 1.9  # type: ignore[attr-defined]
    with pytest.raises(Exception, match="robots"):
        await got(fetcher, f"{forum.url}closed/a.png")


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1:{port}/secret.png", "http://localhost:{port}/secret.png",
        "//127.0.0.1:{port}/secret.png", "http://[::1]:{port}/secret.png", "http://[::ffff:127.0.0.1]:{port}/secret.png",
        "http://2130706433:{port}/secret.png", "http://0x7f000001:{port}/secret.png", "http://127.1:{port}/secret.png",
        "http://0177.0.0.1:{port}/secret.png", "http://①②⑦.0.0.1:{port}/secret.png", "http://127.0.0.1:{port}\\@a.b/",
        "http://a.b@127.0.0.1:{port}/secret.png", "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/",
        "http://[fe80::1%25lo]:{port}/", "file:///etc/passwd", "ftp://127.0.0.1/a", "gopher://127.0.0.1:{port}/_GET",
        "http://", "http://[::1", "javascript:alert(1)",
    ],
)  # fmt: skip
@pytest.mark.parametrize("by_redirect", [True, False])
async def test_nobody_leads_us_to_a_private_address(
    forum: Forum, fetcher: Fetcher, elsewhere: Forum, target: str, by_redirect: bool
) -> None:
    port = elsewhere.url.rsplit(":", 1)[1].strip("/")
    url = target.format(port=port)
    if by_redirect:
        forum.on("/a.png", redirecting(url))
        url = f"{forum.url}a.png"
    with pytest.raises(NoFile):
        await got(fetcher, url)
    assert elsewhere.asked == []


async def test_a_name_that_leads_to_a_private_address_is_refused(forum: Forum, elsewhere: Forum) -> None:
    port = elsewhere.url.rsplit(":", 1)[1].strip("/")
    async with open_fetcher(forum.url, AGENT, resolver=Names(["127.0.0.1"])) as fetcher:
        with pytest.raises(NoFile, match="public internet"):
            await got(fetcher, f"http://files.example:{port}/secret.png")
    assert elsewhere.asked == []


async def test_a_name_is_resolved_once_and_the_connection_goes_there(forum: Forum) -> None:
    """A name that changes its mind between looking and going: looking is all there is."""
    port = forum.url.rsplit(":", 1)[1].strip("/")
    forum.says("/a.png", PNG)
    names = Names(["127.0.0.1"], ["10.0.0.1"])
    async with open_fetcher(f"http://files.example:{port}/", AGENT, resolver=names) as fetcher:
        _, data = await got(fetcher, f"http://files.example:{port}/a.png")
    assert (data, names.asked) == (PNG, 1)


async def test_a_public_forum_whose_name_changes_leads_no_file_into_a_private_network(
    elsewhere: Forum, open_to: OpenSession
) -> None:
    """What the session has learned of the forum's place holds for its files, too."""
    port = elsewhere.url.rsplit(":", 1)[1].strip("/")
    home = f"http://forum.example:{port}/"
    session = await open_to(home, Names(["8.8.8.8"], ["127.0.0.1"]), i_have_permission=True)
    await session.resolver.resolve("forum.example", int(port))
    async with open_fetcher(home, AGENT, session) as fetcher:
        for _ in range(2):
            with pytest.raises(NoFile, match="public internet"):
                await got(fetcher, f"{home}secret.png")
    assert elsewhere.asked == []


async def test_redirects_are_followed_at_home_but_not_for_ever(forum: Forum, fetcher: Fetcher) -> None:
    forum.says("/a.png", PNG)
    forum.on("/old.png", redirecting("/a.png"))
    assert (await got(fetcher, f"{forum.url}old.png"))[1] == PNG
    forum.on("/round", redirecting("/round"))
    with pytest.raises(NoFile, match="too often"):
        await got(fetcher, f"{forum.url}round")
    assert forum.paths().count("/round") == 6


def endless(sent: list[int], **headers: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "image/png", **headers})
        await response.prepare(request)
        try:
            while True:
                await response.write(PNG * 30)
                sent.append(len(PNG) * 30)
        except ConnectionError:
            return response

    return handler


async def test_three_gigabytes_are_refused_before_they_come(
    forum: Forum, fetcher: Fetcher, figures: Callable[..., None]
) -> None:
    sent: list[int] = []
    forum.on("/film.mkv", endless(sent, **{"Content-Length": "3000000000"}))
    with pytest.raises(NoFile, match="too large"):
        async with fetcher.open(f"{forum.url}film.mkv", BOUNDS):
            pytest.fail("its size was told")
    assert sum(sent) < 20_000_000  # what lay in the sockets' buffers
    figures("3 GB announced", bytes_sent_before_the_server_noticed=sum(sent))


async def test_an_endless_stream_is_cut_at_the_limit(forum: Forum, fetcher: Fetcher) -> None:
    sent: list[int] = []
    forum.on("/film.mkv", endless(sent))
    read = 0
    with pytest.raises(NoFile, match="too large"):
        async with fetcher.open(f"{forum.url}film.mkv", BOUNDS) as incoming:
            async for piece in incoming.chunks():
                read += len(piece)
    assert read <= BOUNDS.max_bytes


async def test_a_file_of_exactly_the_limit_comes(forum: Forum, fetcher: Fetcher) -> None:
    forum.says("/a", bytes(1000), Content_Type="application/zip")
    assert len((await got(fetcher, f"{forum.url}a", Bounds(1000, 20.0)))[1]) == 1000
    with pytest.raises(NoFile, match="too large"):
        await got(fetcher, f"{forum.url}a", Bounds(999, 20.0))


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("<!doctype html><title>Not found</title>", "text/html; charset=utf-8"),
        ("plain words", "text/html"),
        ("\ufeff <!-- x -->\n<HTML lang=tr>", "image/png"),
        ("<script>location='/'</script>", "application/octet-stream"),
    ],
)
async def test_a_page_is_no_file(forum: Forum, fetcher: Fetcher, body: str, content_type: str) -> None:
    forum.says("/a.png", body, Content_Type=content_type)
    with pytest.raises(NoFile, match="web page"):
        await got(fetcher, f"{forum.url}a.png")


async def test_a_page_sent_to_be_saved_is_one(forum: Forum, fetcher: Fetcher) -> None:
    forum.says("/a", "<html>log</html>", Content_Disposition='attachment; filename="log.html"')
    assert (await got(fetcher, f"{forum.url}a"))[0].told_name == "log.html"


@pytest.mark.parametrize("status", [200, 401, 403])
async def test_a_form_to_sign_in_asks_us_to_sign_in(forum: Forum, fetcher: Fetcher, status: int) -> None:
    form = "<html>" + " " * 3000 + "<form><input name=user><input type='password'></form>"
    forum.says("/a.png", form, status)
    with pytest.raises(SignInNeeded):
        await got(fetcher, f"{forum.url}a.png")
    async with open_fetcher(forum.url, AGENT) as stranger:
        with pytest.raises(NoFile):
            await got(stranger, f"{forum.url}a.png")


@pytest.mark.parametrize(("status", "why"), [(404, "any more"), (410, "any more"), (403, "not open"), (418, "418")])
async def test_what_is_not_there_is_no_file(forum: Forum, fetcher: Fetcher, status: int, why: str) -> None:
    forum.says("/a.png", "nothing", status)
    with pytest.raises(NoFile, match=why):
        await got(fetcher, f"{forum.url}a.png")


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_server_in_trouble_is_asked_again(forum: Forum, fetcher: Fetcher, status: int) -> None:
    forum.says("/a.png", "", status, Retry_After="30")
    with pytest.raises(Retry) as told:
        await got(fetcher, f"{forum.url}a.png")
    assert told.value.after is not None
    assert told.value.after.total_seconds() == 30


async def test_what_comes_packed_is_never_unpacked(forum: Forum, fetcher: Fetcher) -> None:
    bomb = gzip.compress(bytes(10_000_000))
    forum.says("/a.png", bomb, Content_Encoding="gzip", Content_Type="image/png")
    with pytest.raises(NoFile, match="packed"):
        await got(fetcher, f"{forum.url}a.png")
    forum.says("/log.gz", bomb, Content_Encoding="gzip", Content_Type="application/x-gzip")
    assert (await got(fetcher, f"{forum.url}log.gz"))[1] == bomb


@pytest.mark.parametrize("drip", DRIPS)
async def test_a_server_that_drips_is_left(drip: str) -> None:
    async with dripping(*DRIPS[drip]) as server, open_fetcher(server.url, AGENT) as fetcher:
        with pytest.raises(Retry, match="answered 502" if drip == "error" else "longer than"):
            await got(fetcher, f"{server.url}a.png", Bounds(1_000_000, 0.2))


async def test_a_server_that_says_nothing_is_left(raw_server: RawServer) -> None:
    async def mute(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with raw_server(mute) as url, open_fetcher(url, AGENT) as fetcher:
        with pytest.raises(Retry, match="longer than"):
            await got(fetcher, f"{url}a.png", Bounds(1_000_000, 0.2))


async def test_half_a_file_is_no_file(raw_server: RawServer) -> None:
    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 9000\r\n\r\n" + PNG)
        await writer.drain()

    async with raw_server(half) as url, open_fetcher(url, AGENT) as fetcher:
        with pytest.raises(Retry, match="no whole answer"):
            await got(fetcher, f"{url}a.png")


async def test_a_closed_port_is_asked_again(raw_server: RawServer) -> None:
    async def nothing(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
        return

    async with raw_server(nothing) as url:
        pass
    async with open_fetcher(url, AGENT) as fetcher:
        with pytest.raises(Retry, match="No connection"):
            await got(fetcher, f"{url}a.png")
