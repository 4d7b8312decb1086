"""Builds the virtual environments of the real engines: `python tests/real/prepare.py`. Done once; later calls are
quick."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # it runs as a script, with any Python

from tests.real import places

REQUIREMENTS = Path(__file__).parent.parent / "requirements-flaskbb.txt"


def prepare_flaskbb() -> Path:
    """Build FlaskBB's environment unless it stands already, and return it. Exits with what is missing."""
    venv, stamp = places.flaskbb_venv(), hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    mark = venv / "prepared"
    if mark.is_file() and mark.read_text() == stamp:
        return venv
    python = places.fitting_python()
    if python is None:
        sys.exit("FlaskBB needs Python 3.12 or newer: install python3.12 and its venv module, or `pyenv install 3.13`.")
    shutil.rmtree(venv, ignore_errors=True)
    venv.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([python, "-m", "venv", venv], check=True)
    subprocess.run([venv / "bin" / "pip", "install", "-qq", "--requirement", REQUIREMENTS], check=True)
    (next(venv.glob("lib/python*/site-packages")) / "logs").mkdir(
        exist_ok=True
    )  # FlaskBB logs there and does not make it
    mark.write_text(stamp)
    return venv


if __name__ == "__main__":
    sys.stdout.write(f"FlaskBB: {prepare_flaskbb()}\n")
