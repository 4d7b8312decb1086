"""A ledger that an earlier version left in the middle of its work is taken over: what was written is found, what was
not is written, each once."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import pytest
from tests.bridge.test_agent_notes import LABEL
from tests.bridge.test_drift import drifted
from tests.bridge.world import ELIF, World
from tests.ledger.test_upgrade import LEFT, of_schema

from forum_bridge.bridge.content import content_of
from forum_bridge.ledger import forgetting, forums, put_back
from forum_bridge.ledger.epoch import epoch_path

FORUM = (
    "INSERT INTO forum (name, url, identity, conversation) VALUES ('sandbox', '{url}', 'author', 'author_in_thread')"
)
THREAD = (
    "INSERT INTO thread (id, forum, thread_id, url, title, locked)"
    " VALUES (1, 'sandbox', '{thread}', '{url}/thread/{thread}', 'Kargo', 0)"
)
CONVERSATION = (
    "INSERT INTO conversation (id, desk, forum, scope_key, thread_id, author_key, author_name, custom_id, user_id)"
    " VALUES (1, 'default', 'sandbox', '{thread}|{author}', '{thread}', '{author}', 'Deniz', 'sandbox:{author}',"
    " {user})"
)
POST = (
    "INSERT INTO post (forum, post_id, number, revision, thread_id, author_key, author_name, url, opening, seen_at,"
    " body_id, body_hash, attachments, conversation_id, as_note, state, attempts, sending_at, case_id, file_tries)"
    " VALUES ('sandbox', '{0}', {0}, 1, '{thread}', '{author}', 'Deniz', '{url}/post/{0}', {opening}, '{at}', {0},"
    " '{hash_of_text}', '[]', 1, 0, '{state}', 0, {began}, {to}, 0)"
)
BODY = "INSERT INTO body (id, html, stored_at) VALUES ({0}, '{1}', '{at}')"
ANSWER = (
    "INSERT INTO answer (desk, message_id, case_id, staff_id, origin, is_html, body_id, attachments, received_at,"
    " forum, conversation_id, state, attempts, sending_at, after_post)"
    " VALUES ('default', {0}, {case}, 905, 'agent', 1, {1}, '[]', '{at}', 'sandbox', 1, '{state}', 0, {began}, {after})"
)
# What later schemas added, by the first that has it.
WATCH = (
    "INSERT INTO watch (id, forum, kind, target, began_at, since, due_at, interval, failures)"
    " VALUES (1, 'sandbox', 'board', '{url}/board/1', '{long_ago}', '{long_ago}', '{at}', 60, 0)"
)
NOTE = (
    "INSERT INTO agent_note (id, desk, key, case_id, html, stored_at, state, attempts, sending_at, due_at)"
    " VALUES (1, 'default', 'answer 5.1, lost', {case}, '<p>Yanıt gitmedi · answer 5.1, lost</p>', '{at}', 'sending',"
    " 0, '{at}', '{at}')"
)
DRIFT = (
    "INSERT INTO drift (forum, watch_id, place, what, hard, since, seen_at, times, detail)"
    " VALUES ('sandbox', 1, '{url}/board/1', 'unreadable', 1, '{at}', '{at}', 2, '')"
)
AMENDED = (
    "INSERT INTO agent_note (desk, key, case_id, html, stored_at, state, attempts, due_at, amends_url, amended)"
    " VALUES ('default', 'post 1.2, edited', {case}, '<p>Düzeltildi</p>', '{at}', 'waiting', 0, '{at}',"
    " '{url}/post/{first}', '{amended}')"
)
ADDED: Mapping[str, tuple[str, ...]] = {
    "0002": (NOTE,),
    "0004": (
        WATCH,
        "INSERT INTO recompare (desk, case_id) VALUES ('default', {case})",
        "INSERT INTO forgotten (forum, author_hash, forgotten_at) VALUES ('sandbox', '{hash}', '{now}')",
        "INSERT INTO meta (key, value) VALUES ('author_hash_key', 'k')",
    ),
    "0005": ("UPDATE agent_note SET label = '{label}'",),
    "0006": (
        "UPDATE forum SET sign_in = 'refused', sign_in_digest = '{digest}'",
        DRIFT,
    ),
    "0007": (
        AMENDED,
        "UPDATE watch SET adopted_at = '{now}'",
    ),
}


def left(schema: str, statements: tuple[str, ...], facts: Mapping[str, object]) -> str:
    """Return what a version of that schema had in its ledger."""
    later = [each.format(**facts) for since, added in ADDED.items() if since <= schema for each in added]
    return ";".join((*statements, *later))


def hashed(text: str) -> str:
    """Return the hash of a post that says this and no more."""
    return content_of(f"<p>{escape(text)}</p>", "", 0).hash


async def replaced(world: World, schema: str, statements: str) -> None:
    """Put the ledger that a version of that schema left in the place of the world's."""
    for file in world.ledger_path.parent.glob(f"{world.ledger_path.name}*"):
        file.unlink()
    assert not epoch_path(world.ledger_path).exists()
    await of_schema(world.ledger_path, schema, statements)


@pytest.mark.parametrize("schema", LEFT)
async def test_what_an_earlier_version_had_begun_goes_on(world: World, schema: str) -> None:
    arrived = await world.write("Kargo", "Kargom nerede?")  # written by the earlier version, whose answer was lost
    (case,) = world.deskie.cases()
    thread = world.forum.threads()[0]
    published = await world.answer(case.case_id, "<p>Dağıtımda.</p>")  # likewise
    await world.bridge_down()
    gone = world.forum.register("Zürafaperver", "a-password-of-invented-letters")
    theirs = world.forum.open_thread(gone, "Zürafam", "Beni unutun.").id
    unseen = world.forum.open_thread(world.deniz, "Fatura", "Faturam da yok.").id
    waiting = world.forum.reply(thread.id, world.deniz, "Hâlâ gelmedi.")
    untold = await world.deskie.agent_reply(case.case_id, "<p>Özür dileriz.</p>", ELIF) if schema >= "0004" else None
    unpublished = await world.deskie.agent_reply(case.case_id, "<p>Yarın gelir.</p>", ELIF)
    await world.deskie.webhooks_idle()
    assert len(world.ours()) == 1
    long_ago = f"{world.clock():%Y-%m-%d} 08:00:00.000000"
    at = f"{world.clock():%Y-%m-%d %H:%M:%S}.000000"
    world.clock.advance(hours=1)
    now = f"{world.clock():%Y-%m-%d %H:%M:%S}.000000"
    facts = {"url": world.url, "thread": thread.id, "author": world.deniz.id, "user": case.user_id, "at": at}
    facts |= {"case": case.case_id, "long_ago": long_ago, "now": now, "first": arrived, "digest": "of another password"}
    facts |= {"hash": forgetting.hash_of("k", "sandbox", str(gone.id)), "label": LABEL}
    facts |= {"amended": world.messages()[case.case_id][0].replace("Kargom nerede?", "Kargom acaba nerede?")}
    sent = {"state": "sending", "began": f"'{at}'"}
    not_sent = {"state": "waiting", "began": "NULL"}
    statements = (
        FORUM.format(**facts),
        THREAD.format(**facts),
        CONVERSATION.format(**facts),
        *(BODY.format(row, f"<p>{escape(said)}</p>", **facts) for row, said in ((arrived, "Kargom nerede?"),)),
        *(BODY.format(row, f"<p>{escape(said)}</p>", **facts) for row, said in ((waiting.id, "Hâlâ gelmedi."),)),
        *(BODY.format(row, text, **facts) for row, text in ((901, "<p>Dağıtımda.</p>"), (902, "<p>Yarın gelir.</p>"))),
        POST.format(arrived, opening=1, to="NULL", hash_of_text=hashed("Kargom nerede?"), **facts, **sent),
        POST.format(waiting.id, opening=0, to="NULL", hash_of_text=hashed("Hâlâ gelmedi."), **facts, **not_sent),
        ANSWER.format(published.message_id, 901, after=f"'{arrived}'", **facts, **sent),
        ANSWER.format(unpublished.message_id, 902, after="NULL", **facts, **not_sent),
    )
    await replaced(world, schema, left(schema, statements, facts))
    await world.bridge_up()
    for _ in range(12):
        await world.later(seconds=40)
    assert [world.times_delivered(post) for post in (arrived, waiting.id, theirs)] == [1, 1, 0]
    assert [await world.revisions(post) for post in (arrived, waiting.id)] == [1, 1]
    answers = 2 if untold is None else 3
    assert len(world.ours()) == answers
    assert await world.answer_states() == ["sent"] * answers
    async with world.ledger.reading() as db:
        assert await put_back.to_compare(db, "default") == []
    assert world.times_delivered(unseen) == ("0004" <= schema < "0007")  # since a watch is there, until it was adopted
    assert len(world.deskie.cases()) == 1 + world.times_delivered(unseen)
    notes = [each.content_html for each in world.deskie.messages(world.deskie.case(case.case_id)) if each.note]
    assert sum("answer 5.1, lost" in each for each in notes) == (schema >= "0002")
    assert (LABEL in world.deskie.case(case.case_id).labels) == (schema >= "0005")
    assert await drifted(world) == []
    assert any("acaba" in html for html in world.messages()[case.case_id]) == (schema >= "0007")


@pytest.mark.parametrize("another", [False, True])
async def test_an_account_that_was_refused_is_not_tried_again_by_a_new_version(world: World, another: bool) -> None:
    async with world.ledger.reading() as db:
        digest = (await forums.everyone(db))["sandbox"].sign_in_digest
    await world.bridge_down()
    assert digest
    facts = {
        "url": world.url,
        "digest": "of another password" if another else digest,
        "at": f"{world.clock():%Y-%m-%d %H:%M:%S}.000000",
    }
    refused = "UPDATE forum SET sign_in = 'refused', sign_in_digest = '{digest}', sign_in_at = '{at}'"
    await replaced(world, "0006", ";".join(each.format(**facts) for each in (FORUM, refused)))
    tries = world.forum.faults.next("POST /login", 500, None)
    await world.bridge_up()
    for _ in range(3):
        await world.later(minutes=10)
    assert (tries.hits > 0) == another
