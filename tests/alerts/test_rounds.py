"""What needs a person is told once, by each way, over restarts; and what was told is told to be over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError
from structlog.testing import capture_logs
from tests.alerts.receivers import Post, mail_server, web_server
from tests.bridge.world import World, open_world

from forum_bridge.alerts.condition import Condition
from forum_bridge.alerts.conditions import JUST_STARTED, Conditions
from forum_bridge.alerts.opening import channels
from forum_bridge.alerts.rounds import Rounds
from forum_bridge.config import About, AlertConfig
from forum_bridge.daemon.operate import operate
from forum_bridge.ledger import alerts
from forum_bridge.ledger.operator import Act
from forum_bridge.ledger.states import State
from forum_bridge.ledger.tables import answer
from forum_bridge.sandbox.sandbox import CHANNEL

PASSWORD = "posta-parolasi-gizli"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path / "ledger.sqlite") as made:
        yield made


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    async with mail_server() as made:
        yield made


def by_mail(post: Post, **more: Any) -> dict[str, Any]:
    return {"to": "email", "server": "127.0.0.1", "port": post.port, "security": "none",
            "sender": "kopru@firm.example", "recipients": ["ayse@firm.example"], **more}  # fmt: skip


class Desk:
    """Says what is wrong with the desk."""

    trouble: str | None = None

    async def __call__(self) -> str | None:
        return self.trouble


def rounds(world: World, *ways: dict[str, Any], desk: Desk | None = None, **deskie: Any) -> Rounds:
    config = world.config.model_copy(update={"deskie": world.config.deskie.model_copy(update=deskie)})
    made = config.model_copy(update={"alerts": tuple(map(AlertConfig.model_validate, ways))})
    look = Conditions(made, world.ledger, world.desk.name, desk or Desk(), world.clock, world.clock())
    return Rounds(world.ledger, [*channels(made, world.desk.client, world.clock)], look, world.clock)


async def minutes(world: World, alerting: Rounds, count: int, each: int = 1) -> None:
    for _ in range(count):
        await alerting("")
        world.clock.advance(minutes=each)


async def dead_answer(world: World) -> None:
    await world.write("Kargo", "Çok gizli bir sorum var 🤫")
    world.forum.lock(world.forum.threads()[0].id)
    await world.later(seconds=2)
    await world.answer(world.deskie.cases()[0].case_id, "<p>Gizli cevap</p>")
    assert await world.answer_states() == ["dead"]


async def test_a_dead_letter_is_told_once_again_daily_and_when_it_is_over(world: World, post: Post) -> None:
    await dead_answer(world)
    alerting = rounds(world, by_mail(post))
    await minutes(world, alerting, 3)
    assert len(post.mails) == 1
    assert "answer-" in post.texts()[0]
    assert "(sandbox)" in post.texts()[0]
    await world.restart()
    await minutes(world, rounds(world, by_mail(post)), 3)
    assert len(post.mails) == 1, "a restart repeats nothing"
    alerting = rounds(world, by_mail(post))
    await minutes(world, alerting, 26, each=60)
    assert [mail["Subject"] for mail in post.mails[1:]] == ["forum-bridge: something still needs you"]
    world.forum.lock(world.forum.threads()[0].id, locked=False)
    async with world.ledger.reading() as db:
        (key,) = [name for name, _ in await alerts.asleep(db, State.DEAD)]
    await operate(world.ledger, Act.DROP, key, world.clock)
    await minutes(world, alerting, 10)
    assert post.texts()[-1].startswith("Over: ")
    assert len(post.mails) == 3
    async with world.ledger.reading() as db:
        assert await alerts.everything(db) == {}
    for text in post.texts():
        assert "gizli" not in text.lower()


async def test_a_desk_that_is_away_for_a_moment_is_nobody_s_alarm(world: World, post: Post) -> None:
    desk = Desk()
    alerting = rounds(world, by_mail(post, desk_after="10m", language="tr"), desk=desk)
    desk.trouble = "the key is wrong: " + PASSWORD
    await minutes(world, alerting, 5)
    desk.trouble = None
    await minutes(world, alerting, 5)
    assert post.mails == []
    desk.trouble = "the key is wrong: " + PASSWORD
    await minutes(world, alerting, 12)
    (mail,) = post.mails
    assert "Deskie ile bağlantı kurulamıyor" in mail.get_content()
    assert PASSWORD not in mail.get_content()
    desk.trouble = None
    await minutes(world, alerting, 7)
    assert post.texts()[-1].startswith("Bitti: ")


async def test_a_way_that_fails_holds_up_no_other_and_is_tried_again(world: World, post: Post) -> None:
    desk = Desk()
    desk.trouble = "away"
    async with web_server() as there:
        there.status = 500
        alerting = rounds(world, {"to": "webhook", "url": there.url, "desk_after": "1s"},
                          by_mail(post, desk_after="1s"), desk=desk)  # fmt: skip
        with capture_logs() as told:
            await minutes(world, alerting, 20)
        assert len(post.mails) == 1
        assert 3 <= len(there.got) <= 6, "growing pauses"
        assert len({headers["webhook-id"] for headers, _ in there.got}) == 1
        assert there.url not in str(told)
        there.status = 200
        await minutes(world, alerting, 70)
        many = len(there.got)
        await minutes(world, alerting, 10)
        assert len(there.got) == many


async def test_what_is_told_where_can_be_chosen(world: World, post: Post) -> None:
    await dead_answer(world)
    desk = Desk()
    desk.trouble = "away"
    await minutes(world, rounds(world, by_mail(post, about=["desk"], desk_after="1s"), desk=desk), 4)
    (text,) = post.texts()
    assert "answer-" not in text
    assert "Deskie" in text


async def test_a_forum_that_refuses_the_account_is_told_without_the_forum_s_words(world: World, post: Post) -> None:
    def wrong(forum: dict[str, object]) -> None:
        forum["login"] = {"user": "acme_destek", "password": PASSWORD}

    world.configure(wrong)
    await world.restart()
    await world.settle()
    await minutes(world, rounds(world, by_mail(post)), 2)
    (text,) = post.texts()
    assert "cannot sign in: sandbox (refused)" in text
    assert PASSWORD not in text


async def test_a_riddle_is_told(world: World, post: Post) -> None:
    world.configure(lambda forum: forum.update(options={"login": {"captcha": "form.login-form"}}))
    await world.restart()
    await world.settle()
    await minutes(world, rounds(world, by_mail(post)), 3)
    (text,) = post.texts()
    assert "cannot sign in: sandbox (captcha)" in text
    assert "`forum-bridge status` says what to do" in text


async def test_a_theme_that_changed_is_told(world: World, post: Post) -> None:
    threads = [world.forum.open_thread(world.deniz, f"Konu {each}", "Nerede?").thread_id for each in range(2)]
    world.configure(lambda forum: forum.update(watch=[{"thread": f"{world.url}/thread/{each}"} for each in threads]))
    await world.restart()
    await world.settle()
    world.configure(lambda forum: forum.update(options={"posts": {"container": "article.other"}}))
    await world.restart()
    for _ in range(3):
        await world.later(seconds=20)
    await minutes(world, rounds(world, by_mail(post)), 2)
    (text,) = post.texts()
    assert "sandbox (sandbox)" in text, "the preset, not each thread"
    assert "/thread/" not in text


async def test_a_webhook_that_deskie_does_not_call_is_told_until_it_does(world: World, post: Post) -> None:
    await world.write("Kargo", "Nerede?")
    case = world.deskie.cases()[0].case_id
    alerting = rounds(world, by_mail(post))
    world.clock.advance(minutes=20)
    assert timedelta(minutes=20) > JUST_STARTED
    world.deskie.channels[CHANNEL].webhook_url = "http://127.0.0.1:1/nobody"
    await world.deskie.agent_reply(case, "<p>Yolda</p>", 905)
    for _ in range(3):
        await world.later(minutes=6)
    await minutes(world, alerting, 2)
    assert "did not tell of the newest answer" in post.texts()[0]
    world.deskie.channels[CHANNEL].webhook_url = world.door
    await world.answer(case, "<p>Bugün</p>")
    await minutes(world, alerting, 8)
    assert post.texts()[-1].startswith("Over: ")


async def test_the_day_s_cases_used_up_are_told(world: World, post: Post) -> None:
    await world.write("Kargo", "Nerede?")
    await minutes(world, rounds(world, by_mail(post), new_cases_per_day=1), 2)
    assert "number of new cases is used up" in post.texts()[0]


async def test_a_held_item_is_told_once_it_is_old(world: World, post: Post) -> None:
    await dead_answer(world)
    async with world.ledger.reading() as db:
        assert await alerts.asleep(db, State.DEAD)
    await world.ledger.commit(lambda db: db.execute(update(answer).values(state="held")))
    alerting = rounds(world, by_mail(post, held_after="2h"))
    await minutes(world, alerting, 10, each=10)
    assert post.mails == []
    await minutes(world, alerting, 4, each=10)
    assert "waits for a decision: answer-" in post.texts()[0]


async def test_trouble_with_the_ledger_is_told_although_it_cannot_be_written_down(world: World, post: Post) -> None:
    alerting = rounds(world, by_mail(post))
    async with world.refusing("UPDATE ON meta WHEN NEW.key = 'probed'"):
        await minutes(world, alerting, 4)
    (text,) = post.texts()
    assert "ledger cannot be written: ledger.sqlite" in text
    await minutes(world, alerting, 8)
    assert post.texts()[-1].startswith("Over: ")


@pytest.mark.parametrize("fault", ["cut_before", "cut_after", "503", "500", "429"])
@pytest.mark.parametrize("over", [False, True])
async def test_a_note_in_the_alert_s_case_is_written_once_whatever_becomes_of_it(
    world: World, fault: str, *, over: bool
) -> None:
    desk = Desk()
    desk.trouble = "away"
    alerting = rounds(world, {"to": "deskie", "desk_after": "1s"}, desk=desk)
    before = {case.case_id for case in world.deskie.cases()}
    await minutes(world, alerting, 3)
    (case,) = [each for each in world.deskie.cases() if each.case_id not in before]
    world.deskie.faults.next(r"POST /api/cases/\d+/note\.json", fault)
    if over:
        desk.trouble = None
    else:
        world.clock.advance(days=1)
    await minutes(world, alerting, 5)
    await minutes(world, rounds(world, {"to": "deskie", "desk_after": "1s"}, desk=desk), 15)
    (note,) = [each.content_html for each in world.deskie.messages(case) if each.note]
    assert ("Over: " if over else "Still: ") in note
    assert len({each.case_id for each in world.deskie.cases()} - before) == 1
    async with world.ledger.reading() as db:
        assert bool(await alerts.everything(db)) is not over


async def test_the_same_trouble_told_again_the_next_day_is_another_note(world: World) -> None:
    desk = Desk()
    desk.trouble = "away"
    alerting = rounds(world, {"to": "deskie", "desk_after": "1s"}, desk=desk)
    before = {case.case_id for case in world.deskie.cases()}
    await minutes(world, alerting, 3)
    (case,) = [each for each in world.deskie.cases() if each.case_id not in before]
    await minutes(world, alerting, 50, each=60)
    assert len([each for each in world.deskie.messages(case) if each.note]) == 2


async def test_on_deskie_a_trouble_is_one_case_and_what_follows_are_notes(world: World) -> None:
    desk = Desk()
    desk.trouble = "a certificate has run out"
    way = {"to": "deskie", "desk_after": "1s"}
    before = {case.case_id for case in world.deskie.cases()}
    world.deskie.faults.next(r"POST /api/cases\.json", "cut_after")
    alerting = rounds(world, way, desk=desk)
    await minutes(world, alerting, 5)
    (case,) = [each for each in world.deskie.cases() if each.case_id not in before]
    await minutes(world, alerting, 25, each=60)
    desk.trouble = None
    await minutes(world, alerting, 8)
    assert len({each.case_id for each in world.deskie.cases()} - before) == 1
    notes = [each for each in world.deskie.messages(case) if each.note]
    assert [("Still: " in each.content_html, "Over: " in each.content_html) for each in notes] == [
        (True, False), (False, True),
    ]  # fmt: skip
    await world.answer(case.case_id, "<p>Baktım, tamam.</p>")
    assert await world.answer_states() == ["ignored"], "an agent's answer there is for nobody, and no dead letter"


async def test_a_case_that_may_just_have_been_opened_is_not_opened_again_too_early(world: World) -> None:
    desk = Desk()
    desk.trouble = "a certificate has run out"
    way = {"to": "deskie", "desk_after": "1s"}
    alerting, before = rounds(world, way, desk=desk), len(world.deskie.cases())
    await alerting("")
    late = world.deskie.faults.next(r"POST /api/cases\.json", "late")
    async with world.refusing("UPDATE ON alert WHEN NEW.tries > 0"):
        world.clock.advance(seconds=2)
        with suppress(SQLAlchemyError):
            await alerting("")
    assert late.hits == 1
    world.clock.advance(seconds=60)  # it may have been on its way for so long, and have arrived just now
    alerting = rounds(world, way, desk=desk)
    await alerting("")
    late.released.set()
    await asyncio.gather(*late.late)
    await minutes(world, alerting, 5)
    assert len(world.deskie.cases()) == before + 1


async def test_without_any_way_nothing_is_looked_at(world: World) -> None:
    async def never() -> Sequence[Condition]:
        raise AssertionError("nobody would hear of it")

    assert await Rounds(world.ledger, [], never, world.clock)("") is None


async def test_what_a_removed_way_was_told_is_forgotten(world: World, post: Post) -> None:
    desk = Desk()
    desk.trouble = "away"
    await minutes(world, rounds(world, by_mail(post, desk_after="1s"), desk=desk), 3)
    async with mail_server() as other:
        await minutes(
            world, rounds(world, by_mail(other, recipients=["can@firm.example"], desk_after="1s"), desk=desk), 3
        )
        assert len(other.mails) == 1
    async with world.ledger.reading() as db:
        assert {kind for _, kind, _ in await alerts.everything(db)} == {About.DESK.value}
        assert len(await alerts.everything(db)) == 1


async def test_a_forum_that_is_away_for_long_is_told_and_when_it_is_back(world: World, post: Post) -> None:
    away = world.forum.faults.next(r"GET /board", 502, times=None)
    await world.later(minutes=30)
    alerting = rounds(world, by_mail(post, forum_after="1h"))
    await minutes(world, alerting, 5, each=10)
    assert post.mails == []
    await minutes(world, alerting, 3, each=10)
    assert "A forum cannot be read, so that posts there are not seen: sandbox (" in post.texts()[0]
    away.times = away.hits
    await world.later(minutes=30)
    await minutes(world, alerting, 8)
    assert post.texts()[-1].startswith("Over: ")


async def test_an_item_that_is_tried_for_ever_is_told(world: World, post: Post) -> None:
    await world.write("Kargo", "Nerede?")
    world.deskie.faults.next(r"POST /api/cases/\d+/messages", "503", times=1000)
    await world.reply(world.forum.threads()[0].id, "Alo?")
    desk = Desk()
    alerting = rounds(world, by_mail(post, late_after="1h", language="tr"), desk=desk)
    await minutes(world, alerting, 9, each=10)
    (text,) = post.texts()
    assert "Bir öğe hâlâ yerine ulaşmadı, yeniden deneniyor: post-" in text
    desk.trouble = "away"
    await minutes(world, alerting, 8)
    assert post.texts()[1].startswith("Bitti: "), "while Deskie is away, that is what is told"


async def test_an_answer_whose_forum_is_away_is_no_alarm_of_its_own(world: World, post: Post) -> None:
    await world.write("Kargo", "Nerede?")
    world.forum.faults.next(r"/", 502, times=None)
    await world.answer(world.deskie.cases()[0].case_id, "<p>Yarın.</p>")
    await world.later(minutes=30)
    alerting = rounds(world, by_mail(post, late_after="1s", forum_after="1s"))
    await minutes(world, alerting, 3)
    assert [text.count("→") for text in post.texts()] == [1]
