"""Whether a forum's times can be trusted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from forum_bridge.daemon.times_check import clocks, zone

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("minutes", [None, 0, 5, -5])
def test_clocks_that_agree_are_no_finding(minutes: int | None) -> None:
    assert clocks("acme", None if minutes is None else timedelta(minutes=minutes)) is None


@pytest.mark.parametrize(
    ("minutes", "told"), [(61, "61 minutes ahead of"), (-6, "6 minutes behind"), (180, "3 hours ahead of")]
)
def test_clocks_that_differ_are_told_with_the_way_to_mend_it(minutes: int, told: str) -> None:
    finding = clocks("acme", timedelta(minutes=minutes))
    assert finding is not None
    assert (finding.part, finding.what, finding.ok) == ("acme", "clock", False)
    assert told in finding.found
    assert "timedatectl" in finding.todo


def test_posts_from_the_future_point_to_the_timezone() -> None:
    finding = zone("acme", [NOW - timedelta(days=1), NOW + timedelta(hours=3)], NOW)
    assert finding is not None
    assert "3 hours from now" in finding.found
    assert "forums.acme.timezone" in finding.todo
    assert zone("acme", [NOW, NOW + timedelta(minutes=5)], NOW) is None
    assert zone("acme", [], NOW) is None
