"""Reads the configuration's bytes and makes text of them. Refuses what is no file, too large or not UTF-8."""

from __future__ import annotations

import stat
from dataclasses import dataclass, field
from pathlib import Path

from forum_bridge.config.faults import RefusedError

MAX_BYTES = 4_000_000
COPY_EXAMPLE = "name a file made from config.example.yaml"


@dataclass(frozen=True, slots=True)
class FileText:
    """The text of a file, and whether every user of the machine can read it."""

    text: str = field(repr=False)
    open_to_all: bool = False


def read_text(path: Path) -> FileText:
    """Return the text at ``path``; raises RefusedError with what is wrong and what to do."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
            mode = stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        raise RefusedError("this file does not exist", COPY_EXAMPLE) from None
    except IsADirectoryError:
        raise RefusedError("this is a folder, not a file", COPY_EXAMPLE) from None
    except PermissionError:
        raise RefusedError(
            "this file may not be read", "give the user who runs forum-bridge the right to read it"
        ) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a path"
        raise RefusedError(f"this file cannot be read ({reason})", COPY_EXAMPLE) from None
    if len(content) > MAX_BYTES:
        raise RefusedError(f"this file is larger than {MAX_BYTES // 1_000_000} MB", COPY_EXAMPLE)
    return FileText(decoded(content), bool(mode & stat.S_IROTH))


def decoded(content: bytes) -> str:
    """Return the bytes as text without a byte order mark; raises RefusedError with the line that is not UTF-8."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise RefusedError("this is not UTF-8 text", "save the file anew with the encoding UTF-8", line) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")
