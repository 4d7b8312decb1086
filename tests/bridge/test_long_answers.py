"""An answer longer than the forum takes becomes several posts: in order, none lost, none doubled, whatever happens
between them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.bridge.world import ELIF, World

from forum_bridge.bridge.layout import Layout
from forum_bridge.bridge.parts import length
from forum_bridge.daemon.operate import operate
from forum_bridge.forums.registry import Registry
from forum_bridge.ledger import tally
from forum_bridge.ledger.operator import Act
from forum_bridge.model import Markup
from forum_bridge.sandbox.desk.records import Upload
from forum_bridge.sandbox.forum.faults import What

REPLY = r"POST /thread/\d+/reply"
LIMIT = 600
SENTENCES = [f"Bu {n}. cümlede ığüşöç ve 🙂 var." for n in range(1, 41)]
LONG = f"<p>{' '.join(SENTENCES)}</p>"  # three posts


@pytest.fixture
async def world(world: World) -> World:
    """Its forum takes 600 characters, and the bridge knows."""
    world.forum.switches.max_chars = LIMIT
    await limited(world, LIMIT)
    return world


async def limited(world: World, limit: int, **more: object) -> None:
    def change(forum: dict[str, Any]) -> None:
        forum["answers"] = {"longest": limit, **more}

    world.configure(change)
    await world.restart()


async def case_of(world: World) -> int:
    await world.write("Kargo", "Nerede?")
    return world.deskie.cases()[0].case_id


def parts_said(world: World) -> list[str]:
    """Return the number that each of our posts gives itself, "" for none."""
    return [found[1] if (found := re.search(r"\((\d+/\d+)\)", text)) else "" for text in world.ours()]


def sentences(world: World) -> list[str]:
    return re.findall(r"Bu \d+\. cümlede ığüşöç ve 🙂 var\.", " ".join(world.ours()))


async def counted(world: World) -> dict[str, int]:
    async with world.ledger.reading() as db:
        return {state.value: number for state, number in (await tally.counts(db, "answer")).items()}


async def first_part_only(world: World) -> int:
    """Answer so that the forum takes the first part and wants us to wait with the second."""
    case = await case_of(world)
    world.forum.switches.flood_seconds = 120
    message = await world.answer(case, LONG)
    assert parts_said(world) == ["1/3"]
    assert await world.answer_states() == ["sent", "waiting", "waiting"]
    return message.message_id


async def everything_else(world: World) -> None:
    for _ in range(8):
        await world.later(seconds=121)


def whole(world: World) -> None:
    assert parts_said(world) == ["1/3", "2/3", "3/3"]
    assert sentences(world) == SENTENCES


async def test_it_goes_in_order_before_the_answers_behind_it(world: World) -> None:
    case = await case_of(world)
    await world.deskie.agent_reply(case, LONG, ELIF)
    await world.deskie.agent_reply(case, "<p>Bir de kısa bir not.</p>", ELIF)
    await world.settle()
    *posts, short = world.ours()
    assert "kısa bir not" in short
    assert sentences(world) == SENTENCES
    assert parts_said(world) == ["1/3", "2/3", "3/3", ""]
    assert ["Nerede?" in text for text in posts] == [True, False, False]
    assert ["@Deniz" in text for text in posts] == [True, False, False]
    assert [text.rstrip().splitlines()[-1].startswith("— ") for text in posts] == [False, False, True]
    assert [text.count("cümlede") for text in posts] == [16, 18, 6]
    assert await counted(world) == {"sent": 2}


@pytest.mark.parametrize("limit", [300, 600, 100_000])
async def test_a_crash_between_parts_and_another_limit(world: World, limit: int) -> None:
    await first_part_only(world)
    await world.bridge_down()
    await limited_before_start(world, limit)
    await everything_else(world)
    whole(world)
    assert await counted(world) == {"sent": 1}


async def limited_before_start(world: World, limit: int) -> None:
    def change(forum: dict[str, Any]) -> None:
        forum["answers"] = {"longest": limit}

    world.configure(change)
    await world.bridge_up()


@pytest.mark.parametrize("what", [What.CUT_AFTER, What.CUT_BEFORE])
async def test_a_lost_part_is_looked_for(world: World, what: What) -> None:
    await first_part_only(world)
    fault = world.forum.faults.next(REPLY, what)
    await world.later(seconds=121)
    assert fault.hits == 1
    assert await world.answer_states() == ["sent", "unclear", "waiting"]
    await world.restart()
    await everything_else(world)
    whole(world)


async def test_a_first_part_that_is_lost_goes_before_the_others(world: World) -> None:
    case = await case_of(world)
    world.forum.faults.next(REPLY, What.CUT_BEFORE)
    await world.answer(case, LONG)
    assert await world.answer_states() == ["unclear", "waiting", "waiting"]
    await everything_else(world)
    whole(world)


async def refused(world: World) -> int:
    """Answer into a thread that is locked and unlock it afterwards."""
    case = await case_of(world)
    thread = world.forum.threads()[0].id
    world.forum.lock(thread)
    message = await world.answer(case, LONG)
    await world.answer(case, "<p>Kısa.</p>")
    world.forum.lock(thread, False)
    await everything_else(world)
    return message.message_id


async def test_where_the_first_is_refused_the_others_wait_and_come_back_with_it(world: World) -> None:
    message = await refused(world)
    assert world.ours() == []
    assert await world.answer_states() == ["dead", "waiting", "waiting", "dead"]
    assert await counted(world) == {"dead": 2}
    async with world.ledger.reading() as db:
        stuck = await tally.stuck(db, late=world.clock())
    assert sum(item.name.startswith(f"answer-{message}") for item in stuck) == 1
    assert any("waits for those before" in reason for reason in await world.reasons())
    await operate(world.ledger, Act.RETRY, f"answer-{message}", world.clock)
    await world.sweep()
    await everything_else(world)
    whole(world)


async def test_where_a_later_part_is_refused_the_agent_hears_which(world: World) -> None:
    message = await first_part_only(world)
    world.forum.lock(world.forum.threads()[0].id)
    await everything_else(world)
    assert await world.answer_states() == ["sent", "dead", "waiting"]
    assert await counted(world) == {"dead": 1}
    notes = [each.content_html for each in world.deskie.messages(world.deskie.cases()[0]) if each.note]
    assert ["from part 2 of 3 on" in note for note in notes] == [True]
    world.forum.lock(world.forum.threads()[0].id, False)
    await operate(world.ledger, Act.RETRY, f"answer-{message}", world.clock)
    await world.sweep()
    await everything_else(world)
    whole(world)


async def test_where_the_first_was_posted_by_hand_the_others_follow(world: World) -> None:
    message = await refused(world)
    await operate(world.ledger, Act.MARK_SENT, f"answer-{message}", world.clock)
    await world.sweep()
    await everything_else(world)
    assert parts_said(world) == ["2/3", "3/3"]


async def test_where_the_first_is_given_up_the_others_are(world: World) -> None:
    message = await refused(world)
    await operate(world.ledger, Act.DROP, f"answer-{message}", world.clock)
    await world.sweep()
    await everything_else(world)
    assert world.ours() == []
    assert await world.answer_states() == ["ignored", "ignored", "ignored", "dead"]


async def test_a_part_that_waits_keeps_the_rest_back_though_the_hour_is_over(world: World) -> None:
    case = await case_of(world)
    form = world.forum.faults.next(r"GET /thread/", 503, None)
    await world.answer(case, LONG)
    for _ in range(8):
        await world.later(minutes=16)
    assert form.hits > 1
    world.forum.faults.clear()
    await world.sweep()
    await world.settle()
    assert world.ours() == []
    assert await world.answer_states() == ["waiting"] * 3
    await everything_else(world)
    await everything_else(world)
    whole(world)


async def test_a_webhook_that_comes_thrice(world: World) -> None:
    world.deskie.switches.webhook_copies = 3
    await first_part_only(world)
    await everything_else(world)
    whole(world)


@pytest.mark.parametrize(("more", "posts"), [(0, 1), (1, 2)])
async def test_the_limit_itself_still_fits(world: World, more: int, posts: int) -> None:
    await limited(world, LIMIT, template="{{ body }}")
    await world.answer(await case_of(world), f"<p>{'kelime ' * 80}{'x' * (LIMIT - 560 + more)}</p>")
    assert len(world.ours()) == posts
    assert len("".join(world.ours()).replace(" ", "")) == LIMIT - 80 + more


async def test_a_long_block_of_code(world: World) -> None:
    world.forum.switches.max_chars = 20_000
    await limited(world, 20_000)
    lines = [f"    değer_{n} = '{n:04} ğüşıöç 🙂'  # satır" for n in range(2400)]
    assert len("\n".join(lines).encode()) > 100_000
    await world.answer(await case_of(world), f"<p>Şöyle:</p><pre>{chr(10).join(lines)}</pre>")
    texts = [text.replace("\r\n", "\n") for text in world.ours()]
    assert [line for text in texts for line in text.split("\n") if line.startswith("    değer")] == lines
    assert all(text.count("\n```") == 2 for text in texts)
    assert len(texts) == 6


async def test_a_long_list_goes_on_with_its_numbers(world: World) -> None:
    items = "".join(f"<li>Madde {n} için bir açıklama</li>" for n in range(1, 61))
    await world.answer(await case_of(world), f"<ol>{items}</ol>")
    text = "\n".join(world.ours()).replace("\r\n", "\n")
    assert re.findall(r"(?m)^(\d+)\. Madde (\d+) ", text) == [(f"{n}", f"{n}") for n in range(1, 61)]


async def test_files_stand_in_the_last_post(world: World) -> None:
    case = await case_of(world)
    world.forum.faults.next(REPLY, What.CUT_BEFORE)
    await world.deskie.agent_reply(case, LONG, ELIF, files=[Upload("iade.pdf", "application/pdf", b"%PDF-1.7\n" * 9)])
    await world.settle()
    await everything_else(world)
    assert ["iade.pdf" in text for text in world.ours()] == [False, False, True]
    assert await world.answer_states() == ["sent"] * 3


async def test_what_no_post_can_hold_is_told_the_agent(world: World) -> None:
    await world.answer(await case_of(world), f"<p>https://x.example/{'a' * LIMIT}</p>")
    assert world.ours() == []
    assert await world.answer_states() == ["dead"]
    assert any("600 characters" in reason for reason in await world.reasons())
    await world.answer(world.deskie.cases()[0].case_id, f"<p>{'kelime ' * 9000}</p>")
    assert world.ours() == []
    assert any("would become" in reason for reason in await world.reasons())


async def test_the_adapter_knows_its_engines_limit(world: World) -> None:
    world.forum.switches.max_chars = LIMIT

    def change(forum: dict[str, Any]) -> None:
        del forum["answers"]
        forum["options"] = {"reply": {"longest": LIMIT}}

    world.configure(change)
    await world.restart()
    await world.answer(await case_of(world), LONG)
    whole(world)


@pytest.mark.parametrize(("preset", "longest"), [("flaskbb", 120_000), ("fossil", None), ("sandbox", 200_000)])
def test_what_the_presets_say(preset: str, longest: int | None) -> None:
    entry = Registry.load(None).get(preset)
    assert entry.maker is not None
    options: Any = entry.maker.options({})
    assert options.reply.longest == longest


@pytest.mark.parametrize("markup", list(Markup))
def test_each_part_says_which_it_is(markup: Markup) -> None:
    layout = Layout("{{ quote }}{{ mention }}({{ part }})\n\n{{ body }}{{ agent.name }}", markup, "Q", "M", "A", {})
    parts = [layout.text("<ul><li>bir</li></ul>", is_html=True, files="", part=n, parts=3) for n in (1, 2, 3)]
    body = parts[1].removeprefix("(2/3)\n\n")
    assert parts == [f"QM(1/3)\n\n{body}", f"(2/3)\n\n{body}", f"(3/3)\n\n{body}A"]
    assert body.startswith({Markup.MARKDOWN: "- ", Markup.BBCODE: "[list]", Markup.HTML: "<ul>"}[markup])


def test_a_lines_end_counts_as_a_form_sends_it() -> None:
    assert length("ab\ncd") == 6
