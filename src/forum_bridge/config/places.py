"""Files and folders that the configuration names: paths are taken from the folder of the configuration file, which the
validation context carries."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo

from forum_bridge.config.base import Model, refused
from forum_bridge.config.durations import Duration, positive

SQLITE = "sqlite:///"


def beside(path: str, info: ValidationInfo) -> Path:
    """Return ``path`` with ~ resolved, taken from the configuration's folder if relative (as it is without a
    folder)."""
    folder = info.context.get("folder") if isinstance(info.context, dict) else None
    try:
        resolved = Path(path).expanduser()
    except RuntimeError:
        raise refused("begins with ~, but there is no such home folder", "write the path from / on") from None
    if "\0" in path or not path.strip():
        raise refused("is not a path", "write the path of a file, as in /var/lib/forum-bridge/ledger.sqlite3")
    return Path(folder) / resolved if folder is not None else resolved


def _folder(path: Path, info: ValidationInfo) -> Path:
    return beside(str(path), info)


def _ledger(url: str, info: ValidationInfo) -> str:
    if url.startswith(("postgres", "postgresql")) and "://" in url:
        raise refused(
            "names PostgreSQL, which this version does not speak yet",
            "write the path of a file, as in /var/lib/forum-bridge/ledger.sqlite3",
        )
    if "://" in url and not url.startswith(SQLITE):
        raise refused("names a database the bridge does not know", "write sqlite:///PATH or a plain path")
    path = url.removeprefix(SQLITE)
    if ":memory:" in path:
        raise refused("would forget everything at the end", "write the path of a file")
    if path.endswith("/"):
        raise refused("names a folder, not a file", "add a file name, as in ledger.sqlite3")
    return f"{SQLITE}{beside(path, info)}"


Folder = Annotated[Path, AfterValidator(_folder)]


class BackupConfig(Model):
    """When and where the running bridge copies its ledger."""

    every: Annotated[Duration, AfterValidator(positive)] = Field(
        timedelta(days=1), description="How long after the newest copy the next one is made."
    )
    keep: int = Field(7, ge=1, le=10_000, description="How many copies stay; the oldest go first.")
    folder: Annotated[Path, AfterValidator(_folder)] = Field(
        Path("backups"),
        validate_default=True,
        description="An existing folder; a relative one is taken from this file's folder.",
    )


class LedgerConfig(Model):
    """Where the bridge keeps what it knows."""

    url: Annotated[str, AfterValidator(_ledger)] = Field(
        "sqlite:///ledger.sqlite3",
        validate_default=True,
        description="sqlite:///PATH or a plain path; a relative one is taken from this file's folder.",
    )

    keep_bodies: Annotated[Duration, AfterValidator(positive)] = Field(
        timedelta(days=30),
        description="How long the words, names and addresses in posts and answers that are done with are kept.",
    )
    backup: BackupConfig | None = Field(None, description="Copies that the running bridge makes by itself; none: none.")
    keep_pages: Duration = Field(
        timedelta(days=14),
        description="How long pages that could not be read lie in the folder quarantine beside it; 0s keeps none.",
    )

    @property
    def path(self) -> Path:
        """The ledger's file; absolute once loaded from a file."""
        return Path(self.url.removeprefix(SQLITE))
