"""Opening an answer: where the work is done."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest

from forum_bridge.web.aside import LONG
from forum_bridge.web.exchange import Answer
from forum_bridge.web.opening import opened


@pytest.mark.parametrize(("length", "on_the_loop"), [(LONG, True), (LONG + 1, False)])
async def test_long_pages_are_opened_off_the_loop(length: int, on_the_loop: bool) -> None:
    threads = []

    def clock() -> datetime:
        threads.append(threading.current_thread())
        return datetime(2026, 11, 22, tzinfo=UTC)

    await opened(Answer("https://forum.example/", 200, {}, b"x" * length), clock)

    assert [thread is threading.main_thread() for thread in threads] == [on_the_loop]
