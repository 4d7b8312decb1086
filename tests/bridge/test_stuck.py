"""Nothing waits for ever unseen: what cannot go on is held, dead or late, and the operator's counts say so."""

from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from tests.bridge.test_crash_points import broken_off
from tests.bridge.test_operator import decided
from tests.bridge.world import World

from forum_bridge.bridge.agents import Agents
from forum_bridge.bridge.catalogue import Catalogue, Kind
from forum_bridge.daemon.compose import open_desk
from forum_bridge.ledger import posts, tally
from forum_bridge.ledger.operator import Act
from forum_bridge.sandbox.forum.faults import What

REPLY = r"POST /thread/\d+/reply"


async def stuck(world: World) -> list[str]:
    async with world.ledger.reading() as db:
        found = await tally.stuck(db, late=world.clock() - timedelta(hours=1))
    return [f"{each.road} {each.state.value}" for each in found]


@pytest.mark.parametrize("template", ["{{ 1 // 0 }}", "{{ thread.title * 2 }}"])
async def test_a_subject_that_cannot_be_made_holds_the_post_and_says_why(world: World, template: str) -> None:
    world.configure(lambda forum: forum["cases"].update(subject=template))  # type: ignore[attr-defined]
    await world.restart()
    question = await world.write("Kargo", "Nerede?")
    for _ in range(8):
        await world.later(minutes=1)
    assert (await world.post_states())[str(question)] == "held"
    assert any("template" in reason for reason in await world.reasons())
    assert await stuck(world) == ["post held"]


async def test_an_answer_template_that_cannot_be_filled_holds_the_answer(world: World) -> None:
    world.configure(lambda forum: forum.update(answers={"template": "{{ body }}{{ 1 // 0 }}"}))
    await world.restart()
    await world.write("Kargo", "Nerede?")
    await world.answer(world.deskie.cases()[0].case_id, "<p>Yarın.</p>")
    for _ in range(8):
        await world.later(minutes=1)
    assert await world.answer_states() == ["held"]
    assert world.ours() == []


@pytest.mark.parametrize(("table", "states"), [("post", ("sending",)), ("answer", ("sending",))])
async def test_what_fails_before_its_write_is_tried_again_soon(
    world: World, table: str, states: tuple[str, ...]
) -> None:
    await world.write("Kargo", "Nerede?")
    (case,) = world.deskie.cases()
    async with world.unwritable(table, *states):
        world.forum.reply(world.forum.threads()[0].id, world.deniz, "Alo?")
        await world.deskie.agent_reply(case.case_id, "<p>Yarın.</p>", 905)
        await broken_off(world)
    for _ in range(3):
        await world.later(seconds=10)
    assert set((await world.post_states()).values()) <= {"sent", "old", "own"}
    assert await world.answer_states() == ["sent"]


@pytest.mark.parametrize("where", ["forum", "desk"])
async def test_a_wish_to_be_asked_again_at_once_is_no_reason_to_spin(world: World, where: str) -> None:
    await world.write("Kargo", "Nerede?")
    (case,) = world.deskie.cases()
    if where == "forum":
        fault = world.forum.faults.next(REPLY, 429, None, retry_after=0)
        await world.answer(case.case_id, "<p>Yarın.</p>")
    else:
        fault = world.deskie.faults.next(r"GET /api/staff\.json", "503", 1000)  # type: ignore[assignment]
        await world.answer(case.case_id, "<p>Yarın.</p>")
    assert fault.hits == 1


async def test_an_adapter_that_fails_unexpectedly_is_seen_and_not_asked_in_a_loop(world: World) -> None:
    async with world.refusing("INSERT ON post"):
        world.forum.open_thread(world.deniz, "Kargo", "Nerede?")
        for _ in range(5):
            await world.later(seconds=2)
        (watch,) = await world.watches()
        assert watch.trouble == "IntegrityError"
        assert watch.failures >= 2
    await world.later(minutes=1)
    assert len(world.deskie.cases()) == 1


async def test_signing_in_is_tried_again_once_the_wall_is_gone(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    (case,) = world.deskie.cases()
    await world.forget_sessions()
    world.forum.faults.next(r"/login", What.CHALLENGE, None)
    await world.answer(case.case_id, "<p>Yarın.</p>")
    await world.later(minutes=20)
    assert world.ours() == []
    world.forum.faults.clear()
    await world.later(hours=5)
    assert world.ours() == []  # a wall is not run against
    for _ in range(6):
        await world.later(minutes=20)
    assert len(world.ours()) == 1


async def test_what_belongs_to_a_forum_no_longer_configured_is_shown_as_late(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    (case,) = world.deskie.cases()
    forum = world.config.forums["sandbox"]
    world.config = world.config.model_copy(update={"forums": {}})
    await world.restart()
    await world.answer(case.case_id, "<p>Yarın.</p>")
    await world.later(minutes=59)
    assert await stuck(world) == []
    await world.later(minutes=2)
    assert await stuck(world) == ["answer waiting"]
    world.config = world.config.model_copy(update={"forums": {"sandbox": forum}})
    await world.restart()
    await world.settle()
    assert len(world.ours()) == 1


async def test_lists_that_the_desk_declines_kill_neither_posts_nor_answers(world: World) -> None:
    async def declined(_: web.Request) -> web.Response:
        return web.json_response({"error": "not_in_your_plan"}, status=400)

    app = web.Application()
    app.router.add_get("/api/{what}", declined)
    async with TestServer(app) as server:
        deskie = world.config.deskie.model_copy(update={"base_url": str(server.make_url("/api/"))})
        config = world.config.model_copy(update={"deskie": deskie})
        async with open_desk(config, world.clock) as desk:
            assert await Catalogue(desk, world.clock).id_of(Kind.LABEL, "forum") is None
            assert await Agents(desk, world.clock).public_name(905, {}) == ""


async def test_the_daily_limit_holds_however_many_are_opened_at_once(world: World) -> None:
    world.desk.new_cases_per_day = 2
    for number in range(6):
        world.forum.open_thread(world.deniz, f"Konu {number}", "Nerede?")
    world.clock.advance(seconds=2)
    await world.settle_at_once()
    assert len(world.deskie.cases()) == 2
    await world.later(hours=24)
    await world.later(minutes=15)
    assert len(world.deskie.cases()) == 4


@pytest.mark.parametrize("decision", [Act.RETRY, Act.DROP, None])
async def test_a_note_goes_with_the_message_that_was_to_open_its_case(world: World, decision: Act | None) -> None:
    world.configure(lambda forum: forum.update(cases={"from": "starter", "others": "note"}))
    await world.restart()
    world.deskie.switches.content_limit = 20
    await world.write("Kargo", "Siparişim üç haftadır gelmedi, nerede kaldı?")
    world.deskie.switches.content_limit = 0
    thread = world.forum.threads()[0].id
    await world.reply(thread, "Benimki geldi.", author=world.forum.person("Elif Şahin"))
    assert {"dead", "ignored"} <= set((await world.post_states()).values())
    assert any("waits for a person" in reason for reason in await world.reasons())
    async with world.ledger.reading() as db:
        (item,) = await tally.stuck(db)
    if decision is not None:
        await decided(world, decision, item.name)
    if decision is Act.DROP:
        assert world.deskie.cases() == []
    if decision is not Act.RETRY:
        await world.reply(thread, "Hâlâ yok.")
    for _ in range(2):
        await world.later(minutes=2)
    (case,) = world.deskie.cases()
    assert [message.note for message in world.deskie.messages(case)] == [False, True]


async def test_more_notes_than_are_read_at_once_wait_for_the_message_behind_them(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posts, "AT_A_TIME", 2)
    world.configure(lambda forum: forum.update(cases={"from": "starter", "others": "note"}))
    await world.restart()
    for number in range(3):
        world.forum.reply(1, "Ada Yılmaz", f"Benimki geldi {number}.")
    selin = world.forum.person("Selin Aydın")
    assert selin is not None
    world.forum.reply(1, selin, "Hâlâ yok.")
    for _ in range(3):
        await world.later(minutes=2)
    (case,) = world.deskie.cases()
    assert [message.note for message in world.deskie.messages(case)] == [False, True, True, True]


async def test_a_note_waits_for_the_case_though_that_takes_more_than_an_hour(world: World) -> None:
    world.configure(lambda forum: forum.update(cases={"from": "starter", "others": "note"}))
    await world.restart()
    fault = world.deskie.faults.next(r"POST /api/cases\.json", "429", 1000)
    await world.write("Kargo", "Nerede?")
    thread = world.forum.threads()[0].id
    await world.reply(thread, "Benimki geldi.", author=world.forum.person("Elif Şahin"))
    for _ in range(20):
        await world.later(minutes=5)
    assert fault.hits > 5
    world.deskie.faults.clear()
    for _ in range(4):
        await world.later(minutes=16)
    (case,) = world.deskie.cases()
    assert [message.note for message in world.deskie.messages(case)] == [False, True]
