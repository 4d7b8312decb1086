"""What a check found: one thing that was tried. Tries nothing itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was tried: where, what, whether it works, and what was found. ``todo`` says what to do if it does
    not work; where it does, what is left out and how to have it."""

    part: str
    what: str
    ok: bool
    found: str
    todo: str = ""
