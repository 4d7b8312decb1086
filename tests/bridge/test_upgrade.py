"""A ledger that an earlier version left in the middle of its work is taken over: what was written is found, what was
not is written, each once."""

from __future__ import annotations

from html import escape

import pytest
from tests.bridge.world import ELIF, World
from tests.ledger.test_upgrade import of_schema

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
    " 'x', '[]', 1, 0, '{state}', 0, {began}, {to}, 0)"
)
BODY = "INSERT INTO body (id, html, stored_at) VALUES ({0}, '{1}', '{at}')"
ANSWER = (
    "INSERT INTO answer (desk, message_id, case_id, staff_id, origin, is_html, body_id, attachments, received_at,"
    " forum, conversation_id, state, attempts, sending_at, after_post)"
    " VALUES ('default', {0}, {case}, 905, 'agent', 1, {1}, '[]', '{at}', 'sandbox', 1, '{state}', 0, {began}, {after})"
)


@pytest.mark.parametrize("schema", ["0001", "0002", "0003"])
async def test_what_an_earlier_version_had_begun_goes_on(world: World, schema: str) -> None:
    arrived = await world.write("Kargo", "Kargom nerede?")  # written by the earlier version, whose answer was lost
    (case,) = world.deskie.cases()
    thread = world.forum.threads()[0]
    published = await world.answer(case.case_id, "<p>Dağıtımda.</p>")  # likewise
    await world.bridge_down()
    waiting = world.forum.reply(thread.id, world.deniz, "Hâlâ gelmedi.")
    unpublished = await world.deskie.agent_reply(case.case_id, "<p>Yarın gelir.</p>", ELIF)
    await world.deskie.webhooks_idle()
    assert len(world.ours()) == 1

    at = f"{world.clock():%Y-%m-%d %H:%M:%S}.000000"
    facts = {"url": world.url, "thread": thread.id, "author": world.deniz.id, "user": case.user_id, "at": at}
    facts |= {"case": case.case_id}
    sent = {"state": "sending", "began": f"'{at}'"}
    not_sent = {"state": "waiting", "began": "NULL"}
    statements = (
        FORUM.format(**facts),
        THREAD.format(**facts),
        CONVERSATION.format(**facts),
        *(BODY.format(row, f"<p>{escape(said)}</p>", **facts) for row, said in ((arrived, "Kargom nerede?"),)),
        *(BODY.format(row, f"<p>{escape(said)}</p>", **facts) for row, said in ((waiting.id, "Hâlâ gelmedi."),)),
        *(BODY.format(row, text, **facts) for row, text in ((901, "<p>Dağıtımda.</p>"), (902, "<p>Yarın gelir.</p>"))),
        POST.format(arrived, opening=1, to="NULL", **facts, **sent),
        POST.format(waiting.id, opening=0, to="NULL", **facts, **not_sent),
        ANSWER.format(published.message_id, 901, after=f"'{arrived}'", **facts, **sent),
        ANSWER.format(unpublished.message_id, 902, after="NULL", **facts, **not_sent),
    )
    for file in world.ledger_path.parent.glob(f"{world.ledger_path.name}*"):
        file.unlink()
    assert not epoch_path(world.ledger_path).exists()
    await of_schema(world.ledger_path, schema, ";".join(statements))
    await world.bridge_up()
    for _ in range(6):
        await world.later(seconds=40)
    assert [world.times_delivered(post) for post in (arrived, waiting.id)] == [1, 1]
    assert len(world.deskie.cases()) == 1
    assert len(world.ours()) == 2
    assert await world.answer_states() == ["sent", "sent"]
