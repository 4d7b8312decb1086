"""A Redis of the tests' own, which listens on a socket in its folder and nowhere else. Standard library only."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

START_SECONDS = 30


@contextmanager
def running(binary: Path, template: Path | None = None, keep: Path | None = None) -> Iterator[Path]:
    """Run a Redis, with what the file ``template`` holds if given; yields its socket. ``keep``: the file to put all it
    holds into in the end, else that is thrown away."""
    home = Path(tempfile.mkdtemp(prefix="forum-bridge-redis-"))
    try:
        if template is not None:
            shutil.copy(template, home / "dump.rdb")
        address = home / "socket"
        options = ["--port", "0", "--unixsocket", str(address), "--dir", str(home), "--save", "", "--appendonly", "no"]
        with (home / "log").open("wb") as log:
            process = subprocess.Popen([binary, *options], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            _wait_for(address, process, home / "log")
            yield address
            if keep is not None:
                ask(address, "SAVE")
                shutil.copy(home / "dump.rdb", keep)
        finally:
            process.terminate()
            process.wait(timeout=30)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def ask(address: Path, *words: str) -> str:
    """Carry a command out and return the first line of the answer. Raises RuntimeError for one that is refused."""
    asked = f"*{len(words)}\r\n" + "".join(
        f"${len(word.encode())}\r\n{word}\r\n" for word in words
    )  # its protocol, RESP
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(START_SECONDS)
        client.connect(str(address))
        client.sendall(asked.encode())
        said = client.recv(4096).decode().partition("\r\n")[0]
    if said.startswith("-"):
        raise RuntimeError(f"Redis: {said}")
    return said


def _wait_for(address: Path, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(START_SECONDS * 20):
        try:
            if ask(address, "PING") == "+PONG":
                return
        except (OSError, RuntimeError):  # not there yet, or still loading
            pass
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError(f"Redis did not start: {log.read_text()[-2000:]}")
