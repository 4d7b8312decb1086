"""Builds the real engines' environments and prepares their databases: `python tests/real/prepare.py`. Done once; later
calls are quick. What cannot be had on this machine is named, the others are prepared all the same."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # it runs as a script, with any Python

from tests.real import django_site, machina_install, misago_install, nodebb_install, places, spirit_install

REQUIREMENTS = Path(__file__).parent.parent


class Missing(Exception):
    """This machine lacks something; the message says how to get it."""


def prepare_flaskbb() -> str:
    """Build FlaskBB's environment unless it stands already. Raises Missing."""
    wanted = REQUIREMENTS / "requirements-flaskbb.txt"

    def build(venv: Path) -> None:
        python = places.fitting_python(places.FLASKBB_PYTHON)
        if python is None:
            raise Missing("needs Python 3.12 or newer: python3.12 and its venv module, or `pyenv install 3.13`")
        _environment(python, venv, "--requirement", str(wanted))
        # FlaskBB logs there and does not make it
        (next(venv.glob("lib/python*/site-packages")) / "logs").mkdir(exist_ok=True)

    return _once(places.flaskbb_venv(), _stamp(wanted), build)


def prepare_misago() -> str:
    """Build Misago's environment and its database unless they stand already. Raises Missing."""
    wanted = REQUIREMENTS / "requirements-misago.txt"
    binaries = places.postgres_binaries()
    if binaries is None:
        raise Missing("needs PostgreSQL: `apt-get install postgresql`")
    version = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=True).stdout

    def build(venv: Path) -> None:
        python = places.fitting_python(places.MISAGO_PYTHON)
        if python is None:
            raise Missing("needs a Python from 3.10 to 3.12 and its venv module")
        _environment(python, venv, "--no-deps", "--requirement", str(wanted))
        misago_install.prepare(venv, binaries)

    return _once(places.misago_venv(), _stamp(wanted, Path(misago_install.__file__)) + version, build)


def prepare_spirit() -> str:
    """Build Spirit's environment, with a site in it, unless it stands already."""
    return _django(places.spirit_venv(), "spirit", spirit_install.prepare, Path(spirit_install.__file__))


def prepare_machina() -> str:
    """Build django-machina's environment, with a site in it, unless it stands already."""
    return _django(places.machina_venv(), "machina", machina_install.prepare, Path(machina_install.__file__))


def _django(folder: Path, name: str, prepare: Callable[[Path], None], source: Path) -> str:
    wanted = REQUIREMENTS / f"requirements-{name}.txt"

    def build(venv: Path) -> None:
        _environment(Path(sys.executable), venv, "--requirement", str(wanted))
        prepare(venv)

    return _once(folder, _stamp(wanted, source, Path(django_site.__file__)), build)


def prepare_nodebb() -> str:
    """Install NodeBB and let its people join unless that was done already. Raises Missing."""
    node, npm, redis_server = (places.program(name) for name in ("node", "npm", "redis-server"))
    if node is None or npm is None or redis_server is None:
        raise Missing("needs Node.js, npm and Redis: `apt-get install nodejs npm redis-server`")

    def build(folder: Path) -> None:
        nodebb_install.prepare(folder, node, npm, redis_server)

    return _once(places.nodebb_folder(), _stamp(Path(nodebb_install.__file__)), build)


def _once(folder: Path, stamp: str, build: Callable[[Path], None]) -> str:
    """Build a folder unless it was built to the end from the same things."""
    mark = folder / places.MARK
    if not (mark.is_file() and mark.read_text() == stamp):
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        build(folder)
        mark.write_text(stamp)
    return str(folder)


def _environment(python: Path, venv: Path, *requirements: str) -> None:
    subprocess.run([python, "-m", "venv", venv], check=True)
    subprocess.run([venv / "bin" / "pip", "install", "-qq", *requirements], check=True)


def _stamp(*files: Path) -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _prepared(engine: tuple[str, Callable[[], str]]) -> tuple[str, bool]:
    name, prepare = engine
    try:
        return f"{name}: {prepare()}", True
    except Missing as missing:
        return f"{name}: {missing}", False


@contextmanager
def _alone() -> Iterator[None]:
    """Wait until nobody else prepares in the same folder."""
    places.root().mkdir(parents=True, exist_ok=True)
    with (places.root() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    engines = [
        ("FlaskBB", prepare_flaskbb),
        ("Spirit", prepare_spirit),
        ("django-machina", prepare_machina),
        ("Misago", prepare_misago),
        ("NodeBB", prepare_nodebb),
    ]
    with _alone(), ThreadPoolExecutor() as pool:
        told = list(pool.map(_prepared, engines))
    sys.stdout.write("".join(f"{line}\n" for line, _ in told))
    sys.exit(not all(done for _, done in told))
