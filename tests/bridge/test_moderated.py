"""An answer that waited before a moderator of the forum: once it stands there its agents are told and the label goes;
until then nothing says that it stands there, and an operator can end it."""

from __future__ import annotations

import pytest
from tests.bridge.test_agent_notes import LABEL, NOTE, agents_answers, labels, told
from tests.bridge.world import World

from forum_bridge.daemon.operate import operate
from forum_bridge.errors import BridgeError
from forum_bridge.ledger import tally
from forum_bridge.ledger.operator import Act
from forum_bridge.sandbox.desk.faults import What
from forum_bridge.sandbox.forum.records import Post

REPLY = r"POST /thread/\d+/reply"


@pytest.fixture(autouse=True)
async def labelling(world: World) -> None:
    title = world.deskie.tables.labels[LABEL].title
    world.configure(lambda forum: forum.update(own_authors=["Selin Aydın"], answers={"unsent_label": title}))
    await world.restart()


async def waiting(world: World, *texts: str) -> int:
    """A customer asks, agents' answers wait for a moderator; return the case."""
    await world.write("Kargo", "Nerede?")
    (case,) = world.deskie.cases()
    world.forum.switches.moderation = True
    for text in texts or ("Yola çıktı.",):
        await world.later(minutes=2)
        await world.answer(case.case_id, f"<p>{text}</p>")
    world.forum.switches.moderation = False
    await world.later(minutes=2)
    assert LABEL in labels(world, case.case_id)
    return case.case_id


def queue(world: World) -> list[Post]:
    """What waits for a moderator, oldest first."""
    return sorted((post for post in world.forum.posts() if post.pending), key=lambda post: post.id)


async def approve(world: World, post: Post) -> str:
    """Let a post stand and let the bridge see it; return its address."""
    world.forum.approve(post.id)
    await world.later(seconds=2)
    await world.later(minutes=2)  # notes wait for the desk's budget
    return f"{world.url}/post/{post.id}"


async def test_once_approved_it_stands_and_its_agents_are_told(world: World) -> None:
    case = await waiting(world)
    assert await world.answer_states() == ["queued"]
    url = await approve(world, queue(world)[0])
    assert await world.answer_states() == ["sent"]
    _, stands = told(world, case)
    assert "stands on the forum" in stands and url in stands
    assert LABEL not in labels(world, case)
    await world.later(hours=3)
    assert len(told(world, case)) == 2
    assert len(world.ours()) == 1


async def test_approved_late_among_what_was_written_since(world: World) -> None:
    case = await waiting(world)
    await world.reply(world.forum.threads()[0].id, "Alo?")
    await world.later(hours=30)
    await world.restart()
    await world.settle()
    assert len(told(world, case)) == 1
    await approve(world, queue(world)[0])
    assert len(told(world, case)) == 2
    assert LABEL not in labels(world, case)


async def test_approved_while_the_bridge_was_down(world: World) -> None:
    case = await waiting(world)
    await world.bridge_down()
    world.forum.approve(queue(world)[0].id)
    await world.bridge_up()
    await world.later(seconds=2)
    await world.later(minutes=2)
    assert len(told(world, case)) == 2
    assert LABEL not in labels(world, case)


async def test_a_watch_of_the_thread_itself_sees_it_too(world: World) -> None:
    case = await waiting(world)
    thread = world.forum.threads()[0].id
    world.configure(lambda forum: forum.update(watch=[{"thread": f"{world.url}/thread/{thread}"}]))
    await world.restart()
    await world.settle()
    assert len(told(world, case)) == 1
    await approve(world, queue(world)[0])
    assert len(told(world, case)) == 2


async def test_two_of_the_same_text_are_let_through_one_by_one(world: World) -> None:
    case = await waiting(world, "Talebiniz alındı, bakıyoruz.", "Talebiniz alındı, bakıyoruz.")
    assert len(told(world, case)) == 2
    first, second = queue(world)
    url = await approve(world, first)
    assert await world.answer_states() == ["sent", "queued"]
    assert [url in note for note in told(world, case)] == [False, False, True]
    assert LABEL in labels(world, case)
    await approve(world, second)
    assert await world.answer_states() == ["sent", "sent"]
    assert len(told(world, case)) == 4
    assert LABEL not in labels(world, case)


async def test_the_label_of_a_later_answer_goes_although_an_earlier_one_waited_once(world: World) -> None:
    case = await waiting(world)
    await approve(world, queue(world)[0])
    thread = world.forum.threads()[0].id
    world.forum.lock(thread, locked=True)
    await world.answer(case, "<p>Alo?</p>")
    assert LABEL in labels(world, case)
    world.forum.lock(thread, locked=False)
    await operate(world.ledger, Act.RETRY, f"answer-{agents_answers(world, case)[1]}", world.clock, anyway=True)
    await world.sweep()
    await world.later(minutes=2)
    assert LABEL not in labels(world, case)


async def test_another_answer_of_the_same_words_is_not_the_one_that_waits(world: World) -> None:
    case = await waiting(world)
    await world.answer(case, "<p>Yola çıktı.</p>")
    await world.later(hours=1)
    assert await world.answer_states() == ["queued", "sent"]
    assert LABEL in labels(world, case)


@pytest.mark.parametrize(("fault", "posts"), [("cut_after", 2), ("cut_before", 1)])
async def test_of_two_of_the_same_words_one_that_is_on_its_way_is_looked_for_first(
    world: World, fault: str, posts: int
) -> None:
    case = await waiting(world)
    world.forum.faults.next(REPLY, fault)
    await world.answer(case, "<p>Yola çıktı.</p>")
    assert await world.answer_states() == ["queued", "unclear"]
    if fault == "cut_before":
        world.forum.approve(queue(world)[0].id)  # which of the two it is nobody can tell
    for _ in range(4):
        await world.later(minutes=1)
    assert await world.answer_states() == ["queued", "sent"]
    assert len(world.ours()) == posts
    assert LABEL in labels(world, case)


async def test_a_lost_answer_is_looked_for_again_without_a_person_long_after_the_forum_ceased_to_moderate(
    world: World,
) -> None:
    case = await waiting(world)
    await approve(world, queue(world)[0])
    world.forum.faults.next(REPLY, "cut_before", times=1)
    await world.answer(case, "<p>Takip no 44-19.</p>")
    await world.later(minutes=1)
    assert (await world.answer_states())[1] == "held"  # it may wait there, too
    await world.later(days=31)
    world.forum.faults.next(REPLY, "cut_before", times=1)
    await world.answer(case, "<p>Takip no 44-20.</p>")
    for _ in range(3):
        await world.later(minutes=1)
    assert (await world.answer_states())[2] == "sent"


async def test_what_a_moderator_changed_while_approving_is_told_as_what_it_may_be(world: World) -> None:
    case = await waiting(world)
    (post,) = queue(world)
    post.text = "Kargonuz bugün şubeye ulaştı, iyi günler dileriz."
    url = await approve(world, post)
    assert await world.answer_states() == ["queued"]
    assert LABEL in labels(world, case)
    _, perhaps = told(world, case)
    (message,) = agents_answers(world, case)
    assert url in perhaps and "other words" in perhaps and f"answer-{message}" in perhaps
    async with world.ledger.reading() as db:
        (item,) = await tally.stuck(db)
    assert (item.name, item.state.value) == (f"answer-{message}", "queued") and url in item.reason
    await operate(world.ledger, Act.MARK_SENT, f"answer-{message}", world.clock, url=url)
    await world.sweep()
    await world.later(minutes=1)
    assert LABEL not in labels(world, case)
    assert len(told(world, case)) == 2


async def test_our_own_posts_about_something_else_are_told_once(world: World) -> None:
    case = await waiting(world)
    for text in ("Duyuru: yarın kapalıyız.", "Duyuru: açıldık."):
        await world.reply(world.forum.threads()[0].id, text, author=world.forum.person("acme_destek"))
    assert len(told(world, case)) == 2
    await approve(world, queue(world)[0])
    assert "stands on the forum" in told(world, case)[-1]
    assert LABEL not in labels(world, case)


@pytest.mark.parametrize(("act", "becomes"), [(Act.MARK_SENT, "sent"), (Act.DROP, "ignored")])
async def test_an_operator_ends_what_a_moderator_rejected(world: World, act: Act, becomes: str) -> None:
    case = await waiting(world)
    (post,) = queue(world)
    (message,) = agents_answers(world, case)
    await operate(world.ledger, act, f"answer-{message}", world.clock)
    await world.sweep()
    await world.later(minutes=1)
    assert await world.answer_states() == [becomes]
    assert LABEL not in labels(world, case)
    async with world.ledger.reading() as db:
        assert await tally.stuck(db) == []
    await approve(world, post)  # after all: it was decided about
    assert await world.answer_states() == [becomes]
    assert len(world.ours()) == 1


async def test_what_waits_is_not_written_again_by_a_mere_retry(world: World) -> None:
    case = await waiting(world)
    (message,) = agents_answers(world, case)
    with pytest.raises(BridgeError, match="moderator") as refused:
        await operate(world.ledger, Act.RETRY, f"answer-{message}", world.clock)
    assert "--anyway" in refused.value.explanation
    world.forum.switches.moderation = True
    await operate(world.ledger, Act.RETRY, f"answer-{message}", world.clock, anyway=True)
    await world.sweep()
    await world.later(minutes=1)
    assert len(queue(world)) == 2
    assert await world.answer_states() == ["queued"]


async def test_a_lost_answer_that_a_moderator_got_is_recognised_once_it_stands(world: World) -> None:
    case = await waiting(world)
    world.forum.switches.moderation = True
    world.forum.faults.next(REPLY, "cut_after")
    await world.answer(case, "<p>Takip no 44-19.</p>")
    await world.later(minutes=1)
    assert await world.answer_states() == ["queued", "held"]
    first, second = queue(world)
    await approve(world, second)
    assert await world.answer_states() == ["queued", "sent"]
    assert LABEL in labels(world, case)
    await approve(world, first)
    assert LABEL not in labels(world, case)
    assert len(world.ours()) == 2


async def test_a_colleague_who_posts_its_words_posts_it(world: World) -> None:
    case = await waiting(world)
    await world.reply(world.forum.threads()[0].id, "Yola çıktı.", author=world.forum.person("Selin Aydın"))
    assert await world.answer_states() == ["sent"]
    assert LABEL not in labels(world, case)


async def test_a_customer_who_quotes_its_words_does_not(world: World) -> None:
    case = await waiting(world)
    await world.reply(world.forum.threads()[0].id, "Yola çıktı.")
    assert await world.answer_states() == ["queued"]
    assert LABEL in labels(world, case)


@pytest.mark.parametrize("what", [What.CUT_AFTER, What.CUT_BEFORE, What.SERVER_ERROR])
async def test_that_it_stands_is_told_once_whatever_becomes_of_the_note(world: World, what: What) -> None:
    case = await waiting(world)
    world.deskie.faults.next(NOTE, what)
    await approve(world, queue(world)[0])
    await world.restart()
    for _ in range(4):
        await world.later(minutes=1)
    assert len(told(world, case)) == 2
    assert LABEL not in labels(world, case)
