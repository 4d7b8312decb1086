"""Resolves ${ENV}, ${file:PATH} and ${credential:NAME} inside texts. What it finds never enters a fault or a repr."""

from __future__ import annotations

import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from forum_bridge.config.faults import RefusedError, shown

CREDENTIALS = Path("/etc/forum-bridge/credentials")
REFERENCE = re.compile(r"\$(\$?)\{([^{}]*)\}")
MAX_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class References:
    """Where references lead: the environment, the configuration's folder, and the folder of credentials."""

    environ: Mapping[str, str] = field(repr=False)
    folder: Path
    credentials: Path = CREDENTIALS

    def resolve(self, text: str) -> tuple[str, tuple[SecretStr, ...]]:
        """Return the text with its references replaced, and the replacements. ``$${`` stands for a literal ``${``.
        Raises RefusedError for the first reference that leads nowhere."""
        found: list[SecretStr] = []

        def replace(match: re.Match[str]) -> str:
            if match[1]:
                return match[0][1:]
            value = self._value(match[2])
            found.append(SecretStr(value))
            return value

        return REFERENCE.sub(replace, text), tuple(found)

    def _value(self, name: str) -> str:
        kind, colon, rest = name.partition(":")
        if colon and kind == "file" and rest:
            return self._file([self.folder / rest], f"the file {shown(rest)}")
        if colon and kind == "credential" and re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.@-]*", rest):
            own = self.environ.get("CREDENTIALS_DIRECTORY")
            folders = [Path(own), self.credentials] if own else [self.credentials]
            return self._file([folder / rest for folder in folders], f"the credential {rest}")
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            mend = "write ${NAME}, ${file:PATH} or ${credential:NAME}; $${ stands for a plain ${"
            raise RefusedError("holds a reference ${…} that is none of the three kinds", mend)
        if name not in self.environ:
            raise RefusedError(
                f"the environment variable {name} is not set", "set it, or write the value in another way"
            )
        if not self.environ[name]:
            raise RefusedError(f"the environment variable {name} is empty", "give it a value")
        return self.environ[name]

    def _file(self, paths: list[Path], what: str) -> str:
        """Return the text of the first of ``paths`` that exists, without the newline at its end."""
        try:
            path, mode = _first(paths)
            if path is None:
                looked = " or ".join(shown(str(place), 200) for place in paths)
                raise RefusedError(f"{what} does not exist", f"create {looked}")
            if not stat.S_ISREG(mode):
                raise RefusedError(f"{what} is not a file", "name a file that holds the value")
            with path.open("rb") as file:
                content = file.read(MAX_BYTES + 1)
            text = content.decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            raise RefusedError(f"{what} is not UTF-8 text", "save it as UTF-8 text") from None
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a path"
            raise RefusedError(f"{what} cannot be read ({reason})", "let the bridge's user read it") from None
        if not text or len(content) > MAX_BYTES:
            raise RefusedError(f"{what} is {'too large' if text else 'empty'}", "write only the value into it")
        return text


def _first(paths: list[Path]) -> tuple[Path | None, int]:
    """The first path at which something is, and its mode; raises OSError where that cannot be known."""
    for path in paths:
        try:
            return path, path.stat().st_mode
        except FileNotFoundError:
            continue
    return None, 0
