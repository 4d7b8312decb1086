"""Where new ids and case numbers come from. Knows no record."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Ids:
    """Growing ids with gaps, since other accounts draw from the same numbers. Some are past 2**31, as on Deskie."""

    last: int
    step: int

    def draw(self) -> int:
        """Return the next id."""
        self.last += self.step
        return self.last


@dataclass(slots=True)
class Counters:
    """The next ids of each kind."""

    case: Ids = field(default_factory=lambda: Ids(8_804_406, 11))
    message: Ids = field(default_factory=lambda: Ids(3_061_200_438, 17))
    user: Ids = field(default_factory=lambda: Ids(5_120_084, 3))
    file: Ids = field(default_factory=lambda: Ids(2_147_491_423, 5))


def case_number(case_id: int) -> str:
    """Return a case's public number ``ddd-dddddd``: one to one with the id, but not readable from it."""
    digits = f"{case_id * 7_919_317 % 10**9:09d}"
    return f"{digits[:3]}-{digits[3:]}"
