"""The control socket of a running bridge: commands reach it, only for its own ledger, and only from who may open the
file."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import aiohttp
import pytest
import structlog

from forum_bridge.bridge.backfill import Filled
from forum_bridge.daemon.control import Control, socket_path
from forum_bridge.daemon.news import PostNews, Stand, WatchNews
from forum_bridge.daemon.remote import Remote, reached, why_not
from forum_bridge.errors import BridgeError, ConfigurationRefused
from forum_bridge.ledger.operator import Act
from forum_bridge.model import WatchKind
from forum_bridge.sandbox.forum.state import utc_now

NOWHERE: Mapping[str, str] = {}
POST = PostNews("post-7", "31", "Gökçe Şahin 🚚", "http://forum.example/post/31", "in case 4", Stand.THERE)
NEWS = WatchNews("kargo", WatchKind.BOARD, "http://forum.example/board/1", (POST,), more=True)


class Heard:
    """Notes what it is told to do."""

    def __init__(self) -> None:
        self.asked: list[tuple[Act, str, bool, str | None]] = []
        self.go_on = asyncio.Event()
        self.left = False
        self.news = NEWS

    async def operate(self, act: Act, item: str, *, anyway: bool, url: str | None) -> str:
        self.asked.append((act, item, anyway, url))
        if item == "post-0":
            raise BridgeError("There is no post-0.", explanation="Look at the status.")
        return f"{item} is tried again."

    async def forget(self, forum: str, author_key: str) -> str:
        if author_key == "0":
            raise BridgeError("Nobody.", explanation="Look again.")
        return f"{author_key} on {forum} is erased."

    async def backfill(self, name: str, since: datetime | None, limit: int | None) -> AsyncGenerator[Filled]:
        yield Filled(f"{name} {since} {limit}", 3, 2)
        raise BridgeError("The forum is away.", explanation="Try it again.")

    async def round(self, names: Sequence[str]) -> AsyncGenerator[WatchNews]:
        try:
            for name in names:
                if name == "yok":
                    raise ConfigurationRefused("yok is no forum.", explanation="kargo is one.")
                if name == "bekle":
                    await self.go_on.wait()
                yield self.news
        finally:
            self.left = True


async def retried(ledger: Path, environ: Mapping[str, str] = NOWHERE) -> str | None:
    async with reached(ledger, environ) as bridge:
        return None if bridge is None else await bridge.operate(Act.RETRY, "post-7", anyway=False, url=None)


async def came(bridge: Remote, *names: str) -> list[WatchNews]:
    async with aclosing(bridge.round(names)) as news:
        return [each async for each in news]


async def test_a_decision_reaches_the_bridge_and_its_answer_comes_back(tmp_path: Path) -> None:
    ledger, heard = tmp_path / "ledger.sqlite3", Heard()
    async with Control(socket_path(ledger, NOWHERE), ledger, heard), reached(ledger, NOWHERE) as bridge:
        assert bridge is not None
        assert await bridge.operate(Act.RETRY, "post-7", anyway=True, url=None) == "post-7 is tried again."
        with pytest.raises(BridgeError, match=r"no post-0") as error:
            await bridge.operate(Act.MARK_SENT, "post-0", anyway=False, url="http://f.example/ş")
    assert error.value.explanation == "Look at the status."
    assert heard.asked == [
        (Act.RETRY, "post-7", True, None),
        (Act.MARK_SENT, "post-0", False, "http://f.example/ş"),
    ]


async def test_what_a_round_brings_comes_as_it_comes(tmp_path: Path) -> None:
    ledger, heard = tmp_path / "ledger.sqlite3", Heard()
    async with Control(socket_path(ledger, NOWHERE), ledger, heard), reached(ledger, NOWHERE) as bridge:
        assert bridge is not None
        async with aclosing(bridge.round(["kargo", "bekle"])) as news:
            assert await anext(news) == NEWS
            heard.go_on.set()
            assert [each async for each in news] == [NEWS]
        with pytest.raises(ConfigurationRefused, match="yok is no forum"):
            await came(bridge, "yok")


async def test_how_far_a_backfill_is_and_why_it_ends(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.sqlite3"
    async with Control(socket_path(ledger, NOWHERE), ledger, Heard()), reached(ledger, NOWHERE) as bridge:
        assert bridge is not None
        async with aclosing(bridge.backfill("kargo", utc_now(), 5)) as told:
            first = await anext(told)
            assert (first.looked_at, first.taken) == (3, 2)
            assert first.target.startswith("kargo 20") and first.target.endswith("+00:00 5")
            with pytest.raises(BridgeError, match="The forum is away"):
                await anext(told)


async def test_a_watch_with_thousands_of_posts_comes_whole(tmp_path: Path) -> None:
    ledger, heard = tmp_path / "ledger.sqlite3", Heard()
    heard.news = replace(NEWS, posts=(POST,) * 5_000)
    async with Control(socket_path(ledger, NOWHERE), ledger, heard), reached(ledger, NOWHERE) as bridge:
        assert bridge is not None
        assert await came(bridge, "kargo") == [heard.news]


async def test_whoever_leaves_in_the_middle_leaves_no_round_behind(tmp_path: Path) -> None:
    ledger, heard = tmp_path / "ledger.sqlite3", Heard()
    async with Control(socket_path(ledger, NOWHERE), ledger, heard):
        async with reached(ledger, NOWHERE) as bridge:
            assert bridge is not None
            async with aclosing(bridge.round(["kargo", "bekle", "kargo"])) as news:
                await anext(news)
        heard.go_on.set()
        async with asyncio.timeout(30):
            while not heard.left:  # noqa: ASYNC110 -- the other side tells no event of ours
                await asyncio.sleep(0.01)


async def test_a_bridge_that_ends_in_the_middle_is_told_from_one_that_was_done(tmp_path: Path) -> None:
    ledger, heard = tmp_path / "ledger.sqlite3", Heard()
    made = Control(socket_path(ledger, NOWHERE), ledger, heard, patience=0.01)
    async with made as control, reached(ledger, NOWHERE) as bridge:
        assert bridge is not None
        async with aclosing(bridge.round(["kargo", "bekle"])) as news:
            await anext(news)
            ending = asyncio.create_task(control.__aexit__(None, None, None))
            with pytest.raises(BridgeError, match="gave no answer"):
                await anext(news)
            await ending
    assert heard.left


async def test_an_author_is_forgotten_by_the_bridge_that_runs(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.sqlite3"
    async with Control(socket_path(ledger, NOWHERE), ledger, Heard()), reached(ledger, NOWHERE) as bridge:
        assert bridge is not None
        assert await bridge.forget("kargo", "7") == "7 on kargo is erased."
        with pytest.raises(BridgeError, match="Nobody") as refused:
            await bridge.forget("kargo", "0")
    assert refused.value.explanation == "Look again."


async def test_where_none_listens_nothing_is_reached(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.sqlite3"
    assert await retried(ledger) is None
    async with Control(socket_path(ledger, NOWHERE), ledger, Heard()):
        pass
    assert not socket_path(ledger, NOWHERE).exists()
    assert await retried(ledger) is None


async def test_a_bridge_with_another_ledger_is_not_meant(tmp_path: Path) -> None:
    heard, here = Heard(), {"RUNTIME_DIRECTORY": str(tmp_path)}
    async with Control(socket_path(tmp_path / "one", here), tmp_path / "one", heard):
        assert await retried(tmp_path / "two", here) is None
        assert await retried(tmp_path / "one", here) is not None
    assert len(heard.asked) == 1


async def test_the_two_names_of_a_services_folder_lead_to_one_bridge(tmp_path: Path) -> None:
    (tmp_path / "private").mkdir()
    (tmp_path / "state").symlink_to("private")
    here = {"RUNTIME_DIRECTORY": str(tmp_path)}
    async with Control(socket_path(tmp_path, here), tmp_path / "private" / "ledger", Heard()):
        assert await retried(tmp_path / "state" / "ledger", here) is not None


async def test_a_command_of_another_version_is_told_so(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    path = socket_path(ledger, NOWHERE)
    async with (
        Control(path, ledger, Heard()),
        aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(path))) as http,
    ):
        for body in (b"", b"\xff", b"[]", b'{"ledger": 1}', b'{"ledger": "x", "act": "burn", "item": "post-1"}'):
            async with http.post("http://bridge/decide", data=body) as answer:
                assert answer.status == 400


async def test_only_the_owner_may_open_it_and_what_a_crash_left_is_replaced(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.sqlite3"
    path = socket_path(ledger, NOWHERE)
    path.write_text("left by a crash")
    before = os.umask(0)
    try:
        async with Control(path, ledger, Heard()):
            mode = path.lstat().st_mode
            assert stat.S_ISSOCK(mode)
            assert stat.S_IMODE(mode) == 0o600
            assert os.umask(0) == 0
    finally:
        os.umask(before)


async def test_a_path_that_is_too_long_closes_the_socket_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / ("uzun" * 30)
    folder.mkdir()
    with structlog.testing.capture_logs() as logs:
        async with Control(socket_path(folder / "ledger", NOWHERE), folder / "ledger", Heard()):
            assert list(folder.iterdir()) == []
            assert await retried(folder / "ledger") is None
    assert "longer than 107 bytes" in logs[0]["reason"]
    assert "shorter path" in why_not(folder / "ledger", NOWHERE)
    assert "sudo" in why_not(tmp_path / "ledger", {"RUNTIME_DIRECTORY": "/run/forum-bridge"})


def test_the_service_s_own_directory_goes_first() -> None:
    ledger = Path("/var/lib/forum-bridge/ledger.sqlite3")
    in_service = {"RUNTIME_DIRECTORY": "/run/forum-bridge"}
    assert socket_path(ledger, in_service) == Path("/run/forum-bridge/control.sock")
    assert socket_path(ledger, NOWHERE) == Path("/var/lib/forum-bridge/ledger.sqlite3.sock")
