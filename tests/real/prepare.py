"""Builds the virtual environments of the real engines: `python tests/real/prepare.py`. Done once; later calls are
quick."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # it runs as a script, with any Python

from tests.real import places, spirit_install

REQUIREMENTS = Path(__file__).parent.parent


def prepare_flaskbb() -> Path:
    """Build FlaskBB's environment unless it stands already, and return it. Exits with what is missing."""
    python = places.fitting_python()
    if python is None:
        sys.exit("FlaskBB needs Python 3.12 or newer: install python3.12 and its venv module, or `pyenv install 3.13`.")

    def finish(venv: Path) -> None:
        # FlaskBB logs there and does not make it
        (next(venv.glob("lib/python*/site-packages")) / "logs").mkdir(exist_ok=True)

    return _built(places.flaskbb_venv(), python, [REQUIREMENTS / "requirements-flaskbb.txt"], finish)


def prepare_spirit() -> Path:
    """Build Spirit's environment, with a site in it, unless it stands already, and return it."""
    made_of = [REQUIREMENTS / "requirements-spirit.txt", Path(spirit_install.__file__)]
    return _built(places.spirit_venv(), Path(sys.executable), made_of, spirit_install.prepare)


def _built(venv: Path, python: Path, made_of: list[Path], finish: Callable[[Path], None]) -> Path:
    """Build an environment of what the first file lists, unless it was built to its end of the same files."""
    mark, stamp = venv / "prepared", hashlib.sha256(b"".join(each.read_bytes() for each in made_of)).hexdigest()
    if mark.is_file() and mark.read_text() == stamp:
        return venv
    shutil.rmtree(venv, ignore_errors=True)
    venv.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([python, "-m", "venv", venv], check=True)
    subprocess.run([venv / "bin" / "pip", "install", "-qq", "--requirement", made_of[0]], check=True)
    finish(venv)
    mark.write_text(stamp)
    return venv


if __name__ == "__main__":
    sys.stdout.write(f"FlaskBB: {prepare_flaskbb()}\n")
    sys.stdout.write(f"Spirit: {prepare_spirit()}\n")
