"""A PostgreSQL of the tests' own: a cluster in a temporary folder that listens on a socket there and nowhere else. As
root it runs as the user `postgres`, since PostgreSQL refuses root. Standard library only."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

USER = "postgres"
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB", "max_connections=40")
START_SECONDS = 60


def created(binaries: Path, folder: Path) -> None:
    """Make an empty cluster at ``folder``, which must not exist; trusts everybody who reaches its socket."""
    _run([binaries / "initdb", "-D", folder, "-U", USER, "--auth=trust", "-E", "UTF8", "--no-sync"])


@contextmanager
def running(binaries: Path, template: Path | None = None, keep: Path | None = None) -> Iterator[Path]:
    """Run a cluster, a copy of ``template`` if given; yields the folder of its socket. ``keep``: where to put the
    cluster in the end, else it is thrown away."""
    home = Path(tempfile.mkdtemp(prefix="forum-bridge-pg-"))
    try:
        _give(home)
        data = home / "data"
        if template is None:
            created(binaries, data)
        else:
            shutil.copytree(template, data)
            data.chmod(0o700)
            _give(data)
        process = _started(binaries, data, home)
        try:
            yield home
        finally:
            process.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown
            process.wait(timeout=30)
        if keep is not None:
            shutil.rmtree(keep, ignore_errors=True)
            shutil.copytree(data, keep)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _started(binaries: Path, data: Path, home: Path) -> subprocess.Popen[bytes]:
    options = [
        part for each in (*QUICK, "listen_addresses=", f"unix_socket_directories={home}") for part in ("-c", each)
    ]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [binaries / "postgres", "-D", data, *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            user=_user(),
            group=_user(),
        )
    for _ in range(START_SECONDS * 20):
        ready = subprocess.run([binaries / "pg_isready", "-q", "-h", home, "-U", USER], check=False)
        if ready.returncode == 0:
            return process
        if process.poll() is not None:
            break
        time.sleep(0.05)
    process.kill()
    process.wait()
    raise RuntimeError(f"PostgreSQL did not start: {(home / 'log').read_text()[-2000:]}")


def _run(command: list[str | Path]) -> None:
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, check=False, cwd="/", user=_user(), group=_user()
    )
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]}: {(done.stdout + done.stderr).decode()[-2000:]}")


def _user() -> str | None:
    return USER if os.geteuid() == 0 else None


def _give(folder: Path) -> None:
    if os.geteuid() != 0:
        return
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, USER, USER)
