"""A hostile page neither makes everybody else wait nor takes the machine's memory: 4 MB of whatever is dearest to read,
over real HTTP, through the whole bridge; so does a document of an API or a feed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.security.hostile import CASES

ROOT = Path(__file__).parents[2]
LONGEST = 0.2  # seconds of this process's processor between two turns of the loop
MOST = 512  # megabytes beyond what the bridge takes at rest


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_page_stalls_nobody(name: str, tmp_path: Path, figures: Callable[..., None]) -> None:
    found = _read(name, tmp_path / "first")
    if found["stall"] >= LONGEST:
        found = _read(name, tmp_path / "second")
    figures(f"hostile page of {name}", **found)
    assert found["stall"] < LONGEST
    assert found["megabytes"] < MOST


def _read(name: str, folder: Path) -> dict[str, float]:
    folder.mkdir()
    command = [sys.executable, "-m", "tests.security.hostile", name, str(folder)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    found: dict[str, float] = json.loads(ended.stdout.splitlines()[-1])
    return found
