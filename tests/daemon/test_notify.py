"""What the service manager is told, over a real datagram socket; sd_notify(3) says what it understands."""

from __future__ import annotations

import time
import uuid
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from tests.daemon.manager import listening

from forum_bridge.daemon.notify import Notifier, watchdog_seconds


def test_ready_and_status_go_in_one_datagram(tmp_path: Path) -> None:
    with listening(tmp_path / "notify") as manager:
        Notifier.from_environ({"NOTIFY_SOCKET": manager.address}).ready("2 forums")
        assert manager.heard() == [{"READY": "1", "STATUS": "2 forums"}]


def test_the_abstract_namespace_is_an_at_sign() -> None:
    with listening(f"@forum-bridge-{uuid.uuid4()}") as manager:
        Notifier(manager.address).alive()
        assert manager.heard() == [{"WATCHDOG": "1"}]


def test_every_word(tmp_path: Path) -> None:
    with listening(tmp_path / "notify") as manager:
        notify = Notifier(manager.address)
        before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        notify.reloading()
        notify.status("iki forum, 1 yanıt bekliyor ☕")
        notify.extend(120, "Opening the ledger")
        notify.stopping()
        reloading, status, extend, stopping = manager.heard()
    after = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    assert reloading["RELOADING"] == "1"
    assert before <= int(reloading["MONOTONIC_USEC"]) <= after
    assert status == {"STATUS": "iki forum, 1 yanıt bekliyor ☕"}
    assert extend == {"EXTEND_TIMEOUT_USEC": "120000000", "STATUS": "Opening the ledger"}
    assert stopping["STOPPING"] == "1"


def test_a_status_cannot_smuggle_in_a_word_of_its_own(tmp_path: Path) -> None:
    with listening(tmp_path / "notify") as manager:
        Notifier(manager.address).status("a thread called\nSTOPPING=1\udcff" + "x" * 9_000)
        told = manager.heard()
    assert len(told) == 1
    assert set(told[0]) == {"STATUS"}
    assert told[0]["STATUS"].startswith("a thread called STOPPING=1?")
    assert len(told[0]["STATUS"]) == 500


@pytest.mark.parametrize("environ", [{}, {"NOTIFY_SOCKET": ""}])
def test_without_a_manager_nobody_is_told(environ: dict[str, str]) -> None:
    with capture_logs() as logs:
        Notifier.from_environ(environ).ready("2 forums")
    assert logs == []


def test_a_manager_that_is_gone_is_a_warning(tmp_path: Path) -> None:
    with capture_logs() as logs:
        Notifier(str(tmp_path / "nobody")).ready("2 forums")
    assert [(each["event"], each["log_level"]) for each in logs] == [("service_manager_not_told", "warning")]


def test_no_socket_stays_open(tmp_path: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    with listening(tmp_path / "notify") as manager:
        for _ in range(5):
            Notifier(manager.address).alive()
        assert len(list(Path("/proc/self/fd").iterdir())) == before + 1  # the manager's own


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"WATCHDOG_USEC": "180000000"}, 180.0),
        ({"WATCHDOG_USEC": "180000000", "WATCHDOG_PID": "42"}, 180.0),
        ({"WATCHDOG_USEC": "180000000", "WATCHDOG_PID": "43"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_how_often_the_watchdog_wants_to_be_fed(environ: dict[str, str], expected: float | None) -> None:
    assert watchdog_seconds(environ, 42) == expected
