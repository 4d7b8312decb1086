"""Where the real engines lie on this machine, and which Python can run them. Installs nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

FLASKBB_PYTHON = ((3, 12), (3, 14))  # what FlaskBB 3.0 asks for, and the newest there is
MISAGO_PYTHON = ((3, 10), (3, 12))  # for which its pinned requirements are built
MARK = "prepared"  # the file that prepare.py leaves where it came to its end


def root() -> Path:
    """Return the folder that keeps the engines: FORUM_BRIDGE_REAL, else one in the user's cache."""
    named = os.environ.get("FORUM_BRIDGE_REAL")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(named) if named else cache / "forum-bridge" / "real"


def flaskbb_venv() -> Path:
    """Return where FlaskBB's virtual environment is, or would be."""
    return root() / "flaskbb"


def spirit_venv() -> Path:
    """Return where Spirit's virtual environment is, or would be."""
    return root() / "spirit"


def machina_venv() -> Path:
    """Return where django-machina's virtual environment is, or would be."""
    return root() / "machina"


def misago_venv() -> Path:
    """Return where Misago's virtual environment is, or would be."""
    return root() / "misago"


def postgres_binaries() -> Path | None:
    """Return the folder of the newest PostgreSQL's programs, which Debian keeps off the PATH; None if there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda each: int(each.parents[1].name))
    on_path = shutil.which("postgres")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


def nodebb_folder() -> Path:
    """Return where NodeBB is, or would be."""
    return root() / "nodebb"


def program(name: str) -> Path | None:
    """Return a program of this machine by its name, or None."""
    found = shutil.which(name)
    return Path(found) if found else None


def fossil_binary() -> Path | None:
    """Return the Fossil of this machine (Debian's package ``fossil``), or None."""
    found = shutil.which("fossil")
    return Path(found) if found else None


def ready(venv: Path) -> bool:
    """Return whether a virtual environment was prepared to the end."""
    return (venv / MARK).is_file()


def fitting_python(versions: tuple[tuple[int, int], tuple[int, int]]) -> Path | None:
    """Return a Python between two versions, or None: those on the PATH first, then pyenv's."""
    oldest, newest = versions
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    names = ["python3", *(f"python3.{minor}" for minor in range(newest[1], oldest[1] - 1, -1))]
    kept = sorted(pyenv.glob("3.*/bin/python"), reverse=True)
    for candidate in [Path(found) for name in names if (found := shutil.which(name))] + kept:
        if oldest <= _version(candidate) <= newest:
            return candidate
    return None


def _version(python: Path) -> tuple[int, ...]:
    """Return the version, or () where the file only looks like a Python (a pyenv shim without its version)."""
    code = "import sys, venv, ensurepip; print(*sys.version_info[:2])"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    return tuple(int(part) for part in done.stdout.split()) if done.returncode == 0 else ()
