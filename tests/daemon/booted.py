"""A real systemd in namespaces of its own, in which the unit is installed as docs/operation.md says. It shares nothing
with the machine's own but the kernel; needs root."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import forum_bridge

PATIENCE = 60.0  # seconds
HERE = Path(__file__).parent
UNIT = HERE.parents[1] / "systemd" / "forum-bridge.service"
APART = (
    "--mount",
    "--pid",
    "--fork",
    "--cgroup",
    "--ipc",
    "--uts",
    "--net",
    "--kill-child",
    "--propagation",
    "private",
)


class Booted:
    """``folder`` is the test's own: the service's output stands in its ``log``."""

    def __init__(self, folder: Path, pid: int) -> None:
        self.folder = folder
        self._pid = str(pid)

    def inside(self, *words: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command beside that systemd, as root."""
        apart = ("nsenter", "-t", self._pid, "-m", "-p", "-n", "-C", "-i", "-u")
        return subprocess.run(
            [*apart, *words], input=text, capture_output=True, text=True, timeout=PATIENCE, check=False
        )

    def systemctl(self, *words: str) -> str:
        """Run systemctl; return what it prints, AssertionError with the service's log if it fails."""
        ran = self.inside("systemctl", *words)
        assert ran.returncode == 0, f"{words}: {ran.stderr}\n{self.log()}"
        return ran.stdout.strip()

    def shows(self, unit: str, name: str) -> str:
        """Return a property of a unit."""
        return self.systemctl("show", unit, "-p", name, "--value")

    def until(self, unit: str, name: str, value: str) -> None:
        """Wait for a property to begin with ``value``."""
        end = time.monotonic() + PATIENCE
        while not self.shows(unit, name).startswith(value):
            assert time.monotonic() < end, f"{name} is {self.shows(unit, name)}\n{self.log()}"
            time.sleep(0.05)

    def configure(self, tree: dict[str, Any]) -> None:
        """Write /etc/forum-bridge/config.yaml (JSON is YAML)."""
        self.write("/etc/forum-bridge/config.yaml", json.dumps(tree))

    def write(self, path: str, text: str) -> None:
        """Write a file in there."""
        assert self.inside("sh", "-c", f"cat > {path}", text=text).returncode == 0

    def once(self, name: str, command: str, *more: str) -> bool:
        """Run a command to its end under all restrictions of the unit; return whether it succeeded."""
        keep = ("Restart", "WatchdogSec", "StateDirectory=", "RuntimeDirectory=", "ExecReload", "StartLimit")
        lines = [line for line in UNIT.read_text().splitlines() if not line.startswith(keep)]
        text = "\n".join(lines).replace("Type=notify", "Type=oneshot")
        before, _, after = text.partition("ExecStart=")
        changed = f"{before}ExecStart={command}\n" + "\n".join([*more, after.partition("\n")[2]])
        self.write(f"/run/units/{name}.service", changed)
        self.inside("cp", "-r", "/run/units/forum-bridge.service.d", f"/run/units/{name}.service.d")
        self.systemctl("daemon-reload")
        return self.inside("systemctl", "start", f"{name}.service").returncode == 0

    def log(self) -> str:
        """Return what the services have said so far."""
        log = self.folder / "log"
        return log.read_text() if log.exists() else "(nothing said)"


def why_not() -> str | None:
    """Return what this machine lacks to boot one, and how to get it; None if nothing."""
    if not Path("/lib/systemd/systemd").exists():
        return "no systemd: install the package systemd"
    for tool, package in (("unshare", "util-linux"), ("nsenter", "util-linux"), ("ip", "iproute2")):
        if shutil.which(tool) is None:
            return f"no {tool}: install the package {package}"
    if os.geteuid() != 0:
        return "only root can boot a systemd of its own"
    return None if _cgroups() else "no control groups of version 2 are mounted"


@contextmanager
def booted(folder: Path) -> Iterator[Booted]:
    """Boot one; at its end everything in it is killed."""
    (folder / "opt").mkdir()
    cgroups = _cgroups()
    assert cgroups is not None
    group = cgroups / f"forum-bridge-test-{uuid.uuid4()}"
    group.mkdir()
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    source = str(Path(forum_bridge.__file__).parent)
    packages = sysconfig.get_path("platlib")
    boot = ["bash", str(HERE / "boot.sh"), str(folder), str(UNIT), source, sys.base_prefix, version, packages]
    console = folder / "console"
    with console.open("wb") as out:
        process = subprocess.Popen(
            ["sh", "-c", 'echo $$ > "$0/cgroup.procs"; exec "$@"', str(group), "unshare", *APART, *boot],
            stdout=out,
            stderr=out,
            stdin=subprocess.DEVNULL,
        )
    pid = 0
    try:
        pid = _first_of(process, console)
        made = Booted(folder, pid)
        while made.inside("systemctl", "list-units").returncode != 0:
            assert process.poll() is None, console.read_text()
            time.sleep(0.05)
        yield made
    finally:
        if pid:
            os.kill(pid, 9)  # it is the first process in there, so all others go with it
        else:
            process.kill()
        process.wait(10)
        for each in sorted((path for path in group.rglob("*") if path.is_dir()), reverse=True):
            each.rmdir()
        group.rmdir()


def _first_of(process: subprocess.Popen[bytes], console: Path) -> int:
    """Return the number, out here, of the first process in there."""
    end = time.monotonic() + PATIENCE
    while True:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        if children and "systemd" in Path(f"/proc/{children[0]}/comm").read_text():
            return int(children[0])
        assert process.poll() is None and time.monotonic() < end, console.read_text()
        time.sleep(0.05)


def _cgroups() -> Path | None:
    for line in Path("/proc/self/mounts").read_text().splitlines():
        place, kind = line.split()[1:3]
        if kind == "cgroup2" and os.access(place, os.W_OK):
            return Path(place)
    return None
