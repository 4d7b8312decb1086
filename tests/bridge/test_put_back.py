"""A copy of the ledger is put back after work had gone on: what the lost ledger wrote is found again, what it had not
written is written, nothing twice."""

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from tests.bridge.world import ELIF, START, World

from forum_bridge.ledger import put_back
from forum_bridge.ledger.backup import backup
from forum_bridge.ledger.restore import restore


def by_copying(copy: Path, ledger: Path) -> None:
    shutil.copy(copy, ledger)


def by_the_command(copy: Path, ledger: Path) -> None:
    restore(copy, ledger, START)


WAYS = (by_copying, by_the_command)
PutBack = Callable[[Path, Path], None]


async def copied(world: World) -> Path:
    copy = world.ledger_path.with_name("copy")
    backup(world.ledger_path, copy)
    return copy


async def put_it_back(world: World, copy: Path, way: PutBack = by_copying) -> None:
    await world.bridge_down()
    world.clock.advance(minutes=30)
    way(copy, world.ledger_path)
    await world.bridge_up()


async def hours(world: World) -> None:
    for _ in range(12):
        await world.later(minutes=5)


async def one_case_of_two(world: World) -> int:
    """A copy is put back after two customers' cases became one, and the second one's post was deleted; return the
    case."""
    copy = await copied(world)
    ayse = world.forum.person("Ayşe") or "Ayşe"
    await world.write("Kargo", "Kargom nerede?")
    gone = await world.write("İade", "İademi alamadım.", author=ayse)
    mine, theirs = (each.case_id for each in sorted(world.deskie.cases(), key=lambda each: each.case_id))
    await world.bridge_down()
    world.forum.delete(gone)
    world.deskie.merge(theirs, mine)
    await put_it_back(world, copy)
    await hours(world)
    return mine


@pytest.mark.parametrize("way", WAYS)
async def test_a_week_goes_on_after_a_copy_from_its_middle_was_put_back(world: World, way: PutBack) -> None:
    ayse = world.forum.person("Ayşe") or "Ayşe"
    first = await world.write("Kargo", "Kargom nerede?")
    (case,) = world.deskie.cases()
    await world.answer(case.case_id, "<p>Bakıyoruz.</p>")
    thread = world.forum.threads()[0]
    waiting = world.forum.reply(thread.id, world.deniz, "Hâlâ bekliyorum.")  # not read yet
    copy = await copied(world)

    await world.later(minutes=5)
    more = [await world.reply(thread.id, f"Mesaj {number}") for number in range(3)]
    for _ in range(2):  # a macro, sent twice
        await world.answer(case.case_id, "<p>Bugün kargoya verildi.</p>")
    other = await world.write("İade", "İademi alamadım.", author=ayse)
    other_thread = world.forum.threads()[0]
    assert other_thread.id != thread.id
    other_case = next(each for each in world.deskie.cases() if each.case_id != case.case_id)
    await world.answer(other_case.case_id, "<p>İadeniz yolda.</p>")
    delivered = {post: world.times_delivered(post) for post in (first, waiting.id, *more, other)}
    assert set(delivered.values()) == {1}
    published = world.ours()
    assert len(published) == 4

    await world.bridge_down()
    unread = world.forum.reply(other_thread.id, ayse, "Ne zaman gelir?")
    await world.deskie.agent_reply(other_case.case_id, "<p>Yarın sizde.</p>", ELIF)  # its webhook finds nobody
    await world.bridge_up()
    await put_it_back(world, copy, way)
    await hours(world)

    assert {post: world.times_delivered(post) for post in (*delivered, unread.id)} == dict.fromkeys(
        (*delivered, unread.id), 1
    )
    assert len(world.deskie.cases()) == 2
    assert sorted(world.ours()) == sorted([*published, next(t for t in world.ours() if "Yarın sizde" in t)])
    assert set(await world.answer_states()) == {"sent"}
    last = await world.reply(other_thread.id, "Geldi, sağ olun.", author=ayse)
    assert world.times_delivered(last) == 1
    assert len(world.deskie.cases()) == 2


async def test_what_waited_in_the_copy_may_have_been_written_since(world: World) -> None:
    first = world.forum.open_thread(world.deniz, "Kargo", "Kargom nerede?").id
    await world.polled()
    assert (await world.post_states())[str(first)] == "waiting"
    copy = await copied(world)
    await world.later(minutes=1)
    assert world.times_delivered(first) == 1
    await put_it_back(world, copy)
    await hours(world)
    assert world.times_delivered(first) == 1
    assert len(world.deskie.cases()) == 1
    assert (await world.post_states())[str(first)] == "sent"


async def test_a_case_whose_post_is_no_more_is_not_opened_twice(world: World) -> None:
    copy = await copied(world)
    first = await world.write("Kargo", "Kargom nerede?")
    thread = world.forum.threads()[0]
    (case,) = world.deskie.cases()
    await world.answer(case.case_id, "<p>Buradayız.</p>")
    world.forum.delete(first)
    await put_it_back(world, copy)
    await hours(world)
    third = await world.reply(thread.id, "Teşekkürler.")
    await hours(world)
    assert world.times_delivered(third) == 1
    assert len(world.deskie.cases()) == 1
    assert len(world.ours()) == 1


async def test_an_answer_in_parts_is_found_part_by_part(world: World) -> None:
    world.configure(lambda forum: forum.update(answers={"longest": 400}))
    await world.restart()
    await world.write("Kargo", "Kargom nerede?")
    (case,) = world.deskie.cases()
    copy = await copied(world)
    long = "".join(
        f"<p>Adım {number}: kutuyu açın ve {number} numaralı parçayı yerine takın.</p>" for number in range(20)
    )
    await world.answer(case.case_id, long)
    await hours(world)
    published = world.ours()
    assert len(published) > 2
    await put_it_back(world, copy)
    await hours(world)
    assert world.ours() == published
    assert await world.answer_states() == ["sent"] * len(published)


async def test_a_webhook_for_a_case_that_is_not_found_yet_waits_for_it(world: World) -> None:
    copy = await copied(world)
    await world.write("Kargo", "Kargom nerede?")
    (case,) = world.deskie.cases()
    await put_it_back(world, copy)
    await world.deskie.agent_reply(case.case_id, "<p>Buradayız.</p>", ELIF)
    await world.deskie.webhooks_idle()
    assert await world.answer_states() == ["dead"]
    await hours(world)
    assert await world.answer_states() == ["sent"]
    assert len(world.ours()) == 1


async def test_a_post_that_says_more_than_its_message_waits_for_a_person(world: World) -> None:
    copy = await copied(world)
    post = await world.write("Kargo", "Kargom nerede?")
    await world.bridge_down()
    world.forum.edit(post, "Kargom nerede? Not: sipariş 4471.")
    await put_it_back(world, copy)
    await hours(world)
    assert (await world.post_states())[str(post)] == "held"
    assert any("says something else now" in reason for reason in await world.reasons())


async def test_answers_do_not_wait_for_a_post_that_a_person_has_to_compare(world: World) -> None:
    copy = await copied(world)
    post = await world.write("Kargo", "Kargom nerede?")
    (case,) = world.deskie.cases()
    await world.answer(case.case_id, "<p>Bakıyoruz.</p>")
    await world.bridge_down()
    world.forum.edit(post, "Kargom nerede? Not: sipariş 4471.")
    await world.deskie.agent_reply(case.case_id, "<p>Yarın sizde.</p>", ELIF)  # its webhook finds nobody
    await put_it_back(world, copy)
    await hours(world)
    assert (await world.post_states())[str(post)] == "held"
    await world.answer(case.case_id, "<p>Bugün sizde.</p>")
    assert [next(word for word in ("Bakıyoruz", "Yarın", "Bugün") if word in text) for text in world.ours()] == [
        "Bakıyoruz",
        "Yarın",
        "Bugün",
    ]


async def test_a_merged_case_is_known_by_what_stands_in_it_though_the_posts_are_gone(world: World) -> None:
    mine = await one_case_of_two(world)
    await world.answer(mine, "<p>İadeniz yolda.</p>")
    assert world.ours() == []
    assert await world.answer_states() == ["held"]
    assert any("holds posts from 2 threads" in reason for reason in await world.reasons())


async def test_an_answer_before_the_first_post_that_still_stands_is_not_lost(world: World) -> None:
    copy = await copied(world)
    gone = await world.write("Kargo", "Kargom nerede?")
    thread = world.forum.threads()[0]
    (case,) = world.deskie.cases()
    await world.bridge_down()
    await world.deskie.agent_reply(case.case_id, "<p>Bakıyoruz.</p>", ELIF)  # its webhook finds nobody
    await world.bridge_up()
    await world.reply(thread.id, "Hâlâ bekliyorum.")
    assert world.ours() == []  # the lost ledger had not heard of it yet
    await world.bridge_down()
    world.forum.reply(thread.id, "Ayşe", "Bende de.")  # the thread stays
    world.forum.delete(gone)
    await put_it_back(world, copy)
    await hours(world)
    assert [("Bakıyoruz" in text) for text in world.ours()] == [True]


async def test_an_answer_in_a_case_whose_posts_are_gone_is_a_dead_letter_not_silence(world: World) -> None:
    copy = await copied(world)
    gone = await world.write("Kargo", "Kargom nerede?")
    thread = world.forum.threads()[0]
    (case,) = world.deskie.cases()
    await world.bridge_down()
    await world.deskie.agent_reply(case.case_id, "<p>Bakıyoruz.</p>", ELIF)  # its webhook finds nobody
    world.forum.reply(thread.id, "Ayşe", "Bende de.")
    world.forum.delete(gone)
    await put_it_back(world, copy)
    await world.later(minutes=10)
    assert await world.answer_states() == []  # the post may still be read
    await hours(world)
    assert await world.answer_states() == ["dead"]
    assert any("no conversation of this bridge" in reason for reason in await world.reasons())
    await world.reply(thread.id, "Bu arada ben Deniz.")
    await hours(world)
    assert await world.answer_states() == ["sent"]
    assert [("Bakıyoruz" in text) for text in world.ours()] == [True]


async def test_a_private_answer_does_not_go_to_one_of_two_whose_cases_are_one(world: World) -> None:
    world.configure(lambda forum: forum.update(answers={"private_marker": "[özel]"}))
    await world.restart()
    mine = await one_case_of_two(world)
    await world.answer(mine, "<p>[özel] IBAN: TR00</p>")
    assert world.ours() == []
    assert world.forum.messages.everything() == []
    assert await world.answer_states() == ["held"]
    assert any("2 customers write in case" in reason for reason in await world.reasons())


async def test_looking_costs_few_requests(world: World) -> None:
    copy = await copied(world)
    for number in range(5):
        await world.write(f"Soru {number}", "Nerede?")
    await put_it_back(world, copy)
    with capture_logs() as logs:
        await hours(world)
    assert len(world.deskie.cases()) == 5
    calls = Counter(log["call"].split("?")[0] for log in logs if log["event"] == "desk_called")
    assert not [call for call in calls if call.startswith("POST")]
    looks = sum(number for call, number in calls.items() if "/messages" in call or "cases.json" in call)
    assert looks <= 5 * 8, calls


async def test_what_is_written_later_is_not_looked_for(world: World) -> None:
    copy = await copied(world)
    await put_it_back(world, copy)
    await world.later(hours=30)
    async with world.ledger.reading() as db:
        lost = await put_back.known(db)
        assert lost is not None
    post = world.forum.open_thread(world.deniz, "Yeni", "Yeni soru")
    await world.polled()
    assert (await world.post_states())[str(post.id)] == "waiting"
