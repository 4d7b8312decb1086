"""A week of several forums at speed, with restarts, crashes in the middle of writes, merged and closed cases: it ends
with every post in exactly one case and every answer in exactly one post, in order."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from tests.week import events
from tests.week.world import CHANNELS, Size, replayed

SIZE = Size(threads=30, forums=3, idle=20)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    before = structlog.get_config()["wrapper_class"]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.configure(wrapper_class=before)


@pytest.mark.parametrize("channel", sorted(CHANNELS))
async def test_a_week_loses_nothing_doubles_nothing_and_keeps_the_order(
    channel: str, tmp_path: Path, figures: Callable[..., None]
) -> None:
    if not events.is_here():
        pytest.skip(events.WHERE)
    outcome = await replayed(SIZE, channel, tmp_path / "ledger.sqlite")
    figures(f"a week, {channel}", **outcome.figures)
    assert outcome.verdict.wrong == {}
    for what in ("restarts", "crashes", "merges", "closes", "answers", "notes"):
        assert outcome.figures[what] > 0, what
