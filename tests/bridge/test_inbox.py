"""Personal messages to the bridge's account: each conversation is a case, and the answer goes back into it and nowhere
else."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import structlog
from tests.bridge.world import World, open_world

from forum_bridge.config import Config, ConversationMode, load
from forum_bridge.daemon import adapter_faults
from forum_bridge.forums.registry import Registry
from forum_bridge.sandbox.forum import What
from forum_bridge.sandbox.forum.messages import Message
from forum_bridge.sandbox.forum.records import Person


def watching_inbox(world: World) -> None:
    watch = [{"board": f"{world.url}/board/1"}, {"inbox": True}]
    world.configure(lambda forum: forum.update(watch=watch))


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path / "ledger.sqlite", watching_inbox) as made:
        yield made


def bridge_account(world: World) -> Person:
    found = world.forum.person("acme_destek")
    assert found is not None
    return found


def elif_(world: World) -> Person:
    found = world.forum.person("Elif Şahin")
    assert found is not None
    return found


async def tell(world: World, subject: str, text: str, *, author: Person | None = None) -> Message:
    """Write to the bridge's account as a customer (Deniz) and let the bridge see it."""
    made = world.forum.messages.open(author or world.deniz, bridge_account(world), subject, text)
    await world.later(seconds=2)
    return made


async def tell_more(world: World, before: Message, text: str) -> Message:
    """Go on writing in a conversation as a customer (Deniz) and let the bridge see it."""
    made = world.forum.messages.reply(before.conversation_id, world.deniz, text)
    await world.later(seconds=2)
    return made


def private_answers(world: World, conversation_id: int) -> list[str]:
    """Return what the bridge wrote in a conversation."""
    every = world.forum.messages.everything()
    own = [each for each in every if each.conversation_id == conversation_id and each.author_name == "acme_destek"]
    return [each.text for each in own]


async def test_a_personal_message_becomes_a_case_that_says_so_and_is_answered_there_alone(world: World) -> None:
    made = await tell(world, "Adresim değişti 🏠", "Yeni adres: **İstiklal Cad. 5**")
    (case,) = world.deskie.cases()
    ((html,),) = world.messages().values()
    assert case.subject == "Adresim değişti 🏠"
    assert f'Personal message: <b><a href="{world.url}/messages/{made.conversation_id}"' in html
    assert "İstiklal Cad. 5" in html
    assert f'[forum] <a href="{world.url}/message/{made.id}"' in html
    await world.answer(case.case_id, "<p>Not ettik, <b>teşekkürler</b>.</p>")
    (text,) = private_answers(world, made.conversation_id)
    assert "**teşekkürler**" in text
    assert world.ours() == []  # nothing of it on any public page
    assert not any("İstiklal" in post.text or "teşekkürler" in post.text for post in world.forum.posts())
    await world.later(seconds=2)
    assert len(world.messages()[case.case_id]) == 1  # our own message is no customer's
    assert await world.answer_states() == ["sent"]


async def test_what_follows_goes_to_the_same_case_and_two_conversations_are_two_cases(world: World) -> None:
    first = await tell(world, "Fatura", "Faturam gelmedi")
    second = await tell(world, "İade", "İade etmek istiyorum")
    await tell_more(world, first, "Hâlâ gelmedi")
    counts = sorted((case.subject, len(world.messages()[case.case_id])) for case in world.deskie.cases())
    assert counts == [("Fatura", 2), ("İade", 1)]
    for case in world.deskie.cases():
        await world.answer(case.case_id, f"<p>Yanıt: {case.subject}</p>")
    assert "Yanıt: Fatura" in private_answers(world, first.conversation_id)[0]
    assert "Yanıt: İade" in private_answers(world, second.conversation_id)[0]
    assert world.ours() == []


async def test_a_public_post_and_a_personal_message_with_one_number_are_two(world: World) -> None:
    public = await world.write("Kargo", "Nerede?")
    made = await tell(world, "Kargo", "Kimse duymasın, nerede?")
    while made.id < public:
        made = await tell_more(world, made, f"{made.id}. kez soruyorum")
    assert made.id == public
    assert {str(public), f"pm-{public}"} <= set(await world.post_states())
    assert len(world.deskie.cases()) == 2
    for case in world.deskie.cases():
        await world.answer(
            case.case_id, f"<p>{'gizli' if len(world.messages()[case.case_id]) > 1 else 'açık'} yanıt</p>"
        )
    assert ["açık yanıt" in text for text in world.ours()] == [True]
    assert ["gizli yanıt" in text for text in private_answers(world, made.conversation_id)] == [True]


async def test_messages_from_before_the_watch_are_left_alone_and_what_follows_them_is_not(tmp_path: Path) -> None:
    def before(world: World) -> None:
        watching_inbox(world)
        world.forum.messages.open(world.deniz, bridge_account(world), "Eski", "Geçen yıldan")
        world.forum.messages.open(elif_(world), bridge_account(world), "Çok eski", "Daha da eski")
        world.clock.advance(hours=3)

    async with open_world(tmp_path / "ledger.sqlite", before) as world:
        await world.later(seconds=2)
        assert world.deskie.cases() == []
        world.forum.messages.reply(1, world.deniz, "Hatırladınız mı?")
        await world.later(seconds=2)
        ((only,),) = world.messages().values()
        assert "Hatırladınız mı?" in only
        await tell(world, "Yeni", "Bugünden")
        assert len(world.deskie.cases()) == 2


TIMELESS = {"inbox": {"time": None, "posts": {"time": None}}, "threads_a_poll": 1}


async def test_so_it_is_where_pages_tell_no_times_and_one_poll_reads_but_a_part(tmp_path: Path) -> None:
    def before(world: World) -> None:
        watching_inbox(world)
        world.configure(lambda forum: forum.update(options=TIMELESS))
        for subject in ("Eski", "Daha eski", "En eski"):
            world.forum.messages.open(world.deniz, bridge_account(world), subject, "Geçen yıldan")
        world.clock.advance(hours=3)

    async with open_world(tmp_path / "ledger.sqlite", before) as world:
        for _ in range(5):
            await world.later(seconds=2)
        assert {"pm-1", "pm-2", "pm-3"} <= set(await world.post_states())
        assert world.deskie.cases() == []
        world.forum.messages.reply(1, world.deniz, "Hatırladınız mı?")
        await tell(world, "Yeni", "Bugünden")
        await world.later(seconds=2)
        assert len(world.deskie.cases()) == 2


async def test_after_a_restart_nothing_is_read_twice_and_what_came_meanwhile_is_found(world: World) -> None:
    made = await tell(world, "Fatura", "Faturam gelmedi")
    await world.bridge_down()
    for number in range(12):  # onto a second page
        world.forum.messages.reply(made.conversation_id, world.deniz, f"Ek {number}")
    world.clock.advance(minutes=5)
    await world.bridge_up()
    await world.settle()
    ((case, htmls),) = world.messages().items()
    assert len(htmls) == 13
    assert [f"Ek {number}" in html for number, html in enumerate(htmls[1:])] == [True] * 12
    await world.answer(case, "<p>Baktık.</p>")
    assert len(private_answers(world, made.conversation_id)) == 1


@pytest.mark.parametrize("what", [What.CUT_AFTER, What.CUT_BEFORE])
async def test_a_lost_answer_is_looked_for_in_the_conversation(world: World, what: What) -> None:
    made = await tell(world, "Fatura", "Faturam gelmedi")
    for number in range(10):
        world.forum.messages.reply(made.conversation_id, world.deniz, f"Ek {number}")
    await world.later(seconds=2)
    (case,) = world.deskie.cases()
    world.forum.faults.next(r"POST /messages/\d+/reply", what)
    await world.answer(case.case_id, "<p>Yolda.</p>")
    for _ in range(4):
        await world.later(seconds=31)
    assert len(private_answers(world, made.conversation_id)) == 1
    assert await world.answer_states() == ["sent"]
    assert world.ours() == []


async def test_a_conversation_that_we_are_no_longer_in_is_answered_nowhere(world: World) -> None:
    made = await tell(world, "Fatura", "Gizli bir soru")
    (case,) = world.deskie.cases()
    world.forum.messages.conversation(made.conversation_id, world.deniz).members = (world.deniz, elif_(world))
    await world.answer(case.case_id, "<p>Gizli yanıt</p>")
    assert await world.answer_states() == ["dead"]
    assert not any("Gizli yanıt" in post.text for post in world.forum.posts())


async def test_an_answer_whose_sender_takes_no_messages_is_given_up_and_the_agent_told(world: World) -> None:
    await tell(world, "Fatura", "Faturam gelmedi")
    world.deniz.takes_messages = False
    (case,) = world.deskie.cases()
    await world.answer(case.case_id, "<p>Yolda.</p>")
    assert await world.answer_states() == ["dead"]
    await world.later(seconds=2)
    notes = [each.content_html for each in world.deskie.messages(case) if each.note]
    assert any("does not take messages" in note for note in notes)


@pytest.mark.parametrize("who", ["starter", "mentions"])
async def test_everyone_who_writes_to_us_is_a_customer_and_nobody_s_case_is_ours(world: World, who: str) -> None:
    def change(forum: dict[str, object]) -> None:
        forum.update(cases={"from": who}, conversation=ConversationMode.THREAD.value)

    watching_inbox(world)
    world.configure(change)
    await world.restart()
    opened = world.forum.messages.open(bridge_account(world), world.deniz, "Anket", "Memnun musunuz?")
    await world.later(seconds=2)
    assert world.deskie.cases() == []
    await tell_more(world, opened, "Evet 😊")
    (case,) = world.deskie.cases()
    ((html,),) = world.messages().values()
    assert "Evet 😊" in html
    assert world.deskie.user(case.user_id).full_name == "Deniz"
    await world.answer(case.case_id, "<p>Sevindik.</p>")
    assert len(private_answers(world, opened.conversation_id)) == 2


async def test_nothing_of_a_personal_message_is_logged(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with structlog.testing.capture_logs() as logs:
        made = await tell(world, "Çok gizli konu", "Şifrem kırmızıfil")
        (case,) = world.deskie.cases()
        world.forum.faults.next(r"GET /messages/", What.HALF)
        await tell_more(world, made, "Bir de kırmızıfil iki")
        await world.answer(case.case_id, "<p>Yanıtta kırmızıfil üç</p>")
        await world.later(seconds=60)
    told = f"{logs} {caplog.text}"
    assert "posts_taken_in" in told
    assert "gizli" not in told
    assert "kırmızıfil" not in told


async def test_a_session_that_ended_is_begun_anew_for_the_inbox(world: World) -> None:
    await world.forget_sessions()
    await tell(world, "Fatura", "Faturam gelmedi")
    assert len(world.deskie.cases()) == 1


def test_an_inbox_without_an_account_is_refused(world: World) -> None:
    raw = world.config.model_dump(mode="json", by_alias=True, exclude_unset=True)
    raw["deskie"]["api_key"] = raw["webhook"]["secret"] = "a-secret-of-invented-letters-0001"
    del raw["forums"]["sandbox"]["login"]
    with pytest.raises(ValueError, match="is watched without an account on the forum"):
        Config.model_validate(raw)


def test_an_adapter_that_cannot_read_an_inbox_says_what_it_can(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    login = "    login: {user: acme, password: parola}\n    watch: [{inbox: true}]\n"
    path.write_text(
        "deskie: {account: acme, email: ayse@acme.example, api_key: key, channel: cch42}\n"
        "webhook: {secret: hook-secret-of-invented-letters-0001}\n"
        f"forums:\n  yardim:\n    adapter: flaskbb\n    url: https://forum.example/\n{login}"
    )
    (fault,) = adapter_faults(load(path, {}), Registry.load(None))
    assert "flaskbb cannot watch the inbox — mend: watch one of: board, thread" in str(fault)


@pytest.mark.parametrize("value", ["no", "false"])
def test_the_key_says_yes_or_is_left_out(tmp_path: Path, value: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(f"forums:\n  yardim:\n    watch: [{{inbox: {value}}}]\n")
    told = [str(fault) for fault in load(path, {}).faults]
    assert any("watch[0].inbox: can only be true" in each and "delete the line to watch none" in each for each in told)
