from datetime import UTC, datetime, timedelta

import pytest

from forum_bridge.bridge.content import digest
from forum_bridge.bridge.policy import Concerns, Facts, Rules, Taken, everyone, is_old, judge, mentioning, starter
from forum_bridge.ledger.states import State
from forum_bridge.model import Author, Post, PostId, Reading, ThreadId, ThreadRef

BEGAN = datetime(2026, 3, 1, 12, tzinfo=UTC)
BEFORE, AFTER = BEGAN - timedelta(minutes=1), BEGAN + timedelta(minutes=1)
THREAD = ThreadRef(ThreadId("7"), "https://forum.example/t/7", "Kargo nerede?")
AYSE = Author("Ayşe Şahin", "12")


def post(author: Author = AYSE, *, number: str = "50", time: datetime | None = AFTER, opening: bool = False) -> Post:
    url = f"https://forum.example/p/{number}"
    return Post(PostId(number), THREAD, author, "<p>Merhaba ACME</p>", url, time, opening=opening)


def facts(**changes: object) -> Facts:
    values: dict[str, object] = {
        "own_keys": frozenset({"1"}),
        "own_posts": frozenset(),
        "first_reading": False,
        "since": BEGAN,
        "thread_known": True,
        "newest_in_thread": None,
        "highest": 49,
        "starters": frozenset({"12"}),
    }
    return Facts(**{**values, **changes})  # type: ignore[arg-type]


def rules(concerns: Concerns = everyone, *, notes: bool = False) -> Rules:
    return Rules(frozenset({"acme_destek"}), frozenset({"Mehmet"}), frozenset({"99", "Spam Kral"}), concerns, notes)


def judged(given: Post, known: Facts, policy: Rules) -> Taken:
    (item,) = digest(Reading((given,)))
    return judge(item, known, policy)


@pytest.mark.parametrize(
    ("author", "state"),
    [
        (AYSE, State.WAITING),
        (Author("acme_destek", "1"), State.OWN),
        (Author("acme_destek", "17"), State.OWN),
        (Author("  Spam   Kral ", "77"), State.IGNORED),
        (Author("Reklam", "99"), State.IGNORED),
        (Author("mehmet", "4"), State.WAITING),
        (Author("Misafir"), State.WAITING),
    ],
)
def test_the_author_decides_first(author: Author, state: State) -> None:
    assert judged(post(author), facts(), rules()).state is state


def test_a_post_that_is_known_as_our_answer_is_ours_whoever_seems_to_have_written_it() -> None:
    assert judged(post(), facts(own_posts=frozenset({"50"})), rules()).state is State.OWN


@pytest.mark.parametrize(
    ("given", "changes", "old"),
    [
        (post(time=BEFORE), {}, True),
        (post(time=BEGAN), {}, False),
        (post(time=BEFORE), {"newest_in_thread": 49}, False),
        (post(time=BEFORE), {"newest_in_thread": 50}, True),
        (post(time=BEGAN - timedelta(hours=13)), {"newest_in_thread": 49}, False),
        (post(time=BEGAN - timedelta(days=3)), {"newest_in_thread": 49}, True),
        (post(time=BEFORE, number="ab12"), {}, False),
        (post(time=BEFORE, number="ab12"), {"first_reading": True}, True),
        (post(time=BEFORE, number="ab12"), {"thread_known": False}, True),
        (post(time=BEGAN - timedelta(hours=2), number="ab12"), {}, True),
        (post(time=BEGAN), {"since": BEGAN + timedelta(seconds=59)}, False),
        (post(time=BEGAN), {"since": BEGAN + timedelta(seconds=61)}, True),
        (post(time=BEGAN + timedelta(seconds=7)), {"since": BEGAN + timedelta(seconds=7, microseconds=900)}, False),
        (post(time=BEGAN + timedelta(seconds=7)), {"since": BEGAN + timedelta(seconds=8)}, True),
        (post(time=BEFORE), {"since": None}, False),
        (post(time=None), {"first_reading": True}, True),
        (post(time=None), {}, False),
        (post(time=None), {"thread_known": False}, False),
        (post(time=None, number="49"), {"thread_known": False}, True),
        (post(time=None, number="49"), {"thread_known": True}, False),
        (post(time=None, number="ab12"), {"thread_known": False}, False),
        (post(time=None, number="3"), {"thread_known": False, "highest": None}, False),
    ],
)
def test_old_posts_are_told_by_time_else_by_number(given: Post, changes: dict[str, object], old: bool) -> None:
    assert is_old(given, facts(**changes)) is old


def test_only_the_starter_concerns_a_board_watch_and_others_follow_the_policy() -> None:
    stranger = post(Author("Ali", "55"))
    assert judged(post(), facts(), rules(starter)).state is State.WAITING
    assert judged(stranger, facts(), rules(starter)).state is State.IGNORED
    noted = judged(stranger, facts(), rules(starter, notes=True))
    assert (noted.state, noted.as_note) == (State.WAITING, True)
    opening = post(Author("Ali", "55"), opening=True)
    assert judged(opening, facts(starters=frozenset()), rules(starter)).state is State.WAITING


def test_our_people_s_own_posts_are_told_unless_they_were_there_before() -> None:
    mehmet = Author("Mehmet", "3")
    assert judged(post(mehmet), facts(), rules()) == Taken(State.WAITING, as_note=True, by_agent=True)
    assert judged(post(mehmet, time=BEFORE), facts(), rules()).state is State.OWN


def test_the_bridge_s_own_account_is_none_of_our_people_even_if_it_is_named_among_them() -> None:
    ours = Rules(frozenset({"acme_destek"}), frozenset({"acme_destek", "1"}), frozenset(), everyone, False)
    for author in (Author("acme_destek", "17"), Author("Acme", "1")):
        assert judged(post(author), facts(), ours).state is State.OWN


def test_words_are_found_whatever_their_case() -> None:
    named = mentioning(("acme",))
    other = mentioning(("kargo",))
    assert judged(post(), facts(), rules(named)).state is State.WAITING
    assert judged(post(), facts(), rules(other)).state is State.IGNORED
