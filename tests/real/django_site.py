"""Runs a prepared Django site on loopback: a copy of it for each run. Standard library only, for prepare.py runs with
any Python."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.real.engine import free_port, run, serve


def template(venv: Path) -> Path:
    """Return where the prepared site lies."""
    return venv / "mysite"


def manage(venv: Path, settings: str, *command: str) -> None:
    """Run a command of Django's on the prepared site. Raises RuntimeError with what it said when it fails."""
    run([str(venv / "bin" / "django-admin"), *command], template(venv), environment(venv, template(venv), settings))


def script(venv: Path, settings: str, code: str) -> None:
    """Run Python on the prepared site. Raises as ``manage``."""
    run([str(venv / "bin" / "python"), "-c", code], template(venv), environment(venv, template(venv), settings))


def start(venv: Path, settings: str, folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Serve a site of its own. Returns the process and the address."""
    site = shutil.copytree(template(venv), folder / "site")
    port = free_port()
    command = [str(venv / "bin" / "django-admin"), "runserver", "--noreload", "--insecure", f"127.0.0.1:{port}"]
    return serve(command, port, folder, environment(venv, site, settings)), f"http://127.0.0.1:{port}"


def environment(venv: Path, site: Path, settings: str) -> Mapping[str, str]:
    """Some sites look for their own programs on the PATH."""
    path = f"{venv / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "DJANGO_SETTINGS_MODULE": settings, "PYTHONPATH": str(site)}
