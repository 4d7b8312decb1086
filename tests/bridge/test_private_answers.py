"""An answer marked private goes to the customer as a personal message, or nowhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.bridge.confidence import LABEL, SECRET, case_of, elif_, label, marking, public, reader, sent
from tests.bridge.test_agent_notes import told
from tests.bridge.test_inbox import private_answers, tell, watching_inbox
from tests.bridge.test_ties import two_cases
from tests.bridge.test_webhook import form, knock
from tests.bridge.world import ELIF, World, open_world

from forum_bridge.config import ConversationMode
from forum_bridge.markup.subject import SUBJECT, subject_of
from forum_bridge.sandbox.desk.faults import What as DeskFault
from forum_bridge.sandbox.desk.records import Upload
from forum_bridge.sandbox.forum import What, moderating

NO_MESSAGES = {"message": None}
BY_HAND = "do not post it in the thread"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path / "ledger.sqlite", marking()) as made:
        yield made


@pytest.fixture
async def labelling(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path / "ledger.sqlite", marking(private_label="gizli")) as made:
        yield made


@pytest.fixture
async def correspondence(tmp_path: Path) -> AsyncIterator[World]:
    """It watches its inbox, too."""

    def prepare(world: World) -> None:
        watching_inbox(world)
        marking()(world)

    async with open_world(tmp_path / "ledger.sqlite", prepare) as made:
        yield made


async def changed(world: World, **answers: Any) -> None:
    marking(**answers)(world)
    await world.restart()


def unmarked(forum: dict[str, object]) -> None:
    del forum["answers"]


async def test_it_becomes_a_personal_message_to_the_customer(world: World) -> None:
    await world.answer(await case_of(world), f"<p>[private] Merhaba, <b>{SECRET}</b>.</p>")
    (message,) = sent(world)
    assert reader(world, message) == "Deniz"
    assert world.forum.messages.conversation(message.conversation_id, world.deniz).subject == "Re: Kargo"
    assert f"**{SECRET}**" in message.text
    assert "rivate" not in message.text
    assert "@Deniz" not in message.text  # there is nobody else whom it could mean
    assert "> Nerede?" in message.text
    assert world.ours() == []
    assert SECRET not in public(world)
    assert await world.answer_states() == ["sent"]
    assert told(world, world.deskie.cases()[0].case_id) == []


async def test_an_answer_that_is_not_marked_stays_public(world: World) -> None:
    await world.answer(await case_of(world), "<p>Bu private değil.</p>")
    assert ["private değil" in text for text in world.ours()] == [True]
    assert "@Deniz" in world.ours()[0]
    assert sent(world) == []


@pytest.mark.parametrize(
    ("marker", "html"),
    [
        ("[private]", f"<p><b>[pri</b>vate] {SECRET}</p>"),
        ("[private]", f"<p>{SECRET} [<i>PRİ</i>VATE]</p>"),
        ("[private]", f"<p>{SECRET}</p><p>[ private ]</p>"),
        ("#özel", f"<p>#Ö<b>zel</b> {SECRET}</p>"),
        ("#özel", f"<p>{SECRET} #ozel</p>"),
        ("[gizli]", f"<ul><li>{SECRET}</li><li>[GİZLİ]</li></ul>"),
        ("[GİZLİ]", f"<p>{SECRET} [gızli]</p>"),
    ],
)
async def test_however_it_is_typed(world: World, marker: str, html: str) -> None:
    await changed(world, private_marker=marker)
    await world.answer(await case_of(world), html)
    (message,) = sent(world)
    assert SECRET in message.text
    assert not any(left in message.text.casefold() for left in ("private", "#", "zel", "izli", "zlı"))
    assert SECRET not in public(world)


@pytest.mark.parametrize("purged", [True, False])
async def test_the_webhooks_text_counts_where_the_case_does_not_tell(world: World, purged: bool) -> None:
    await world.believe_webhooks()
    case = await case_of(world)
    if purged:
        world.deskie.purge(case)
    assert await knock(world.door, form(case_id=case, message_id=900, content=f"[private] {SECRET}")) == 200
    await world.settle()
    assert [SECRET in each.text and "private" not in each.text for each in sent(world)] == [True]
    assert SECRET not in public(world)


@pytest.mark.parametrize("content", [SECRET, f"<p>{SECRET}</p>"])
async def test_the_cases_wording_counts_where_the_webhook_does_not_tell(world: World, content: str) -> None:
    case = await case_of(world)
    world.deskie.set_channel("cch42", webhook_url="http://127.0.0.1:9/")
    message = await world.deskie.agent_reply(case, f"<p>[private] {SECRET}</p>", ELIF)
    assert await knock(world.door, form(case_id=case, message_id=message.message_id, content=content)) == 200
    await world.settle()
    assert [SECRET in each.text for each in sent(world)] == [True]
    assert SECRET not in public(world)


async def test_one_whose_webhook_never_came(world: World) -> None:
    case = await case_of(world)
    hook = world.door
    world.deskie.set_channel("cch42", webhook_url="http://127.0.0.1:9/")
    await world.deskie.agent_reply(case, f"<p>[private] {SECRET}</p>", ELIF)
    world.deskie.set_channel("cch42", webhook_url=hook)
    for _ in range(3):
        await world.later(minutes=6)
    assert [SECRET in each.text for each in sent(world)] == [True]
    assert SECRET not in public(world)


async def test_nothing_but_the_marker_is_nothing_to_say(world: World) -> None:
    case = await case_of(world)
    await world.answer(case, "<p>[private]</p>")
    assert (sent(world), world.ours()) == ([], [])
    assert await world.answer_states() == ["dead"]
    assert "the answer is empty" in told(world, case)[0]
    assert BY_HAND in told(world, case)[0]


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ("marked private", "NOT published", "cannot send personal messages", BY_HAND)),
     ("tr", ("gizli olarak işaretlendi", "YAYIMLANMADI", "özel mesaj gönderemiyor", "yanıtı konuya yazmayın"))],
)  # fmt: skip
async def test_where_the_adapter_cannot_the_agent_is_told(world: World, language: str, words: tuple[str, ...]) -> None:
    marking(tell_agents=language, options=NO_MESSAGES)(world)
    await world.restart()
    case = await case_of(world)
    await world.answer(case, f"<p>[private] {SECRET}</p>")
    assert SECRET not in public(world)
    assert await world.answer_states() == ["dead"]
    (note,) = told(world, case)
    assert all(each in note for each in words)
    assert SECRET not in note
    assert any("private, never to be published" in reason for reason in await world.reasons())
    await world.answer(case, "<p>Bu herkese.</p>")
    assert ["Bu herkese." in text for text in world.ours()] == [True]


async def test_nobody_is_told_where_nobody_shall_be(world: World) -> None:
    marking(tell_agents="never", options=NO_MESSAGES)(world)
    await world.restart()
    case = await case_of(world)
    await world.answer(case, f"<p>[private] {SECRET}</p>")
    assert await world.answer_states() == ["dead"]
    assert told(world, case) == []
    assert SECRET not in public(world)


async def test_an_adapter_that_only_reads_publishes_nothing_and_advises_nothing_public(world: World) -> None:
    marking(options={"reply": None, "message": None, "inbox": None})(world)
    await world.restart()
    case = await case_of(world)
    await world.answer(case, f"<p>[private] {SECRET}</p>")
    (note,) = told(world, case)
    assert BY_HAND in note


async def test_a_guest_cannot_be_written_to(world: World) -> None:
    await world.write("Kargo", "Nerede?", author="Misafir Ali")
    case = world.deskie.cases()[0].case_id
    await world.answer(case, f"<p>[private] {SECRET}</p>")
    assert (sent(world), world.ours()) == ([], [])
    assert await world.answer_states() == ["dead"]
    assert "no account on the forum" in told(world, case)[0]


async def test_a_customer_who_takes_no_messages(world: World) -> None:
    case = await case_of(world)
    world.deniz.takes_messages = False
    await world.answer(case, f"<p>[private] {SECRET}</p>")
    assert await world.answer_states() == ["dead"]
    assert "does not take messages" in told(world, case)[0]
    assert SECRET not in public(world)


def test_a_subject_is_what_engines_take() -> None:
    assert subject_of("Kargo") == "Re: Kargo"
    assert subject_of("RE: Kargo") == "RE: Kargo"
    assert subject_of("Kargo\nnerede?") == "Re: Kargo nerede?"
    assert len(subject_of("Kargo " * 20)) <= SUBJECT


async def test_the_marker_in_an_address_is_not_sent_at_all(world: World) -> None:
    await changed(world, private_marker="#özel")
    case = await case_of(world)
    await world.answer(case, f"<p>https://acme.example/yardim#özel {SECRET}</p>")
    assert (sent(world), world.ours()) == ([], [])
    assert await world.answer_states() == ["held"]
    assert "address" in told(world, case)[0]
    assert BY_HAND in told(world, case)[0]


# ------------------------------------------------------------------------------------------------------- the label


async def test_while_the_case_carries_the_label_its_answers_are_private(labelling: World) -> None:
    case, other = await case_of(labelling), await case_of(labelling, "Fatura")
    label(labelling, case)
    await labelling.answer(case, f"<p>{SECRET}</p>")
    await labelling.answer(other, "<p>Bu herkese.</p>")
    label(labelling, case, on=False)
    await labelling.answer(case, "<p>Bu da herkese.</p>")
    assert [SECRET in each.text for each in sent(labelling)] == [True]
    assert ["herkese" in text for text in labelling.ours()] == [True, True]
    assert SECRET not in public(labelling)


async def test_where_the_adapter_cannot_send_what_a_label_marks_the_agent_is_told_so(labelling: World) -> None:
    marking(private_label="gizli", options=NO_MESSAGES)(labelling)
    await labelling.restart()
    case = await case_of(labelling)
    label(labelling, case)
    await labelling.answer(case, f"<p>{SECRET}</p>")
    assert BY_HAND in told(labelling, case)[0]
    assert SECRET not in public(labelling)


async def test_the_label_by_its_number(world: World) -> None:
    await changed(world, private_label=str(LABEL))
    case = await case_of(world)
    label(world, case)
    await world.answer(case, f"<p>{SECRET}</p>")
    assert [SECRET in each.text for each in sent(world)] == [True]
    assert SECRET not in public(world)


async def test_a_label_of_the_case_that_absorbed_the_answers_own(labelling: World) -> None:
    first, second, _ = await two_cases(labelling)
    labelling.deskie.merge(second, first)
    label(labelling, first)
    assert await knock(labelling.door, form(case_id=second, message_id=900, content=SECRET)) == 200
    await labelling.settle()
    assert SECRET not in public(labelling)


@pytest.mark.parametrize(
    "path", [r"GET /api/cases/\d+\.json", r"GET /api/labels\.json", r"GET /api/cases/\d+/messages"]
)
@pytest.mark.parametrize("what", [DeskFault.SERVER_ERROR, DeskFault.HTML])
async def test_while_deskie_cannot_be_asked_nothing_is_published(labelling: World, path: str, what: DeskFault) -> None:
    case = await case_of(labelling)
    label(labelling, case)
    fault = labelling.deskie.faults.next(path, what, 2)
    await labelling.answer(case, f"<p>{SECRET}</p>")
    assert fault.hits
    assert (sent(labelling), labelling.ours()) == ([], [])
    for _ in range(5):
        await labelling.later(minutes=6)
    assert [SECRET in each.text for each in sent(labelling)] == [True]
    assert SECRET not in public(labelling)


async def test_a_label_that_deskie_does_not_have_makes_answers_wait(labelling: World) -> None:
    case = await case_of(labelling)
    label(labelling, case)
    labelling.deskie.labels[LABEL].title = "Özel"
    await labelling.answer(case, f"<p>{SECRET}</p>")
    assert await labelling.answer_states() == ["waiting"]
    assert any("has no label" in reason for reason in await labelling.reasons())
    labelling.deskie.labels[LABEL].title = "Gizli"
    await labelling.later(minutes=2)
    assert [SECRET in each.text for each in sent(labelling)] == [True]
    assert SECRET not in public(labelling)


async def test_a_label_made_since_the_list_was_read_is_known(labelling: World) -> None:
    case = await case_of(labelling)
    label(labelling, case)
    await labelling.answer(case, "<p>Bir</p>")
    labelling.deskie.labels[71] = type(labelling.deskie.labels[LABEL])(71, "gizli")
    del labelling.deskie.labels[LABEL]
    labelling.deskie.case(case).labels = [71]
    await labelling.answer(case, f"<p>{SECRET}</p>")
    assert len(sent(labelling)) == 2
    assert SECRET not in public(labelling)


async def test_a_case_that_is_no_more_tells_no_label(labelling: World) -> None:
    await labelling.believe_webhooks()
    case = await case_of(labelling)
    labelling.deskie.purge(case)
    assert await knock(labelling.door, form(case_id=case, message_id=900, content=SECRET)) == 200
    custom = form(custom_user_id="sandbox:3", message_id=901, content=SECRET, case_id="")
    assert await knock(labelling.door, custom) == 200
    await labelling.settle()
    assert await labelling.answer_states() == ["held", "held"]
    assert SECRET not in public(labelling)


# --------------------------------------------------------------------------------------------------------- to whom


async def test_where_several_customers_write_in_one_conversation_nobody_is_guessed(tmp_path: Path) -> None:
    def prepare(world: World) -> None:
        marking()(world)
        world.configure(lambda forum: forum.update(conversation=ConversationMode.THREAD.value))

    async with open_world(tmp_path / "ledger.sqlite", prepare) as world:
        case = await case_of(world)
        await world.answer(case, f"<p>[private] {SECRET} bir</p>")
        assert [reader(world, each) for each in sent(world)] == ["Deniz"]
        await world.reply(world.forum.threads()[0].id, "Benimki de yok!", author=elif_(world))
        await world.answer(case, f"<p>[private] {SECRET} iki</p>")
        assert len(sent(world)) == 1
        assert await world.answer_states() == ["sent", "held"]
        assert "Several customers" in told(world, case)[0]
        assert BY_HAND in told(world, case)[0]
        assert SECRET not in public(world)


@pytest.mark.parametrize("seen", [True, False])
async def test_nor_where_agents_merged_the_cases_of_two(world: World, seen: bool) -> None:
    first, second, thread = await two_cases(world)
    world.deskie.merge(second, first)
    if seen:
        await world.later(seconds=61)
        await world.reply(thread, "Alo?", author=elif_(world))
    await world.answer(first, f"<p>[private] {SECRET}</p>")
    assert (sent(world), world.ours()) == ([], [])
    assert await world.answer_states() == ["held"]
    assert "Several customers" in told(world, first)[0]


@pytest.mark.parametrize("way", ["marker", "label"])
@pytest.mark.parametrize("seen", [True, False])
async def test_two_threads_of_one_customer_in_one_case_are_no_matter(labelling: World, way: str, seen: bool) -> None:
    first, second = await case_of(labelling), await case_of(labelling, "Fatura")
    labelling.deskie.merge(second, first)
    if seen:
        await labelling.later(seconds=61)
        await labelling.reply(labelling.forum.threads()[0].id, "Fatura hâlâ yok.")
    if way == "label":
        label(labelling, first)
    await labelling.answer(first, f"<p>{'[private] ' if way == 'marker' else ''}{SECRET}</p>")
    assert [reader(labelling, each) for each in sent(labelling)] == ["Deniz"]
    assert SECRET not in public(labelling)


async def test_a_conversation_that_moderators_split_still_has_one_customer(world: World) -> None:
    case = await case_of(world)
    second = await world.reply(world.forum.threads()[0].id, "Hâlâ yok.")
    moderating.split(world.forum, [second], "Başka")
    await world.later(seconds=2)
    await world.answer(case, f"<p>[private] {SECRET}</p>")
    assert [reader(world, each) for each in sent(world)] == ["Deniz"]
    assert SECRET not in public(world)


# --------------------------------------------------------------------------------------------- where it is private


async def test_a_private_conversation_is_answered_there_without_the_marker(correspondence: World) -> None:
    world = correspondence
    made = await tell(world, "Şifre", "Unuttum")
    (case,) = world.deskie.cases()
    await world.answer(case.case_id, f"<p>[private] {SECRET}</p>")
    (text,) = private_answers(world, made.conversation_id)
    assert SECRET in text
    assert "private" not in text
    assert "@Deniz" not in text
    assert len(sent(world)) == 1
    assert SECRET not in public(world)


async def test_a_private_conversation_into_which_agents_merged_another_customers_case(correspondence: World) -> None:
    world = correspondence
    await tell(world, "Şifre", "Unuttum")
    (theirs,) = world.deskie.cases()
    await world.write("Kargo", "Nerede?", author=elif_(world))
    world.deskie.merge(max(case.case_id for case in world.deskie.cases()), theirs.case_id)
    await world.answer(theirs.case_id, f"<p>[private] {SECRET}</p>")
    assert (sent(world), world.ours()) == ([], [])
    assert await world.answer_states() == ["held"]
    assert "Several customers" in told(world, theirs.case_id)[0]


async def test_the_customers_reply_to_it_is_a_case_and_answered_there(correspondence: World) -> None:
    world = correspondence
    await world.answer(await case_of(world), f"<p>[private] {SECRET}</p>")
    (message,) = sent(world)
    await world.later(seconds=2)
    assert len(world.deskie.cases()) == 1  # what we wrote ourselves is no customer's
    world.forum.messages.reply(message.conversation_id, world.deniz, "Teşekkürler, oldu.")
    await world.later(seconds=2)
    case = max(each.case_id for each in world.deskie.cases())
    assert "Teşekkürler, oldu." in world.messages()[case][0]
    await world.answer(case, "<p>Rica ederiz.</p>")
    assert len(private_answers(world, message.conversation_id)) == 2
    assert world.ours() == []


# ----------------------------------------------------------------------------------------------- files, long answers


async def test_its_files_are_linked_and_never_hung(world: World) -> None:
    case = await case_of(world)
    world.forum.faults.next(r"POST /messages/new", What.CUT_AFTER)
    file = Upload("iade [private].pdf", "application/pdf", b"%PDF-1.7\n" * 9)
    await world.deskie.agent_reply(case, f"<p>{SECRET}</p>", ELIF, files=[file])
    await world.later(seconds=2)
    await world.later(seconds=31)
    assert await world.answer_states() == ["sent"]
    (message,) = sent(world)
    assert "/files/" in message.text
    assert "iade" in message.text
    assert "rivate" not in message.text
    assert SECRET not in public(world)
    assert not any(post.files for post in world.forum.posts())


async def test_a_long_one_is_private_in_all_its_parts(world: World) -> None:
    await changed(world, longest=300)
    case = await case_of(world)
    world.forum.switches.flood_seconds = 60
    sentences = " ".join(f"{SECRET} {number}." for number in range(30))
    await world.answer(case, f"<p>{sentences}</p><p>[private]</p>")
    assert len(sent(world)) == 1
    world.configure(unmarked)
    await world.restart()
    for _ in range(12):
        await world.later(seconds=61)
    assert set(await world.answer_states()) == {"sent"}
    assert len(sent(world)) == len(await world.answer_states()) > 2
    assert "(1/" in sent(world)[0].text
    joined = " ".join(each.text for each in sent(world))
    assert all(f"{SECRET} {number}." in joined for number in range(30))
    assert "rivate" not in joined
    assert SECRET not in public(world)


async def test_a_part_that_is_refused_is_told(world: World) -> None:
    await changed(world, longest=300)
    case = await case_of(world)
    world.forum.switches.flood_seconds = 60
    await world.answer(case, f"<p>[private] {' '.join(f'{SECRET} {number}.' for number in range(30))}</p>")
    world.deniz.takes_messages = False
    await world.later(seconds=61)
    (note,) = told(world, case)
    assert "Nothing was published; part 2 of" in note
    assert SECRET not in public(world)
