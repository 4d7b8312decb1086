"""The forum misbehaves: each post is still seen once, each answer still stands in its thread once."""

import pytest
from tests.bridge.world import World

from forum_bridge.daemon.operate import operate
from forum_bridge.ledger.operator import Act
from forum_bridge.sandbox.forum.faults import What

REPLY = r"POST /thread/\d+/reply"
PAGES = r"GET /(board|thread)/"


async def conversation(world: World) -> tuple[int, int]:
    """Begin a conversation; return its case and its thread."""
    await world.write("Kargo", "Nerede?")
    (case,) = world.deskie.cases()
    return case.case_id, world.forum.threads()[0].id


@pytest.mark.parametrize("what", [500, 502, 504, 429, What.CUT_BEFORE, What.CUT_AFTER])
@pytest.mark.parametrize("takes_effect", [False, True])
async def test_an_answer_is_posted_once_whatever_happens_to_the_reply(
    world: World, what: What | int, takes_effect: bool
) -> None:
    case, _ = await conversation(world)
    world.forum.faults.next(REPLY, what, takes_effect=takes_effect and what not in {429, What.CUT_BEFORE})
    await world.answer(case, "<p>Yarın sizde.</p>")
    await world.answer(case, "<p>Takip numarası 44-19.</p>")
    for _ in range(8):
        await world.later(seconds=31)
    assert ["Yarın sizde" in text for text in world.ours()] == [True, False]
    assert await world.answer_states() == ["sent", "sent"]


async def test_the_same_macro_twice_is_two_posts_even_if_the_second_reply_is_lost(world: World) -> None:
    case, _ = await conversation(world)
    await world.answer(case, "<p>Teşekkürler!</p>")
    world.forum.faults.next(REPLY, What.CUT_BEFORE)
    await world.answer(case, "<p>Teşekkürler!</p>")
    for _ in range(4):
        await world.later(seconds=31)
    assert len(world.ours()) == 2
    world.forum.faults.next(REPLY, What.CUT_AFTER)
    await world.answer(case, "<p>Teşekkürler!</p>")
    for _ in range(4):
        await world.later(seconds=31)
    assert len(world.ours()) == 3


async def test_nothing_is_posted_again_while_the_look_itself_fails(world: World) -> None:
    case, _ = await conversation(world)
    world.forum.faults.next(REPLY, What.CUT_AFTER)
    await world.answer(case, "<p>Yarın sizde.</p>")
    world.forum.faults.next(r"GET /thread/", 500, 4)
    for _ in range(8):
        await world.later(seconds=40)
    assert len(world.ours()) == 1
    assert await world.answer_states() == ["sent"]


@pytest.mark.parametrize(
    "what",
    [403, 404, 429, 500, 502, What.CUT_BEFORE, What.HALF, What.TRUNCATED, What.EMPTY, What.LOGIN, What.CHALLENGE],
)
async def test_a_post_behind_a_bad_page_is_seen_when_the_page_is_good_again(world: World, what: What | int) -> None:
    world.forum.faults.next(PAGES, what, None)
    made = world.forum.open_thread(world.deniz, "Kargo", "Nerede?")
    await world.later(seconds=2)
    await world.later(seconds=2)
    assert world.deskie.cases() == []
    world.forum.faults.clear()
    for _ in range(3):
        await world.later(minutes=20)
    assert world.times_delivered(made.id) == 1


async def test_a_challenge_is_never_defeated_and_not_asked_again_for_a_quarter_of_an_hour(world: World) -> None:
    fault = world.forum.faults.next(PAGES, What.CHALLENGE, None)
    await world.later(seconds=2)
    hits = fault.hits
    for _ in range(14):
        await world.later(minutes=1)
    assert fault.hits == hits


async def test_a_locked_thread_makes_a_dead_letter_that_says_why(world: World) -> None:
    case, thread = await conversation(world)
    world.forum.lock(thread)
    await world.answer(case, "<p>Yarın sizde.</p>")
    assert await world.answer_states() == ["dead"]
    assert world.ours() == []
    assert any("lock" in reason.lower() for reason in await world.reasons())


async def test_a_dead_answer_does_not_hold_up_the_next_ones(world: World) -> None:
    case, thread = await conversation(world)
    world.forum.lock(thread)
    await world.answer(case, "<p>Yarın sizde.</p>")
    world.forum.lock(thread, False)
    await world.answer(case, "<p>Bugün sizde.</p>")
    assert await world.answer_states() == ["dead", "sent"]


async def test_a_flood_limit_makes_answers_wait_their_turn(world: World) -> None:
    case, _ = await conversation(world)
    world.forum.switches.flood_seconds = 30
    await world.answer(case, "<p>Bir.</p>")
    await world.answer(case, "<p>İki.</p>")
    assert len(world.ours()) == 1
    for _ in range(4):
        await world.later(seconds=31)
    assert ["Bir" in text for text in world.ours()] == [True, False]
    assert await world.answer_states() == ["sent", "sent"]


async def test_a_session_that_ends_is_signed_in_again(world: World) -> None:
    case, _ = await conversation(world)
    await world.forget_sessions()
    await world.answer(case, "<p>Yarın sizde.</p>")
    await world.later(seconds=40)
    assert len(world.ours()) == 1


async def test_a_refused_password_is_tried_once_not_in_a_loop(world: World) -> None:
    case, _ = await conversation(world)
    bridge = world.forum.person("acme_destek")
    assert bridge is not None
    right, bridge.password = bridge.password, "changed meanwhile"
    await world.forget_sessions()
    tries = world.forum.faults.next(r"POST /login", 200, None, takes_effect=True)
    await world.answer(case, "<p>Yarın sizde.</p>")
    for _ in range(5):
        await world.later(minutes=16)
    assert tries.hits <= 1
    bridge.password = right
    world.forum.faults.clear()
    await operate(world.ledger, Act.RETRY, "sign-in-sandbox", world.clock)
    await world.restart()
    await world.later(minutes=30)
    assert len(world.ours()) == 1


@pytest.mark.parametrize("text", ["![resim](/a.png)", "😀", "x" * 100_000, "`<script>alert(1)</script>`"])
async def test_odd_posts_reach_the_desk_whole_or_with_a_link(world: World, text: str) -> None:
    question = await world.write("Tuhaf", text)
    assert world.times_delivered(question) == 1
    ((html,),) = world.messages().values()
    assert "<script" not in html
    assert len(html) > 150
