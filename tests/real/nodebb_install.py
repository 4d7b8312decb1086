"""Installs a NodeBB 1.4 and runs it on loopback: its settings and its people; what it remembers is prepared once and
copied for each run. Standard library only, for prepare.py runs with any Python.

npm has no newer one. Four things keep it from starting here (src/file.js, src/webserver.js, emoji-one): npm drops empty
folders; it binds to every interface unless told otherwise; one plugin fetches files from elsewhere at the first start;
members have to wait between posts, which the tests' people do not."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.real import redis
from tests.real.engine import free_port, run, serve

WANTED = "nodebb@1.4.0"
PASSWORDS = {name: f"Parola-{name}-1234" for name in ("admin", "ayse", "mehmet", "elif")}
UPLOADS = ("sounds", "category", "profile", "system", "files")
NOT_WANTED = ("emoji-one", "emoji-extended", "soundpack-default")
POSTS_A_PAGE = 6
SETTINGS = {
    "postDelay": "0",
    "initialPostDelay": "0",
    "newbiePostDelay": "0",
    "newbiePostDelayThreshold": "0",
    "postsPerPage": str(POSTS_A_PAGE),
    "topicsPerPage": "5",
}


def program(folder: Path) -> Path:
    """Return where NodeBB itself lies."""
    return folder / "package"


def remembered(folder: Path) -> Path:
    """Return the file with what it remembers of its people."""
    return folder / "people.rdb"


def prepare(folder: Path, node: Path, npm: Path, redis_server: Path) -> None:
    """Install NodeBB, set a forum up and let the people of PASSWORDS join it."""
    folder.mkdir(parents=True)
    run([str(npm), "pack", "--silent", WANTED], folder)
    shutil.unpack_archive(next(folder.glob("nodebb-*.tgz")), folder)
    run([str(npm), "install", "--omit=dev", "--no-audit", "--no-fund", "--ignore-scripts"], program(folder))
    for name in UPLOADS:
        (program(folder) / "public" / "uploads" / name).mkdir(parents=True, exist_ok=True)
    (program(folder) / "logs").mkdir(exist_ok=True)
    with redis.running(redis_server, keep=remembered(folder)) as socket:
        admin = {"username": "admin", "password": PASSWORDS["admin"], "password:confirm": PASSWORDS["admin"]}
        about = _settings("http://127.0.0.1", socket) | {
            f"admin:{key}": value for key, value in ({**admin, "email": "admin@example.test"}).items()
        }
        run([str(node), "app.js", f"--setup={json.dumps(about)}"], program(folder))
        for plugin in NOT_WANTED:
            redis.ask(socket, "ZREM", "plugins:active", f"nodebb-plugin-{plugin}")
        redis.ask(socket, "HSET", "config", *(part for pair in SETTINGS.items() for part in pair))
        with _serving(folder, node, socket, folder) as url, People(folder, node, url) as people:
            for name in PASSWORDS.keys() - {"admin"}:
                person = {"username": name, "password": PASSWORDS[name], "email": f"{name}@example.test"}
                people.do("admin", "admin.user.createUser", person)


@contextmanager
def serving(folder: Path, node: Path, redis_server: Path, into: Path) -> Iterator[str]:
    """Run a forum of its own, whose files lie in ``into``; yields its address."""
    with redis.running(redis_server, remembered(folder)) as socket, _serving(folder, node, socket, into) as url:
        yield url


class People:
    """Those who use the forum, through a Node process of their own (``nodebb_people.js``)."""

    def __init__(self, folder: Path, node: Path, url: str) -> None:
        modules = {**os.environ, "NODE_PATH": str(program(folder) / "node_modules")}
        script = Path(__file__).with_name("nodebb_people.js")
        command = [str(node), str(script), url, json.dumps(PASSWORDS)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=modules)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate(timeout=30)

    def do(self, user: str, event: str, data: object) -> Any:
        """Let somebody do something and return what came of it. Raises RuntimeError with the forum's refusal."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"id": 0, "user": user, "event": event, "data": data}) + "\n")
        self._process.stdin.flush()
        told = json.loads(self._process.stdout.readline() or '{"error": "the people are gone"}')
        if "error" in told:
            raise RuntimeError(f"{user}, {event}: {told['error']}")
        return told["result"]


@contextmanager
def _serving(folder: Path, node: Path, socket: Path, into: Path) -> Iterator[str]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    asked = [f"--{key}={value}" for key, value in (_settings(url, socket) | {"bind_address": "127.0.0.1"}).items()]
    env = {**os.environ, "NODE_ENV": "production"}
    process = serve([str(node), "app.js", *asked], port, program(folder), env, log=into / "nodebb.log")
    try:
        yield url
    finally:
        process.terminate()
        process.wait(timeout=30)


def _settings(url: str, socket: Path) -> dict[str, str]:
    return {
        "url": url,
        "secret": "proof",
        "database": "redis",
        "redis:host": str(socket),
        "redis:port": "0",
        "redis:password": "",
        "redis:database": "0",
    }
