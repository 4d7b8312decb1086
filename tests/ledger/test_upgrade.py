"""A ledger that an earlier version left opens here, with what was in flight."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory

from forum_bridge.ledger import (
    agent_notes,
    alerts,
    answers,
    changes,
    conversations,
    drift,
    forgetting,
    forums,
    posts,
    pushes,
    put_back,
    threads,
    trail,
    watches,
)
from forum_bridge.ledger.engine import migration_engine
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.migrate import configuration, newest
from forum_bridge.ledger.states import State
from forum_bridge.ledger.trail import Step
from forum_bridge.model import Clock

AT = "2026-11-20 10:00:00.000000"
FIRST = f"""
INSERT INTO body (id, html, stored_at) VALUES (1, '<p>İade nerede?</p>', '{AT}'), (2, '<p>Yolda.</p>', '{AT}');
INSERT INTO thread (id, forum, thread_id, url, title, locked) VALUES (1, 'f', '7', 'https://f.example/t/7', 'İade', 0);
INSERT INTO conversation (id, desk, forum, scope_key, thread_id, author_key, author_name, custom_id, user_id)
  VALUES (1, 'default', 'f', '7|3', '7', '3', 'Gökçe', 'f:3', 501);
INSERT INTO post (id, forum, post_id, number, revision, thread_id, author_key, author_name, url, opening, seen_at,
  body_id, body_hash, attachments, conversation_id, as_note, state, attempts, sending_at, file_tries)
  VALUES (1, 'f', '70', 70, 1, '7', '3', 'Gökçe', 'https://f.example/p/70', 1, '{AT}', 1, 'x', '[]', 1, 0, 'sending',
  0, '{AT}', 0);
INSERT INTO answer (id, desk, message_id, case_id, staff_id, origin, is_html, body_id, attachments, received_at, forum,
  conversation_id, state, attempts, sending_at)
  VALUES (1, 'default', 9001, 801, 905, 'agent', 1, 2, '[]', '{AT}', 'f', 1, 'unclear', 1, '{AT}');
"""


async def of_schema(path: Path, schema: str, statements: str) -> None:
    """Make a ledger as the version of that schema left it."""
    path.touch()
    engine = migration_engine(path)
    config = configuration()
    async with engine.begin() as connection:

        def make(sync: object) -> None:
            config.attributes["connection"] = sync
            command.upgrade(config, schema)

        await connection.run_sync(make)
    await engine.dispose()
    with closing(sqlite3.connect(path)) as file, file:
        file.executescript(statements)


async def test_a_ledger_of_the_first_schema_opens_with_what_was_in_flight(path: Path, clock: Clock) -> None:
    await of_schema(path, "0001", FIRST)
    async with Ledger.open(path, clock) as ledger, ledger.reading() as db:
        (post,) = await posts.undelivered(db, 1)
        (answer,) = await answers.unpublished(db, "f")
        owner = await conversations.get(db, 1)
        thread = await threads.get(db, "f", "7")
    assert (post.state, post.html, post.by_agent) == (State.SENDING, "<p>İade nerede?</p>", False)
    assert post.sending_at == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert (answer.state, answer.body, answer.part, answer.parts) == (State.UNCLEAR, "<p>Yolda.</p>", 1, 1)
    assert not answer.private
    assert (owner.user_id, owner.link_state) == (501, None)
    assert (post.author_email, post.deleted_at) == (None, None)
    assert thread is not None and not thread.ref.private
    assert path.with_name(f"ledger.db.before-{newest(configuration()):04}.bak").exists()


SECOND = f"""
{FIRST}
UPDATE answer SET parts = 2, private = 0;
INSERT INTO body (id, html, stored_at) VALUES (3, '<p>Devamı.</p>', '{AT}');
INSERT INTO answer (id, desk, message_id, part, parts, split_of, case_id, staff_id, origin, is_html, body_id,
  attachments, received_at, forum, conversation_id, state, attempts, private, files_linked)
  VALUES (2, 'default', 9001, 2, 2, 1, 801, 905, 'agent', 1, 3, '[]', '{AT}', 'f', 1, 'waiting', 0, 0, 0);
INSERT INTO agent_note (id, desk, key, case_id, html, stored_at, state, attempts, sending_at)
  VALUES (1, 'default', 'answer 9001.1, 2026-11-20 10:00:00', 801, '<p>Not</p>', '{AT}', 'sending', 0, '{AT}');
UPDATE conversation SET link_state = 'waiting', link_due_at = '{AT}';
"""
THIRD = f"""
{SECOND}
UPDATE post SET author_email = 'gokce@example.com', deleted_at = '{AT}';
INSERT INTO push (forum, push_id, digest, taken_at) VALUES ('f', 'msg-1', 'abc', '{AT}');
"""
FOURTH = f"""
{THIRD}
INSERT INTO recompare (desk, case_id) VALUES ('default', 801);
INSERT INTO forgotten (forum, author_hash, forgotten_at) VALUES ('f', 'ab12', '{AT}');
INSERT INTO post (id, forum, post_id, number, revision, thread_id, author_key, author_name, url, opening, seen_at,
  body_hash, attachments, as_note, state, attempts, file_tries, reason, forgotten_at)
  VALUES (2, 'f', '71', 71, 1, '7', 'forgotten:ab12', '', '', 0, '{AT}', 'y', '[]', 0, 'ignored', 0, 0, 'x', '{AT}');
"""
FIFTH = f"{FOURTH} UPDATE agent_note SET label = 'acil', takes_off = 1;"
SIXTH = f"""
{FIFTH}
INSERT INTO forum (name, url, identity, conversation, sign_in, sign_in_at, sign_in_since, sign_in_tries,
  sign_in_digest, signed_out)
  VALUES ('f', 'https://f.example', 'author', 'author_in_thread', 'refused', '{AT}', '{AT}', 2, 'cd34', 3);
INSERT INTO watch (id, forum, kind, target, began_at, cursor, due_at, interval, failures)
  VALUES (1, 'f', 'board', 'https://f.example/b/1', '{AT}', '{{"seen": 70}}', '{AT}', 60, 0);
INSERT INTO drift (forum, watch_id, place, what, hard, since, seen_at, times, detail, page, url)
  VALUES ('f', 1, 'https://f.example/t/7', 'unreadable', 1, '{AT}', '{AT}', 2, 'no post', 'f/1-x.html', 'https://f');
INSERT INTO alert (channel, kind, subject, since, due_at, tries, sending_at)
  VALUES ('deskie', 'drift', 'f', '{AT}', '{AT}', 1, '{AT}');
"""
SEVENTH = f"""
{SIXTH}
UPDATE agent_note SET amends_url = 'https://f.example/p/70', amended = '<p>Düzeltildi</p>';
UPDATE watch SET adopted_at = '{AT}';
UPDATE thread SET adopted_at = '{AT}';
INSERT INTO trail (road, item, step, detail, at, last_at, times)
  VALUES ('answer', 1, 'unclear', 'the connection ended', '{AT}', '{AT}', 4);
"""
EIGHTH = f"""
{SEVENTH}
UPDATE answer SET lost_writes = 2;
INSERT INTO meta (key, value) VALUES ('reconciled:default', '2026-11-20T10:00:00+00:00');
"""
NINTH = f"{EIGHTH} UPDATE watch SET highest = 70;"
LEFT = {
    "0001": FIRST,
    "0002": SECOND,
    "0003": THIRD,
    "0004": FOURTH,
    "0005": FIFTH,
    "0006": SIXTH,
    "0007": SEVENTH,
    "0008": EIGHTH,
    "0009": NINTH,
}
"""What versions of each schema left in the middle of their work."""
THEN = datetime(2026, 11, 20, 10, tzinfo=UTC)


def earlier() -> list[str]:
    """Return every schema but the newest, the oldest first."""
    return sorted(each.revision for each in ScriptDirectory.from_config(configuration()).walk_revisions())[:-1]


def test_no_schema_is_left_out() -> None:
    assert list(LEFT) == earlier()


@pytest.mark.parametrize("schema", list(LEFT)[1:])
async def test_later_schemas_open_with_what_was_in_flight(path: Path, clock: Clock, schema: str) -> None:
    await of_schema(path, schema, LEFT[schema])
    async with Ledger.open(path, clock) as ledger, ledger.reading() as db:
        (post,) = await posts.undelivered(db, 1)
        turn = await answers.unpublished(db, "f")
        second = await answers.get(db, 2)
        (note,) = await agent_notes.unwritten(db, "default")
        owner = await conversations.get(db, 1)
        pushed = await pushes.digest_of(db, "f", "msg-1")
        lost = await put_back.known(db)
    assert (post.state, post.html, post.forgotten_at) == (State.SENDING, "<p>İade nerede?</p>", None)
    assert [(row.id, row.state, row.part, row.parts) for row in turn] == [(1, State.UNCLEAR, 1, 2)]
    assert (second.state, second.split_of, second.body) == (State.WAITING, 1, "<p>Devamı.</p>")
    assert (note.state, note.html) == (State.SENDING, "<p>Not</p>")
    assert owner.link_state == "waiting"
    assert lost is None  # it was not put back, only taken over
    if schema >= "0003":
        assert (post.author_email, pushed) == ("gokce@example.com", "abc")


@pytest.mark.parametrize("schema", [each for each in LEFT if each >= "0004"])
async def test_what_later_schemas_added_is_there(path: Path, clock: Clock, schema: str) -> None:
    await of_schema(path, schema, LEFT[schema])
    async with Ledger.open(path, clock) as ledger, ledger.reading() as db:
        assert await put_back.to_compare(db, "default") == [801]
        assert await forgetting.those_forgotten(db, "f") == {"ab12": THEN}
        assert (await posts.latest(db, "f", ["71"]))["71"].forgotten_at == THEN
        (note,) = await agent_notes.unwritten(db, "default")
        (answer,) = await answers.unpublished(db, "f")
        assert answer.lost_writes == (2 if schema >= "0008" else 0)
        label = ("acil", True) if schema >= "0005" else (None, False)
        assert (note.label, note.takes_off) == label
        if schema >= "0006":
            known = (await forums.everyone(db))["f"]
            refused = (known.sign_in, known.sign_in_digest, known.sign_in_tries, known.signed_out)
            assert refused == ("refused", "cd34", 2, 3)
            (sight,) = await drift.of_forum(db, "f")
            assert (sight.sure, sight.page, sight.times) == (True, "f/1-x.html", 2)
            (alert,) = (await alerts.everything(db)).values()
            assert (alert.tries, alert.sending_at, alert.case_id) == (1, THEN, None)
        if schema >= "0007":
            assert (note.amends_url, note.amended) == ("https://f.example/p/70", "<p>Düzeltildi</p>")
            (watch,) = await watches.of_forum(db, "f")
            thread = await threads.get(db, "f", "7")
            assert watch.adopted_at == THEN
            assert thread is not None
            assert thread.adopted_at == THEN
            ((mark,),) = (await trail.of(db, "answer", [1])).values()
            assert (mark.step, mark.detail, mark.times) == (Step.UNCLEAR, "the connection ended", 4)
        if schema >= "0008":
            assert (await changes.strangers(db, "default", {"f": changes.ANY})) == {}


async def test_a_migration_does_not_let_older_versions_in_again(path: Path, clock: Clock) -> None:
    """Forgetting somebody shuts out the versions that would remember; a later change of schema must not undo that."""
    await of_schema(path, "0005", "UPDATE meta SET value = '4' WHERE key = 'readable_from'")
    async with Ledger.open(path, clock):
        pass
    with closing(sqlite3.connect(path)) as file:
        said = dict(file.execute("SELECT key, value FROM meta WHERE key IN ('schema', 'readable_from')"))
    assert said["readable_from"] == "4"
    assert int(said["schema"]) >= 6


WATCHED = f"""
{FIRST}
INSERT INTO post (id, forum, post_id, number, revision, thread_id, author_key, author_name, url, opening, seen_at,
  body_hash, attachments, as_note, state, attempts, file_tries)
  VALUES (2, 'f', 'pm-900', 900, 1, 'pm-9', '3', 'Gökçe', 'https://f.example/pm/900', 0, '{AT}', 'x', '[]', 0, 'old',
  0, 0);
INSERT INTO watch (id, forum, kind, target, began_at, due_at, interval, failures, read_at) VALUES
  (1, 'f', 'board', 'https://f.example/b/1', '{AT}', '{AT}', 60, 0, '{AT}'),
  (2, 'f', 'inbox', '', '{AT}', '{AT}', 60, 0, '{AT}'),
  (3, 'f', 'board', 'https://f.example/b/2', '{AT}', '{AT}', 60, 0, NULL);
"""


async def test_watches_that_were_read_go_on_from_the_posts_that_are_known(path: Path, clock: Clock) -> None:
    await of_schema(path, "0001", WATCHED)
    async with Ledger.open(path, clock) as ledger, ledger.reading() as db:
        rows = await watches.of_forum(db, "f")
    assert [row.highest for row in rows] == [70, 900, None]


@pytest.mark.parametrize(
    ("mark", "since"),
    [
        (datetime(2026, 11, 21, 9, tzinfo=UTC), datetime(2026, 11, 21, 8, 50, tzinfo=UTC)),
        (datetime(2026, 11, 24, 9, tzinfo=UTC), datetime(2026, 11, 15, 9, 30, tzinfo=UTC)),  # by a clock that was fast
    ],
)
async def test_answers_are_looked_for_from_where_an_earlier_version_was(
    path: Path, clock: Clock, mark: datetime, since: datetime
) -> None:
    forums = "".join(f"INSERT INTO forum (name, url, identity, conversation) VALUES ('{f}', '', '', '');" for f in "fg")
    meta = f"INSERT INTO meta (key, value) VALUES ('reconciled:default', '{mark.isoformat()}');"
    await of_schema(path, "0008", forums + meta)
    here = {"f": "cch42", "new": "cch42"}
    async with Ledger.open(path, clock) as ledger:
        await ledger.commit(lambda db: changes.take_over(db, "default", here, now=clock()))
        async with ledger.reading() as db:
            assert await changes.listed_since(db, "default", ["f", "g", "new"]) == {"cch42": since}
            assert await changes.strangers(db, "default", here) == {"cch42": ["new"]}
        late = {"g": "cch43"}  # it was not configured then
        await ledger.commit(lambda db: changes.take_over(db, "default", late, now=clock() + timedelta(days=9)))
        async with ledger.reading() as db:
            assert await changes.strangers(db, "default", late) == {}
