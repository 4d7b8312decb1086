"""The control socket of a running bridge: commands reach it, only for its own ledger, and only from who may open the
file."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path

import pytest

from forum_bridge.daemon.control import Control, ask, socket_path
from forum_bridge.errors import BridgeError
from forum_bridge.ledger.operator import Act

NOWHERE: Mapping[str, str] = {}


class Heard:
    """Notes what it is told to do."""

    def __init__(self) -> None:
        self.asked: list[tuple[Act, str, bool]] = []

    async def __call__(self, act: Act, item: str, anyway: bool) -> str:
        self.asked.append((act, item, anyway))
        if item == "post:0":
            raise BridgeError("There is no post:0.", explanation="Look at the status.")
        return f"{item} is tried again."


async def test_a_command_reaches_the_bridge_and_its_answer_comes_back(tmp_path: Path) -> None:
    ledger, heard = tmp_path / "ledger.sqlite3", Heard()
    async with Control(socket_path(ledger, NOWHERE), ledger, heard):
        said = await ask(ledger, NOWHERE, Act.RETRY, "post:7", anyway=True)
        with pytest.raises(BridgeError, match=r"no post:0") as error:
            await ask(ledger, NOWHERE, Act.DROP, "post:0", anyway=False)
    assert said == "post:7 is tried again."
    assert error.value.explanation == "Look at the status."
    assert heard.asked == [(Act.RETRY, "post:7", True), (Act.DROP, "post:0", False)]


async def test_where_none_listens_nothing_is_reached(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.sqlite3"
    assert await ask(ledger, NOWHERE, Act.RETRY, "post:7", anyway=False) is None
    async with Control(socket_path(ledger, NOWHERE), ledger, Heard()):
        pass
    assert not socket_path(ledger, NOWHERE).exists()
    assert await ask(ledger, NOWHERE, Act.RETRY, "post:7", anyway=False) is None


async def test_a_bridge_with_another_ledger_is_not_meant(tmp_path: Path) -> None:
    heard, here = Heard(), {"RUNTIME_DIRECTORY": str(tmp_path)}
    async with Control(socket_path(tmp_path / "one", here), tmp_path / "one", heard):
        assert await ask(tmp_path / "two", here, Act.RETRY, "post:7", anyway=False) is None
        assert await ask(tmp_path / "one", here, Act.RETRY, "post:7", anyway=False) is not None
    assert len(heard.asked) == 1


async def test_only_the_owner_may_open_it_and_what_a_crash_left_is_replaced(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.sqlite3"
    path = socket_path(ledger, NOWHERE)
    path.write_text("left by a crash")
    async with Control(path, ledger, Heard()):
        mode = path.lstat().st_mode
        assert stat.S_ISSOCK(mode)
        assert stat.S_IMODE(mode) == 0o600


async def test_a_path_that_is_too_long_closes_the_socket_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / ("uzun" * 30)
    folder.mkdir()
    async with Control(socket_path(folder / "ledger", NOWHERE), folder / "ledger", Heard()):
        assert list(folder.iterdir()) == []
        assert await ask(folder / "ledger", NOWHERE, Act.RETRY, "post:7", anyway=False) is None


def test_the_service_s_own_directory_goes_first() -> None:
    ledger = Path("/var/lib/forum-bridge/ledger.sqlite3")
    in_service = {"RUNTIME_DIRECTORY": "/run/forum-bridge"}
    assert socket_path(ledger, in_service) == Path("/run/forum-bridge/control.sock")
    assert socket_path(ledger, NOWHERE) == Path("/var/lib/forum-bridge/ledger.sqlite3.sock")
