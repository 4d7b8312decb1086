from datetime import UTC, datetime, timedelta

import pytest

from forum_bridge.bridge.retry import Again, Dead, Hold, Look, backoff, decide, recording, writing
from forum_bridge.errors import Blocked, Gone, Held, NotPosted, Retry, SignInNeeded, Unclear, WatchTrouble

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTES_15 = timedelta(minutes=15)


@pytest.mark.parametrize(
    ("error", "attempts", "kind", "pause"),
    [
        (Retry(), 1, Again, timedelta(seconds=2)),
        (Retry(), 3, Again, timedelta(seconds=8)),
        (Retry(), 500, Again, MINUTES_15),
        (Retry(after=timedelta(seconds=41)), 9, Again, timedelta(seconds=41)),
        (SignInNeeded(), 2, Again, timedelta(seconds=4)),
        (WatchTrouble(), 1, Again, timedelta(seconds=2)),
        (Blocked(), 1, Again, MINUTES_15),
        (Unclear(), 1, Look, timedelta(seconds=30)),
        (Retry(after=timedelta(0)), 1, Again, timedelta(seconds=2)),
        (RuntimeError("a fault of ours"), 1, Again, timedelta(seconds=2)),
        (RuntimeError("a fault of ours"), 5, Hold, None),
        (Held(), 1, Hold, None),
        (NotPosted("closed"), 1, Dead, None),
        (Gone(), 1, Dead, None),
    ],
)
def test_each_error_has_its_verdict(error: Exception, attempts: int, kind: type, pause: timedelta | None) -> None:
    verdict = decide(error, attempts, NOW, jitter=0)
    assert type(verdict) is kind
    if pause is not None:
        assert isinstance(verdict, Again | Look)
        assert verdict.at == NOW + pause


def test_an_unexpected_error_keeps_its_words_to_itself() -> None:
    verdict = decide(RuntimeError("password=hunter2"), 5, NOW, jitter=0)
    assert verdict.reason == "unexpected: RuntimeError"


def test_jitter_stretches_by_at_most_a_quarter() -> None:
    assert backoff(1, 0.999) < timedelta(seconds=2.5)
    assert backoff(1, 0.999) > timedelta(seconds=2.4)


def test_a_write_that_ends_in_an_error_nobody_foresaw_is_looked_for() -> None:
    with pytest.raises(Unclear, match="KeyError"), writing():
        raise KeyError("hunter2")
    with pytest.raises(NotPosted), writing():
        raise NotPosted("closed")


def test_what_fails_after_a_write_leads_to_a_look_even_if_the_ledger_says_retry() -> None:
    with pytest.raises(Unclear), recording():
        raise Retry("the disk is full")
