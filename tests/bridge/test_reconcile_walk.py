"""Finding unheard answers goes on to the end whatever the plan, the traffic, the clock and single faults: all of them
are found, each once, within minutes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs
from tests.bridge.unheard import DESK, Unheard, open_unheard
from tests.bridge.world import START

from forum_bridge.bridge.listing import OVERLAP, SECOND, Cursor, further
from forum_bridge.bridge.tell import Tell
from forum_bridge.deskie import Case, Page
from forum_bridge.deskie.budget import READ, Priority
from forum_bridge.errors import Retry
from forum_bridge.ledger import agent_notes, put_back
from forum_bridge.sandbox.desk.correspondence import Writing
from forum_bridge.sandbox.desk.faults import What


@pytest.fixture
async def unheard(tmp_path: Path) -> AsyncIterator[Unheard]:
    async with open_unheard(tmp_path / "ledger.sqlite") as made:
        yield made


@pytest.mark.parametrize("restarts", [False, True])
async def test_dense_traffic_on_the_smallest_plan(unheard: Unheard, restarts: bool) -> None:
    cases = [await unheard.case() for _ in range(12)]
    told = [unheard.answers(case, unheard.clock() + timedelta(seconds=40 * n)) for n, case in enumerate(cases)]
    unheard.clock.advance(minutes=30)
    await unheard.lasting(minutes=6, restarts=restarts)
    assert await unheard.taken() == told


async def test_what_was_compared_is_read_again_only_when_it_changes(unheard: Unheard) -> None:
    case = await unheard.case()
    unheard.answers(case)
    unheard.clock.advance(minutes=30)
    await unheard.lasting(minutes=10)
    with capture_logs() as logs:
        await unheard.lasting(hours=1)
        assert [log for log in logs if "messages" in log.get("call", "")] == []
        unheard.answers(case)
        await unheard.lasting(minutes=10)
    assert len([log for log in logs if "messages" in log.get("call", "")]) == 1
    assert len(await unheard.taken()) == 2


async def test_many_channels_leave_units_for_the_cases(unheard: Unheard) -> None:
    unheard.channels = {f"f{number}": f"cch{50 + number}" for number in range(8)}
    unheard.restart()
    await unheard.lasting(minutes=6)
    told = [unheard.answers(await unheard.case(forum=forum)) for forum in unheard.channels for _ in range(2)]
    unheard.clock.advance(minutes=10)
    await unheard.lasting(minutes=9)
    assert sorted(await unheard.taken()) == sorted(told)


@pytest.mark.parametrize("apart", [timedelta(), timedelta(seconds=1)], ids=["all at once", "a second apart"])
async def test_more_changed_cases_than_any_list_holds(unheard: Unheard, apart: timedelta) -> None:
    """1,100 cases are closed in bulk; agents had answered in the first and in the last of them."""
    cases = [await unheard.case(ours=number % 100 == 0 or number > 1095) for number in range(1100)]
    told = [unheard.answers(case, unheard.clock()) for case in (cases[0], cases[500], cases[-1])]
    closed = unheard.clock() + timedelta(minutes=30)
    for number, case in enumerate(cases):
        unheard.touch(case, closed + number * apart)
    unheard.clock.now = closed + timedelta(hours=1)
    await unheard.lasting(minutes=12)
    assert sorted(await unheard.taken()) == told
    late = unheard.answers(cases[100])
    unheard.clock.advance(minutes=3)
    await unheard.lasting(minutes=12)
    assert (await unheard.taken())[-1] == late


@pytest.mark.parametrize("what", [What.SERVER_ERROR, What.UNPROCESSABLE, What.MALFORMED])
async def test_a_case_that_cannot_be_read_holds_up_no_other(unheard: Unheard, what: What) -> None:
    poison, *others = [await unheard.case() for _ in range(5)]
    held, *told = [unheard.answers(case) for case in (poison, *others)]
    unheard.deskie.faults.next(rf"cases/{poison}/messages", what, times=1000)
    unheard.clock.advance(minutes=10)
    with capture_logs() as logs:
        await unheard.lasting(minutes=12)
    assert await unheard.taken() == told
    assert [log["case"] for log in logs if log["event"] == "case_not_compared"] == [poison]
    unheard.deskie.faults.clear()
    await unheard.lasting(hours=1)
    assert await unheard.taken() == [*told, held]


async def test_many_cases_that_cannot_be_read_hold_up_no_other(unheard: Unheard) -> None:
    cases = [await unheard.case() for _ in range(21)]
    told = [unheard.answers(case) for case in cases][-1]
    for case in cases[:-1]:
        unheard.deskie.faults.next(rf"cases/{case}/messages", What.SERVER_ERROR, times=1000)
    unheard.clock.advance(minutes=10)
    await unheard.lasting(hours=1)
    assert await unheard.taken() == [told]


@pytest.mark.parametrize("what", [What.SERVER_ERROR, What.UNPROCESSABLE, What.HTML])
async def test_a_channel_that_cannot_be_listed_holds_up_no_other(unheard: Unheard, what: What) -> None:
    unheard.channels = {"a": "cch51", "b": "cch52"}
    unheard.restart()
    cases = [await unheard.case(forum=forum) for forum in ("a", "b")]
    await unheard.lasting(minutes=6)
    held, told = [unheard.answers(case) for case in cases]
    unheard.deskie.faults.next(r"channel=cch51", what, times=1000)
    unheard.clock.advance(minutes=10)
    with capture_logs() as logs:
        await unheard.lasting(hours=2)
    assert await unheard.taken() == [told]
    assert [log["channel"] for log in logs if log["event"] == "channel_not_listed"] == ["cch51"]
    unheard.deskie.faults.clear()
    await unheard.lasting(minutes=6)
    assert await unheard.taken() == [told, held]


async def test_nothing_is_lost_by_an_outage_of_the_desk(unheard: Unheard) -> None:
    told = [unheard.answers(await unheard.case()) for _ in range(8)]
    unheard.deskie.faults.next(r"GET", What.BAD_GATEWAY, times=10_000)
    await unheard.lasting(hours=3)
    unheard.deskie.faults.clear()
    await unheard.lasting(minutes=15)
    assert await unheard.taken() == told


async def test_a_clock_that_was_fast_for_one_run_passes_over_nothing(unheard: Unheard) -> None:
    case, other = await unheard.case(), await unheard.case()
    heard_of = unheard.answers(case)
    right = unheard.clock() + timedelta(minutes=10)
    unheard.clock.now = right + timedelta(days=2)
    await unheard.once()
    unheard.clock.now = right + timedelta(minutes=1)
    told = unheard.answers(other)
    unheard.clock.advance(hours=3)
    await unheard.lasting(minutes=10)
    assert await unheard.taken() == [heard_of, told]


@pytest.mark.parametrize("minutes", [-8, 45])
async def test_a_desk_whose_clock_differs(unheard: Unheard, minutes: int) -> None:
    case = await unheard.case()
    told = unheard.answers(case, unheard.clock() + timedelta(minutes=minutes))
    await unheard.lasting(minutes=60)
    assert await unheard.taken() == [told]
    again = unheard.answers(case, unheard.clock() + timedelta(minutes=minutes))
    await unheard.lasting(minutes=60)
    assert await unheard.taken() == [told, again]


async def test_a_forum_that_was_taken_out_and_put_back(unheard: Unheard) -> None:
    case = await unheard.case()
    unheard.channels = {"g": "cch52"}
    unheard.restart()
    await unheard.lasting(hours=1)
    told = unheard.answers(case)
    await unheard.lasting(hours=1)
    unheard.clock.advance(days=30)
    assert await unheard.taken() == []
    unheard.channels = {"g": "cch52", "f": "cch42"}
    unheard.restart()
    await unheard.lasting(minutes=6)
    assert await unheard.taken() == [told]


async def test_cases_stay_in_the_channel_that_their_forum_was_in(unheard: Unheard) -> None:
    case = await unheard.case()
    unheard.channels = {"f": "cch52"}
    unheard.restart()
    await unheard.lasting(hours=1)
    told = [unheard.answers(case), unheard.answers(await unheard.case())]
    unheard.clock.advance(minutes=10)
    await unheard.lasting(minutes=6)
    assert sorted(await unheard.taken()) == told


@pytest.mark.parametrize("share", [0.7, 0.2])
async def test_an_answer_far_back_in_its_case(unheard: Unheard, share: float) -> None:
    """250 messages came after it; with a share of 4 units a minute two pages can be read in one."""
    case = await unheard.case()
    told = unheard.answers(case)
    user = unheard.deskie.case(case).user_id
    for _ in range(250):
        unheard.deskie.correspondence.by_customer(case, user, Writing(html="<p>Alo?</p>"))
    unheard.clock.advance(minutes=10)
    unheard.share = share
    unheard.restart()
    await unheard.lasting(minutes=8)
    assert await unheard.taken() == [told]
    late = unheard.answers(case)
    unheard.clock.advance(minutes=10)
    with capture_logs() as logs:
        await unheard.lasting(minutes=6)
    assert len([log for log in logs if "messages" in log.get("call", "")]) == 1, "what was compared is not read again"
    assert await unheard.taken() == [told, late]


async def test_a_case_in_which_somebody_always_writes(unheard: Unheard) -> None:
    case = await unheard.case()
    told = unheard.answers(case)
    user = unheard.deskie.case(case).user_id
    for _ in range(12):
        unheard.clock.advance(minutes=1)
        unheard.deskie.correspondence.by_customer(case, user, Writing(html="<p>Alo?</p>"))
        await unheard.once()
    assert await unheard.taken() == [told]


async def test_notes_to_agents_are_written_while_many_cases_wait(unheard: Unheard) -> None:
    cases = [await unheard.case() for _ in range(24)]
    told = [unheard.answers(case) for case in cases]
    for number, case in enumerate(cases[:8]):
        key = f"answer {number}"
        want = partial(agent_notes.want, desk=DESK, key=key, case_id=case, html=f"<p>{key}</p>", now=unheard.clock())
        await unheard.ledger.commit(want)
    tell = Tell(unheard.ledger, unheard.desk, unheard.clock, lambda: 0.99)
    unheard.clock.advance(minutes=10)
    end = unheard.clock() + timedelta(minutes=6)
    reconcile_at, tell_at = unheard.clock(), unheard.clock() + timedelta(seconds=1)
    while unheard.clock() < end:
        unheard.clock.now = max(unheard.clock(), min(reconcile_at, tell_at))
        if reconcile_at <= tell_at:
            reconcile_at = await unheard.once()
        else:
            tell_at = await tell(DESK) or end
    assert sum(len([m for m in unheard.deskie.messages(unheard.deskie.case(c)) if m.note]) for c in cases) == 8
    assert 6 <= len(await unheard.taken()) < 24
    await unheard.lasting(minutes=8)
    assert await unheard.taken() == told


async def test_a_standstill_is_told_once(unheard: Unheard) -> None:
    unheard.answers(await unheard.case())
    budget = unheard.desk.client._transport._budget
    end = unheard.clock() + timedelta(hours=1)
    with capture_logs() as logs:
        while unheard.clock() < end:
            with pytest.raises(Retry):  # others use up all that there is
                while True:
                    budget.take(READ, Priority.ANSWER)
            unheard.clock.now = await unheard.once()
    assert len([log for log in logs if log["event"] == "reconcile_waits"]) == 1


async def test_a_case_that_is_gone_is_not_asked_for_again(unheard: Unheard) -> None:
    case = await unheard.case()
    unheard.answers(case)
    unheard.clock.advance(minutes=10)
    await unheard.lasting(minutes=6)
    unheard.deskie.purge(case)
    await unheard.ledger.commit(lambda db: put_back.want_compared(db, DESK, case))
    await unheard.lasting(minutes=6)
    with capture_logs() as logs:
        await unheard.lasting(minutes=30)
    assert not [log for log in logs if str(case) in log.get("call", "")]
    assert len(await unheard.taken()) == 1


@given(
    st.lists(st.integers(0, 60), max_size=40),
    st.lists(st.tuples(st.integers(0, 39), st.integers(1, 20)), max_size=12),
    st.sampled_from(["as asked", "newest first", "all cases"]),
    st.booleans(),
)
def test_every_change_is_listed_whatever_changes_meanwhile(
    stamps: list[int], touched: list[tuple[int, int]], habit: str, counts: bool
) -> None:
    """A desk with pages of five; while it is walked through by the last change, cases change again."""
    desk = {number: START + timedelta(seconds=10 + stamp) for number, stamp in enumerate(stamps)}
    since = START + timedelta(seconds=30)
    wanted = {number for number, at in desk.items() if at >= since}
    last, met = START + timedelta(seconds=100), set[tuple[int, datetime]]()
    at, ended = Cursor(since), False
    for _ in range(200):
        found = sorted(desk.items(), key=lambda one: (one[1], one[0]), reverse=habit == "newest first")
        if habit != "all cases":
            found = [one for one in found if one[1] >= at.since - SECOND]
        shown = found[(at.page - 1) * 5 : at.page * 5]
        met.update(shown)
        page = Page([case(*one) for one in shown], len(found) if counts else None, 5)
        at, ended = further(at, page, last + timedelta(hours=1))
        if ended:
            break
        if touched and habit == "as asked" and at.page == 1:
            number, pause = touched.pop()
            if number in desk:
                desk[number] = last = last + timedelta(seconds=pause)
    assert ended
    assert wanted <= {number for number, _ in met}
    newest = max((moment for _, moment in met), default=None)
    assert at == Cursor(since if newest is None else newest - OVERLAP)
    assert {(number, desk[number]) for number in wanted} <= met


def case(number: int, at: datetime) -> Case:
    return Case(number, "", 0, "open", "cch42", updated_at=at)
