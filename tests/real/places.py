"""Where the real engines lie on this machine, and which Python can run them. Installs nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

WANTED = (3, 12)  # what FlaskBB 3.0 asks for


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


def fossil_binary() -> Path | None:
    """Return the Fossil of this machine (Debian's package ``fossil``), or None."""
    found = shutil.which("fossil")
    return Path(found) if found else None


def ready(venv: Path) -> bool:
    """Return whether a virtual environment was prepared to the end."""
    return (venv / "prepared").is_file()


def fitting_python() -> Path | None:
    """Return a Python that is new enough, or None: those on the PATH first, then pyenv's."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    on_path = [shutil.which(name) for name in ("python3.13", "python3.12", "python3")]
    kept = sorted(pyenv.glob("3.1[23].*/bin/python"), reverse=True)
    for candidate in [Path(found) for found in on_path if found] + kept:
        if _version(candidate) >= WANTED:
            return candidate
    return None


def _version(python: Path) -> tuple[int, ...]:
    """Return the version, or () where the file only looks like a Python (a pyenv shim without its version)."""
    code = "import sys, venv, ensurepip; print(*sys.version_info[:2])"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    return tuple(int(part) for part in done.stdout.split()) if done.returncode == 0 else ()
