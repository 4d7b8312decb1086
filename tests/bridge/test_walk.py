from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from forum_bridge.bridge.walk import head

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SOON, LATER = NOW + timedelta(minutes=1), NOW + timedelta(minutes=9)


@dataclass(frozen=True)
class Item:
    due_at: datetime | None = NOW
    first_tried_at: datetime | None = None


def test_nothing_to_do() -> None:
    assert head([], NOW) is None


def test_the_oldest_due_row_comes_first() -> None:
    first, second = Item(), Item()
    assert head([first, second], NOW) is first


def test_a_head_in_retry_keeps_its_followers_back() -> None:
    assert head([Item(SOON, NOW - timedelta(minutes=59)), Item()], NOW) == SOON


def test_but_for_at_most_an_hour() -> None:
    follower = Item()
    assert head([Item(SOON, NOW - timedelta(hours=1)), follower], NOW) is follower


def test_a_follower_of_an_old_head_may_itself_wait() -> None:
    rows = [Item(LATER, NOW - timedelta(hours=2)), Item(SOON, NOW - timedelta(minutes=1)), Item()]
    assert head(rows, NOW) == SOON


def test_what_belongs_together_keeps_its_order_however_long_that_takes() -> None:
    old, behind, other = Item(LATER, NOW - timedelta(hours=3)), Item(), Item()
    assert head([old, behind, other], NOW, together=lambda before, after: before is old and after is behind) is other
    assert head([old, behind], NOW, together=lambda before, _: before is old) == LATER
