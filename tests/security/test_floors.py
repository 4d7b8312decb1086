"""What is installed is no older than what is known to be sound, and fits together."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NEEDED = [Requirement(each) for each in PROJECT["dependencies"]]
SOUND = {
    "aiohttp": "3.14",  # packed bombs in bodies (CVE-2025-69223, mended in 3.13.3), request smuggling before
    "jinja2": "3.1.6",  # ways out of the sandbox (CVE-2025-27516)
    "lxml": "5.0",  # from there on entities of other files are not followed by default
    "nh3": "0.3.2",  # ammonia 4.1, which closes holes in SVG and MathML (RUSTSEC-2025-0071)
}


@pytest.mark.parametrize("needed", NEEDED, ids=[each.name for each in NEEDED])
def test_what_is_installed_is_what_is_needed(needed: Requirement) -> None:
    assert needed.specifier.contains(version(needed.name), prereleases=True)
    assert any(each.operator == ">=" for each in needed.specifier), "each has a lowest version"


@pytest.mark.parametrize("name", SOUND)
def test_no_version_with_a_known_hole_is_let_in(name: str) -> None:
    (needed,) = [each for each in NEEDED if each.name == name]
    floor = next(each.version for each in needed.specifier if each.operator == ">=")
    assert Requirement(f"x>={SOUND[name]}").specifier.contains(floor)


def test_what_is_installed_fits_together() -> None:
    ran = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout
