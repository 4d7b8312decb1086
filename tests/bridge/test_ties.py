"""Cases are merged, shared and purged on the desk: no answer goes to a thread that it may not be meant for, no message
is lost on the way to a case that is no more."""

import pytest
from tests.bridge.test_webhook import form, knock
from tests.bridge.world import ELIF, World

from forum_bridge.sandbox.desk.faults import What
from forum_bridge.sandbox.desk.switches import AbsorbedWrite

APPEND = r"POST /api/cases/\d+/messages\.json"


async def two_cases(world: World) -> tuple[int, int, int]:
    """Deniz and Elif write in one thread; return their cases and the thread."""
    await world.write("Kargo", "Benimki nerede?")
    thread = world.forum.threads()[0].id
    await world.reply(thread, "Benimki de yok!", author=world.forum.person("Elif Şahin"))
    first, second = sorted(case.case_id for case in world.deskie.cases())
    return first, second, thread


@pytest.mark.parametrize("absorbed", list(AbsorbedWrite))
async def test_an_answer_in_a_case_that_holds_two_threads_is_held(world: World, absorbed: AbsorbedWrite) -> None:
    world.deskie.switches.absorbed_write = absorbed
    await world.write("Kargo", "Nerede?")
    await world.write("Fatura", "O da yok.")
    invoice = world.forum.threads()[0].id
    parent, child = sorted(case.case_id for case in world.deskie.cases())
    world.deskie.merge(child, parent)
    await world.later(seconds=61)
    more = await world.reply(invoice, "Fatura hâlâ yok.")
    await world.later(seconds=5)
    assert world.times_delivered(more) == 1
    assert len(world.deskie.cases()) == 1
    await world.answer(parent, "<p>Gönderdik.</p>")
    assert world.ours() == []
    assert await world.answer_states() == ["held"]
    assert any("2 threads" in reason for reason in await world.reasons())


async def test_a_merge_that_the_bridge_did_not_see_yet_opens_no_third_case(world: World) -> None:
    first, second, thread = await two_cases(world)
    world.deskie.merge(second, first)  # within the minute that the second one's state counts as known
    more = await world.reply(thread, "Alo?", author=world.forum.person("Elif Şahin"))
    await world.later(seconds=5)
    assert [case.case_id for case in world.deskie.cases()] == [first]
    assert world.times_delivered(more) == 1


async def test_a_case_merged_twice_over_is_followed_to_where_it_lives(world: World) -> None:
    world.deskie.switches.foreign_user_accepted = True
    first, second, thread = await two_cases(world)
    await world.write("Başka", "Bambaşka.")
    third = max(case.case_id for case in world.deskie.cases())
    world.deskie.merge(second, first)
    world.deskie.merge(first, third)
    await world.later(seconds=61)
    more = await world.reply(thread, "Alo?", author=world.forum.person("Elif Şahin"))
    for _ in range(5):
        await world.later(seconds=61)
    assert world.times_delivered(more) == 1
    assert any("Alo?" in html for html in world.messages()[third])


async def test_a_lost_message_is_found_though_its_case_was_merged_meanwhile(world: World) -> None:
    first, second, thread = await two_cases(world)
    world.deskie.faults.next(APPEND, What.CUT_AFTER)
    more = await world.reply(thread, "Alo?", author=world.forum.person("Elif Şahin"))
    world.deskie.merge(second, first)
    for _ in range(4):
        await world.later(seconds=31)
    assert world.times_delivered(more) == 1


async def test_a_lost_case_is_found_though_it_was_merged_meanwhile(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    (known,) = world.deskie.cases()
    world.deskie.faults.next(r"POST /api/cases\.json", What.CUT_AFTER)
    lost = await world.write("Fatura", "O da yok.")
    world.deskie.merge(max(case.case_id for case in world.deskie.cases()), known.case_id)
    for _ in range(4):
        await world.later(seconds=31)
    assert world.times_delivered(lost) == 1


@pytest.mark.parametrize("private", [False, True])
async def test_an_answer_in_a_case_that_nobody_knows_yet_is_held_once_another_customers_is_merged_into_it(
    world: World, private: bool
) -> None:
    world.configure(lambda forum: forum.update(answers={"private_marker": "[private]"}))
    await world.restart()
    world.deskie.faults.next(r"POST /api/cases\.json", What.CUT_AFTER)
    await world.write("Kargo", "Nerede?")
    (lost,) = (case.case_id for case in world.deskie.cases())
    await world.write("Fatura", "O da yok.", author=world.forum.person("Elif Şahin"))
    other = max(case.case_id for case in world.deskie.cases())
    for case in (other, lost):
        await world.deskie.agent_reply(case, f"<p>Yolda. {'[private]' if private else ''}</p>", ELIF)
    await world.deskie.webhooks_idle()
    world.deskie.merge(other, lost)
    await world.settle()
    for _ in range(4):
        await world.later(seconds=31)
    assert world.ours() == []
    assert world.forum.messages.everything() == []
    assert await world.answer_states() == ["held", "held"]


async def test_the_look_after_a_lost_case_fits_a_small_budget(world: World) -> None:
    world.deskie.switches.rate_limit_per_minute = 20
    for number in range(16):
        await world.write(f"Konu {number}", "Nerede?")
        await world.later(minutes=2)
    await world.later(minutes=20)
    assert len(world.deskie.cases()) == 16
    world.deskie.faults.next(r"POST /api/cases\.json", What.CUT_BEFORE)
    lost = await world.write("Fatura", "O da yok.")
    for _ in range(3):
        await world.later(minutes=1)
    assert (await world.post_states())[str(lost)] == "sent"
    assert world.times_delivered(lost) == 1


async def test_a_note_stays_inside_though_its_webhook_does_not_call_it_one(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    (case,) = world.deskie.cases()
    note = await world.deskie.add_note(case.case_id, "<p>Müşteriye söyleme</p>", 905)
    for body in ("Müşteriye söyleme", "<p>Müşteriye <b>söyleme</b></p>"):
        assert await knock(world.door, form(case_id=case.case_id, message_id=note.message_id, content=body)) == 200
        await world.settle()
        assert world.ours() == []
    assert await world.answer_states() == ["ignored"]
    assert any("internal note" in reason for reason in await world.reasons())


async def test_a_closed_case_that_takes_no_messages_is_followed_by_a_new_one(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    (closed,) = world.deskie.cases()
    world.deskie.set_status(closed.case_id, "closed")
    await world.later(seconds=61)
    world.deskie.faults.next(APPEND, What.UNPROCESSABLE, 9)
    more = await world.reply(world.forum.threads()[0].id, "Yine gelmedi.")
    await world.later(seconds=5)
    assert world.times_delivered(more) == 1
    assert len(world.deskie.cases()) == 2
