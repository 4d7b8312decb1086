"""What an audit finds. Data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What is wrong."""

    MISSING = "missing"  # it should stand on the other side, and does not
    DOUBLED = "doubled"  # it stands there twice
    STALE = "stale"  # it stands there as it was once
    NOTE = "note on the forum"  # there must be none


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: ``what`` says it, ``where`` is an address or a case, ``mend`` the command or the act
    that mends it. ``item`` is its name in the ledger, "" if it has none."""

    kind: Kind
    item: str
    where: str
    what: str
    mend: str
