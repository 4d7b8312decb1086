"""No code of the bridge decodes a picture or opens an archive: what is never unpacked cannot go off."""

from __future__ import annotations

import ast
from pathlib import Path

import forum_bridge

SRC = Path(forum_bridge.__file__).parent
OF_THE_DAEMON = [each for each in SRC.rglob("*.py") if each.relative_to(SRC).parts[0] not in {"testkit", "sandbox"}]
UNPACKING = {"PIL", "Image", "bz2", "gzip", "lzma", "py7zr", "rarfile", "tarfile", "zipfile", "zlib", "zstandard"}


def imported(file: Path) -> set[str]:
    """Return the outermost names of what a file imports, also within functions."""
    found: set[str] = set()
    for each in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(each, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in each.names}
        elif isinstance(each, ast.ImportFrom) and each.module:
            found.add(each.module.partition(".")[0])
        elif isinstance(each, ast.Attribute) and each.attr == "unpack_archive":
            found.add("zipfile")
    return found


def test_nothing_is_imported_that_unpacks() -> None:
    assert len(OF_THE_DAEMON) > 300
    assert {str(file): bad for file in OF_THE_DAEMON if (bad := imported(file) & UNPACKING)} == {}
