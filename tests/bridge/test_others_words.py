"""What agents wrote to somebody else stays there: neither a case that they merged into ours, nor a forged webhook, nor
what an operator does brings it onto the forum."""

from __future__ import annotations

import pytest
from tests.bridge.test_agent_notes import told
from tests.bridge.test_audit import audited
from tests.bridge.test_operator import decided
from tests.bridge.test_reconcile import opened, unheard, up_and_compared
from tests.bridge.test_replay import replayed
from tests.bridge.test_webhook import form, knock
from tests.bridge.world import ELIF, World

from forum_bridge.ledger import reconciling
from forum_bridge.ledger.operator import Act
from forum_bridge.sandbox.desk.casework import CaseFields
from forum_bridge.sandbox.desk.correspondence import Writing
from forum_bridge.sandbox.desk.people import Contact

SECRET = "Şifreniz 1234, gizli."


def by_mail(world: World, text: str = "<p>Parolamı unuttum.</p>") -> int:
    """A stranger writes a mail; return its case, of which no webhook ever tells. Without a text an agent began it."""
    contact = Contact("email", email="stranger@posta.example", full_name="Başka Biri")
    user = world.deskie.people.find_or_create(contact)
    case = world.deskie.casework.open(user, CaseFields(subject="Parola"))
    world.deskie.correspondence.open_with(case, Writing(html=text))
    return case.case_id


async def told_the_stranger(world: World, case: int) -> int:
    """An agent answers the stranger; return the message."""
    return (await world.deskie.agent_reply(case, f"<p>{SECRET}</p>", ELIF)).message_id


def nowhere(world: World) -> bool:
    """Whether the secret stands neither in a thread nor in a personal message."""
    everything = [*(post.text for post in world.forum.posts()), *(m.text for m in world.forum.messages.everything())]
    return not any("1234" in text for text in everything)


async def an_hour_passes(world: World) -> None:
    for minutes in (3, 6, 12, 31):  # a webhook may come; the cases are compared; a message is not shown; and later
        await world.later(minutes=minutes)


@pytest.mark.parametrize("since", ["long before", "just before", "after"])
async def test_the_answer_in_a_strangers_case_that_is_merged_into_ours_is_not_published(
    world: World, since: str
) -> None:
    theirs = by_mail(world)
    if since != "after":
        await told_the_stranger(world, theirs)
        await world.later(minutes=60 if since == "long before" else 1)
    case = await opened(world)
    if since == "after":
        await told_the_stranger(world, theirs)
    world.deskie.merge(theirs, case)
    await an_hour_passes(world)
    assert nowhere(world)
    assert await world.answer_states() == (["held"] if since == "after" else [])
    assert since == "after" or (await audited(world))[0] == []


async def test_a_strangers_answer_that_is_held_says_why_and_nobodys_retry_publishes_it(world: World) -> None:
    theirs = by_mail(world)
    case = await opened(world)
    message = await told_the_stranger(world, theirs)
    world.deskie.merge(theirs, case)
    await an_hour_passes(world)
    assert any("other customers" in reason for reason in await world.reasons())
    (note,) = told(world, case)
    assert "was not posted" in note
    for anyway in (False, True):
        await decided(world, Act.RETRY, f"answer-{message}", anyway=anyway)
        await an_hour_passes(world)
    assert nowhere(world)
    assert await world.answer_states() == ["held"]


async def test_the_answers_of_our_own_customer_around_it_are_published(world: World) -> None:
    theirs = by_mail(world)
    await told_the_stranger(world, theirs)
    await world.later(minutes=30)
    case = await opened(world)
    world.deskie.merge(theirs, case)
    await world.answer(case, "<p>Kargonuz yolda.</p>")
    await an_hour_passes(world)
    assert nowhere(world)
    assert ["Kargonuz yolda." in text for text in world.ours()] == [True]


@pytest.mark.parametrize("known", ["by webhook", "by API"])
async def test_a_strangers_answer_does_not_go_before_one_of_ours(world: World, known: str) -> None:
    """It is looked for when ours is published, not only by the timer."""
    theirs = by_mail(world)
    case = await opened(world)
    await told_the_stranger(world, theirs)
    await world.later(minutes=3)
    world.deskie.merge(theirs, case)
    if known == "by API":
        world.deskie.channels["cch42"].webhook_url = ""
    await world.answer(case, "<p>Kargonuz yolda.</p>")
    for _ in range(12):
        await world.later(seconds=31)
    assert nowhere(world)
    assert sorted(await world.answer_states()) == ["held", "sent" if known == "by webhook" else "held"]


async def test_two_posts_of_ours_before_the_merge_make_a_strangers_case_no_more_ours(world: World) -> None:
    theirs = by_mail(world)
    case = await opened(world)
    thread = world.forum.threads()[0].id
    await world.reply(thread, "Alo?")
    await told_the_stranger(world, theirs)
    world.deskie.merge(case, theirs)
    await world.later(minutes=2)
    world.deskie.switches.foreign_user_accepted = True
    await world.reply(thread, "Kimse yok mu?")
    await world.answer(theirs, "<p>Buradayız.</p>")
    await an_hour_passes(world)
    assert nowhere(world)


async def test_a_stranger_who_quotes_our_message_with_its_last_line_is_still_a_stranger(world: World) -> None:
    case = await opened(world)
    (html,) = world.messages()[case]
    theirs = by_mail(world, f"<p>Bana ne?</p><blockquote>{html}</blockquote>")
    await told_the_stranger(world, theirs)
    world.deskie.merge(theirs, case)
    await an_hour_passes(world)
    assert nowhere(world)
    assert await world.answer_states() == ["held"]


async def test_a_stranger_who_quotes_our_message_does_not_make_their_case_ours(world: World) -> None:
    case = await opened(world)
    (html,) = world.messages()[case]
    theirs = by_mail(world, f"<p>Bana ne?</p><blockquote>{html}</blockquote>")
    message = await told_the_stranger(world, theirs)
    await forged(world, case_id=theirs, message_id=message, custom_user_id=customer(world, case))
    async with world.ledger.reading() as db:
        assert not await reconciling.joined_by_us(db, "default", theirs)
    assert nowhere(world)


def customer(world: World, case: int) -> str:
    return world.deskie.user(world.deskie.case(case).user_id).custom_id


async def forged(world: World, **fields: object) -> None:
    """Somebody who knows the webhook's address tells of a message as they like."""
    assert await knock(world.door, form(**{"content": "?", **fields})) == 200
    await world.settle()
    await an_hour_passes(world)


@pytest.mark.parametrize("verify", [True, False])
@pytest.mark.parametrize("named_by", ["case", "user", "case and user"])
async def test_a_forged_webhook_brings_no_strangers_answer_into_ones_own_thread(
    world: World, named_by: str, verify: bool
) -> None:
    world.configure(lambda forum: forum.update(answers={"verify": verify}))
    await world.restart()
    mine = await opened(world)
    theirs = by_mail(world, "")
    message = await told_the_stranger(world, theirs)
    user = world.deskie.case(theirs).user_id
    told: dict[str, dict[str, object]] = {
        "case": {"case_id": theirs, "custom_user_id": customer(world, mine)},
        "user": {"case_id": mine, "user_id": user},
        "case and user": {"case_id": theirs, "user_id": user, "custom_user_id": customer(world, mine)},
    }
    await forged(world, message_id=message, **told[named_by])
    assert nowhere(world)
    if verify:
        assert await world.answer_states() == ["dead" if named_by == "user" else "held"]
        assert world.ours() == []


async def test_nor_one_out_of_a_case_of_our_own_channel_of_which_the_bridge_knows_nothing(world: World) -> None:
    mine = await opened(world)
    theirs = by_mail(world, "")
    world.deskie.case(theirs).channel = "cch42"
    world.deskie.channels["cch42"].webhook_url = ""
    message = await told_the_stranger(world, theirs)
    await forged(world, message_id=message, case_id=theirs, custom_user_id=customer(world, mine))
    assert nowhere(world)
    assert await world.answer_states() == ["held"]
    assert any("none of this customer's" in reason for reason in await world.reasons())


async def test_nor_another_members_answer_out_of_their_own_conversation(world: World) -> None:
    mine = await opened(world)
    await world.write("Fatura", "Yanlış.", author=world.forum.person("Elif Şahin"))
    theirs = max(case.case_id for case in world.deskie.cases())
    world.deskie.channels["cch42"].webhook_url = ""
    world.deskie.case(theirs).channel = "cch43"  # so that nobody finds the answer otherwise
    message = await told_the_stranger(world, theirs)
    user = world.deskie.case(theirs).user_id
    for fields in (
        {"case_id": mine, "user_id": user, "custom_user_id": customer(world, theirs)},
        {"case_id": mine, "user_id": user, "custom_user_id": customer(world, mine)},
    ):
        await forged(world, message_id=message, **fields)
    assert nowhere(world)


async def test_nor_one_that_was_merged_into_ones_own_case_and_is_older(world: World) -> None:
    theirs = by_mail(world, "")  # nothing else shows that it was to a stranger
    message = await told_the_stranger(world, theirs)
    await world.later(minutes=30)
    mine = await opened(world)
    world.deskie.merge(theirs, mine)
    await forged(world, case_id=mine, message_id=message)
    assert nowhere(world)
    assert await world.answer_states() == ["held"]


async def test_nor_one_that_was_merged_into_it_and_is_younger(world: World) -> None:
    theirs = by_mail(world)
    mine = await opened(world)
    message = await told_the_stranger(world, theirs)
    await world.later(minutes=15)
    world.deskie.merge(theirs, mine)
    await forged(world, case_id=mine, message_id=message)
    assert nowhere(world)
    assert await world.answer_states() == ["held"]


async def test_an_answer_in_a_case_with_the_label_for_private_ones_is_private_whatever_case_a_webhook_names(
    world: World,
) -> None:
    world.configure(lambda forum: forum.update(answers={"private_label": "gizli"}, cases={"when_closed": "new"}))
    world.deskie.tables.labels[55].title = "gizli"
    await world.restart()
    first = await opened(world)
    world.deskie.channels["cch42"].webhook_url = ""
    message = await told_the_stranger(world, first)
    world.deskie.case(first).labels.append(55)
    world.deskie.set_status(first, "closed")
    await world.later(minutes=2)
    await world.reply(world.forum.threads()[0].id, "Bir şey daha.")
    second = max(case.case_id for case in world.deskie.cases())
    assert second != first
    await forged(world, case_id=second, message_id=message)
    assert not any("1234" in post.text for post in world.forum.posts())


async def test_an_answer_in_a_case_with_that_label_is_private_though_it_was_found_only_after_that_case_was_merged(
    world: World,
) -> None:
    world.configure(lambda forum: forum.update(answers={"private_label": "gizli"}, cases={"when_closed": "new"}))
    world.deskie.tables.labels[55].title = "gizli"
    await world.restart()
    first = await opened(world)
    world.deskie.case(first).labels.append(55)
    world.deskie.set_status(first, "closed")
    await world.later(minutes=2)
    await world.reply(world.forum.threads()[0].id, "Bir şey daha.")
    second = max(case.case_id for case in world.deskie.cases())
    assert second != first
    await unheard(world, first, SECRET)
    world.deskie.merge(first, second)
    world.clock.advance(minutes=10)
    await up_and_compared(world)
    assert not any("1234" in post.text for post in world.forum.posts())
    assert len(await world.answer_states()) == 1


async def test_what_stands_in_our_own_case_goes_where_it_belongs_although_the_webhook_names_it_by_its_customer_alone(
    world: World,
) -> None:
    """An agent began a case for a customer of the forum: the bridge has not opened it, and it is theirs."""
    mine = await opened(world)
    user = world.deskie.user(world.deskie.case(mine).user_id)
    begun = world.deskie.casework.open(user, CaseFields(subject="Sizi arıyoruz"))
    await world.answer(begun.case_id, "<p>Kargonuz döndü.</p>")
    assert ["Kargonuz döndü." in text for text in world.ours()] == [True]


async def test_files_and_words_that_only_a_webhook_told_are_not_published(world: World) -> None:
    case = await opened(world)
    world.deskie.channels["cch42"].webhook_url = ""
    message = await world.deskie.agent_reply(case, "<p>Kargonuz yolda.</p>", ELIF)
    extra = {"attachments][0][url": "https://evil.example/parola.html"}
    await forged(world, case_id=case, message_id=message.message_id, **extra)
    (text,) = world.ours()
    assert "Kargonuz yolda." in text
    assert "evil.example" not in text


async def test_what_a_rule_sent_stays_inside_though_a_webhook_calls_it_an_agents(world: World) -> None:
    world.configure(lambda forum: forum.update(answers={"from_rules": "ignore"}))
    await world.restart()
    case = await opened(world)
    world.deskie.channels["cch42"].webhook_url = ""
    message = await world.deskie.agent_reply(case, f"<p>{SECRET}</p>", ELIF, via_rule=True)
    await forged(world, case_id=case, message_id=message.message_id)
    assert nowhere(world)
    assert await world.answer_states() == ["ignored"]


async def test_a_sent_answer_is_not_sent_again_once_a_stranger_writes_beside_it_unless_it_was_told_in_time(
    world: World,
) -> None:
    case = await opened(world)
    await unheard(world, case, "Bakıyoruz.")
    world.clock.advance(minutes=30)
    await up_and_compared(world)
    assert len(world.ours()) == 1
    (message,) = (each for each in world.deskie.messages(world.deskie.case(case)) if each.staff_id)
    world.deskie.merge(by_mail(world), case)
    world.forum.delete(world.forum.posts()[-1].id)
    await replayed(world, f"answer-{message.message_id}")
    await an_hour_passes(world)
    assert await world.answer_states() == ["held"]


async def test_what_an_agent_wrote_to_a_stranger_who_never_answered_is_held(world: World) -> None:
    case = await opened(world)
    await world.later(minutes=6)
    theirs = by_mail(world, "")
    await told_the_stranger(world, theirs)
    for _ in range(4):
        await world.later(minutes=6)
    world.deskie.merge(theirs, case)
    await an_hour_passes(world)
    assert nowhere(world)
    assert await world.answer_states() == ["held"]
    assert any("merged another one" in reason for reason in await world.reasons())
    assert len(told(world, case)) == 1


async def test_nor_does_it_go_before_an_answer_of_ours(world: World) -> None:
    case = await opened(world)
    theirs = by_mail(world, "")
    await told_the_stranger(world, theirs)
    for _ in range(4):
        await world.later(minutes=6)
    world.deskie.merge(theirs, case)
    await world.answer(case, "<p>Kargonuz yolda.</p>")
    for _ in range(12):
        await world.later(seconds=31)
    assert nowhere(world)
    assert sorted(await world.answer_states()) == ["held", "sent"]


async def test_an_answer_missed_in_a_long_outage_with_more_than_one_minutes_requests_can_read_is_not_late(
    world: World,
) -> None:
    cases = [await opened(world, f"Konu {number}") for number in range(4)]
    world.deskie.switches.rate_limit_per_minute = 20
    await world.bridge_down()
    for _ in range(3):
        for case in cases:
            world.clock.advance(minutes=11)
            await world.deskie.agent_reply(case, f"<p>Yanıt {case}</p>", ELIF)
    await world.deskie.webhooks_idle()
    await up_and_compared(world, 30)
    assert await world.answer_states() == ["sent"] * 12


@pytest.mark.parametrize("known", [False, True])
async def test_no_private_words_of_a_forged_webhook_reach_anybody(world: World, known: bool) -> None:
    world.configure(lambda forum: forum.update(answers={"private_marker": "[gizli]"}))
    await world.restart()
    case = await opened(world)
    world.deskie.channels["cch42"].webhook_url = ""
    message = await world.deskie.agent_reply(case, "<p>Kargonuz yolda.</p>", ELIF)
    text = "[gizli] Kargonuz yolda." if known else f"[gizli] {SECRET}"
    await forged(world, case_id=case, message_id=message.message_id, content=text)
    assert nowhere(world)
    assert world.ours() == []
    assert await world.answer_states() == ["sent" if known else "held"]
