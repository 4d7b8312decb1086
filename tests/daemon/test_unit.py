"""The unit: what systemd says of it, and the daemon under all of its restrictions in a systemd of its own."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.daemon.booted import UNIT, Booted, booted, why_not

from forum_bridge.daemon import door, heartbeat, shift

MOST_EXPOSED = 1.5
ANALYZE = shutil.which("systemd-analyze")
needs_analyze = pytest.mark.skipif(ANALYZE is None, reason="no systemd-analyze: install the package systemd")
TREE: dict[str, Any] = {
    "deskie": {
        "base_url": "http://127.0.0.1:9/api/",
        "email": "bot@acme.example",
        "api_key": "${credential:deskie-key}",
        "channel": "cch42",
    },
    "webhook": {"secret": "${credential:webhook-secret}"},
    "ledger": {"url": "/var/lib/forum-bridge/ledger.sqlite3"},
    "forums": {
        "kargo": {
            "adapter": "sandbox",
            "url": "http://127.0.0.1:9",
            "watch": [{"board": "http://127.0.0.1:9/board/1"}],
        }
    },
}


def lines() -> list[str]:
    return UNIT.read_text(encoding="utf-8").splitlines()


def value(key: str) -> str:
    (found,) = [line.partition("=")[2] for line in lines() if line.startswith(f"{key}=")]
    return found


def seconds(key: str) -> int:
    number, unit = re.fullmatch(r"(\d+)(s|min)", value(key)).groups()  # type: ignore[union-attr]
    return int(number) * {"s": 1, "min": 60}[unit]


@needs_analyze
def test_systemd_finds_no_fault_in_it(tmp_path: Path) -> None:
    program = tmp_path / "opt/forum-bridge/venv/bin/forum-bridge"
    program.parent.mkdir(parents=True)
    program.touch(mode=0o755)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/kill").touch(mode=0o755)
    units = tmp_path / "etc/systemd/system"
    units.mkdir(parents=True)
    shutil.copy(UNIT, units)
    shutil.copytree(
        "/lib/systemd/system", tmp_path / "lib/systemd/system", symlinks=True, ignore_dangling_symlinks=True
    )
    words = [str(ANALYZE), "verify", f"--root={tmp_path}", "--man=no", "--recursive-errors=no", "forum-bridge.service"]
    ran = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout + ran.stderr) == (0, "")


@needs_analyze
def test_it_exposes_little(figures: Callable[..., None]) -> None:
    words = [str(ANALYZE), "security", "--offline=true", "--no-pager", str(UNIT)]
    threshold = f"--threshold={round(MOST_EXPOSED * 10)}"
    ran = subprocess.run([*words, threshold], capture_output=True, text=True, check=False)
    told = re.search(r"Overall exposure level for \S+ ([\d.]+)", ran.stdout.replace(":", ""))
    assert told is not None, ran.stderr
    figures("systemd-analyze security", exposure=told[1])
    assert ran.returncode == 0
    assert float(told[1]) <= MOST_EXPOSED


def test_each_hardening_line_has_its_reason() -> None:
    text = UNIT.read_text(encoding="utf-8")
    paragraphs = text[text.index("# ---") : text.index("[Install]")].split("\n")[1:]
    for before, line in zip(["", *paragraphs], paragraphs, strict=False):
        if line and not line.startswith("#"):
            assert before, f"{line} stands without a reason"


def test_a_stop_has_time_enough() -> None:
    stop = door.PATIENCE + shift.PATIENCE.total_seconds()
    assert seconds("TimeoutStopSec") >= 2 * stop  # a reload may be under way


def test_four_beats_fit_into_the_watchdogs_time() -> None:
    assert seconds("WatchdogSec") >= 4 * heartbeat.EVERY


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Booted]:
    reason = why_not()
    if reason is not None:
        pytest.skip(reason)
    with booted(tmp_path_factory.mktemp("booted")) as made:
        yield made


@pytest.fixture
def service(system: Booted) -> Iterator[Booted]:
    """The service, installed and configured with its secrets as credentials."""
    system.inside("mkdir", "-p", "-m", "700", "/etc/forum-bridge/credentials")
    system.write("/etc/forum-bridge/credentials/deskie-key", "gizli-anahtar\n")
    system.write("/etc/forum-bridge/credentials/webhook-secret", "hook-secret-of-invented-letters-0001\n")
    system.inside("sh", "-c", "chmod 600 /etc/forum-bridge/credentials/*")
    system.configure(TREE)
    dropin = "".join(
        f"LoadCredential={name}:/etc/forum-bridge/credentials/{name}\n" for name in ("deskie-key", "webhook-secret")
    )
    system.write("/run/units/forum-bridge.service.d/credentials.conf", f"[Service]\n{dropin}")
    system.systemctl("daemon-reload")
    yield system
    system.inside("systemctl", "stop", "forum-bridge")
    system.inside("systemctl", "reset-failed", "forum-bridge")


def test_it_starts_reloads_and_stops(service: Booted) -> None:
    service.systemctl("start", "forum-bridge")
    assert service.shows("forum-bridge", "SubState") == "running"
    service.until("forum-bridge", "StatusText", "1 forum; 0 posts and 0 answers waiting; 1 trouble: Deskie")

    service.configure({**TREE, "forums": {}})
    service.systemctl("reload", "forum-bridge")
    service.until("forum-bridge", "StatusText", "the new configuration was refused")
    assert service.shows("forum-bridge", "SubState") == "running"

    service.configure({**TREE, "forums": {"kargo": {**TREE["forums"]["kargo"], "every": "5m"}}})
    service.systemctl("reload", "forum-bridge")
    service.until("forum-bridge", "StatusText", "Reloaded")

    service.systemctl("stop", "forum-bridge")
    assert service.shows("forum-bridge", "Result") == "success"
    assert service.shows("forum-bridge", "ExecMainStatus") == "0"
    assert "gizli-anahtar" not in service.log()


def test_it_holds_no_right_that_it_does_not_need(service: Booted) -> None:
    service.systemctl("start", "forum-bridge")
    pid = service.shows("forum-bridge", "MainPID")
    status = dict(
        line.split(":\t", 1)
        for line in service.inside("cat", f"/proc/{pid}/status").stdout.splitlines()
        if ":\t" in line
    )
    assert status["Uid"].split()[0] not in ("0", "65534")
    assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == int(status["CapAmb"], 16) == 0
    assert status["NoNewPrivs"] == "1"
    assert status["Seccomp"] == "2"
    ledger = service.inside("stat", "-c", "%a %U", "/var/lib/private/forum-bridge/ledger.sqlite3").stdout
    assert ledger.startswith("600 ")
    assert not ledger.startswith("600 root")


def test_a_hung_daemon_is_ended_and_started_again(service: Booted) -> None:
    service.write("/run/units/forum-bridge.service.d/short.conf", "[Service]\nWatchdogSec=4s\nRestartSec=100ms\n")
    service.systemctl("daemon-reload")
    try:
        service.systemctl("start", "forum-bridge")
        first = service.shows("forum-bridge", "MainPID")
        service.systemctl("kill", "--signal=STOP", "forum-bridge")
        service.until("forum-bridge", "NRestarts", "1")
        service.until("forum-bridge", "SubState", "running")
        assert service.shows("forum-bridge", "MainPID") != first
    finally:
        service.inside("rm", "/run/units/forum-bridge.service.d/short.conf")


def test_a_refused_configuration_is_not_tried_again(service: Booted) -> None:
    service.configure({**TREE, "forums": {}})
    assert service.inside("systemctl", "start", "forum-bridge").returncode != 0
    assert service.shows("forum-bridge", "SubState") == "failed"
    assert service.shows("forum-bridge", "ExecMainStatus") == "2"
    assert service.shows("forum-bridge", "NRestarts") == "0"
    assert "forums" in service.log()


def test_the_round_trip_needs_nothing_that_is_forbidden(system: Booted) -> None:
    """Forum, desk and bridge with all their C extensions, and any call the filter refuses kills at once."""
    program = "/opt/forum-bridge/venv/bin/forum-bridge sandbox --selftest"
    assert system.once("selftest", program, "SystemCallErrorNumber=kill"), system.log()
    assert json.loads(system.log().splitlines()[-1])["ok"] is True


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("writable-code", "import mmap; mmap.mmap(-1, 4096, prot=mmap.PROT_WRITE | mmap.PROT_EXEC)"),
        ("mount", "import ctypes; ctypes.CDLL(None).mount(b'a', b'/tmp', b'tmpfs', 0, 0) and exit(1)"),
        ("nice", "import os; os.setpriority(os.PRIO_PROCESS, 0, 5)"),
        ("raw-socket", "import socket; socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM)"),
        ("namespace", "import ctypes; exit(ctypes.CDLL(None).unshare(0x10000000))"),
        ("write-config", "open('/etc/forum-bridge/config.yaml', 'a')"),
        ("read-home", "import os; os.listdir('/root')"),
        ("see-others", "import os; exit('1' not in os.listdir('/proc'))"),
    ],
)
def test_the_restrictions_are_real(system: Booted, name: str, code: str) -> None:
    """What proves that the tests above ran in a cage at all."""
    assert system.once("control", python("import os; os.listdir('/etc/forum-bridge')"))
    assert not system.once(name, python(code))


def python(code: str) -> str:
    """Return the command that runs a line of Python without quotes (") in it."""
    return f'/opt/forum-bridge/venv/bin/python -c "{code}"'


def test_root_speaks_to_it_from_outside_of_its_cage(service: Booted) -> None:
    """The ledger's folder has two names there, and the socket lies where only the unit says."""
    service.systemctl("start", "forum-bridge")
    socket = service.inside("stat", "-c", "%F %a", "/run/forum-bridge/control.sock").stdout.strip()
    assert socket == "socket 600"
    program = (
        "/opt/forum-bridge/venv/bin/forum-bridge",
        "retry",
        "post-7",
        "--config",
        "/etc/forum-bridge/config.yaml",
    )
    ran = service.inside("env", "LD_LIBRARY_PATH=/opt/python/lib", *program)
    assert ran.returncode == 1
    assert "There is no post-7 in the ledger." in ran.stderr
    service.systemctl("stop", "forum-bridge")
    ran = service.inside("env", "LD_LIBRARY_PATH=/opt/python/lib", *program)
    assert "There is no post-7 in the ledger." in ran.stderr
    service.systemctl("start", "forum-bridge")
    assert service.shows("forum-bridge", "SubState") == "running"
