"""What a whole week at speed brought to light, each in its smallest form."""

import pytest
from tests.bridge.world import ELIF, World


async def test_an_answer_in_a_case_of_one_thread_that_was_merged_goes_to_that_thread(world: World) -> None:
    await world.write("Kargo", "Benimki nerede?")
    thread = world.forum.threads()[0].id
    await world.reply(thread, "Benimki de yok!", author=world.forum.person("Elif Şahin"))
    first, second = sorted(case.case_id for case in world.deskie.cases())
    world.deskie.merge(second, first)
    await world.later(seconds=61)
    await world.reply(thread, "Hâlâ yok.", author=world.forum.person("Elif Şahin"))
    await world.later(seconds=5)
    await world.answer(first, "<p>Bugün çıktı.</p>")
    assert await world.answer_states() == ["sent"]
    (ours,) = world.ours()
    assert "Elif Şahin" in ours


async def test_an_answer_in_a_merged_case_is_held_though_nobody_wrote_since_the_merge(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    await world.write("Fatura", "O da yok.")
    parent, child = sorted(case.case_id for case in world.deskie.cases())
    world.deskie.merge(child, parent)
    for text in ("Faturayı gönderdik.", "Buyurun."):
        await world.answer(parent, f"<p>{text}</p>")
    assert world.ours() == []
    assert await world.answer_states() == ["held", "held"]
    assert all("2 threads" in reason for reason in await world.reasons() if reason)


@pytest.mark.parametrize("seconds", [5, 600])
async def test_answers_that_nobody_heard_stand_before_one_that_was_heard(world: World, seconds: int) -> None:
    await world.write("Kargo", "Nerede?")
    (case,) = world.deskie.cases()
    await world.bridge_down()
    for text in ("Bakıyoruz.", "Yola çıktı."):
        await world.deskie.agent_reply(case.case_id, f"<p>{text}</p>", ELIF)
    await world.deskie.webhooks_idle()
    await world.bridge_up()
    await world.settle()
    world.clock.advance(seconds=seconds)
    await world.answer(case.case_id, "<p>Yarın sizde.</p>")
    for _ in range(10):
        await world.later(seconds=30)
    first, second, third = world.ours()
    assert "Bakıyoruz." in first
    assert "Yola çıktı." in second
    assert "Yarın sizde." in third


async def test_answers_whose_webhooks_come_in_the_wrong_order_stand_in_the_right_one(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    (case,) = world.deskie.cases()
    world.deskie.switches.webhook_hold = 3  # sent newest first
    for text in ("Bakıyoruz.", "Yola çıktı.", "Yarın sizde."):
        await world.deskie.agent_reply(case.case_id, f"<p>{text}</p>", ELIF)
    for _ in range(4):
        await world.later(seconds=30)
    first, second, third = world.ours()
    assert "Bakıyoruz." in first
    assert "Yola çıktı." in second
    assert "Yarın sizde." in third
