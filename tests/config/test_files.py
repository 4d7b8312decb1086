"""A path that leads to no readable file is a fault, whatever it leads to."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from forum_bridge.config import load


def the_fault(path: Path) -> str:
    loaded = load(path, {})
    assert loaded.config is None
    assert len(loaded.faults) == 1
    return str(loaded.faults[0])


def test_no_such_file(tmp_path: Path) -> None:
    assert the_fault(tmp_path / "config.yaml").startswith(f"{tmp_path}/config.yaml: this file does not exist — mend: ")


def test_a_folder(tmp_path: Path) -> None:
    assert "a folder" in the_fault(tmp_path)


def test_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "cannot be read" in the_fault(tmp_path / "file" / "config.yaml")


def test_a_link_to_itself(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert "cannot be read" in the_fault(tmp_path / "loop")


def test_a_path_that_is_none() -> None:
    assert "cannot be read" in the_fault(Path("a\0b"))


def test_an_endless_file() -> None:
    assert "larger than" in the_fault(Path("/dev/zero"))


@pytest.fixture
def another_user() -> Iterator[None]:
    """Root may read everything, so as root the test goes on as nobody, to whom the test's own folder is closed."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_file_without_rights(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    (tmp_path / "config.yaml").touch(mode=0o000)
    request.getfixturevalue("another_user")
    assert "may not be read" in the_fault(tmp_path / "config.yaml")
