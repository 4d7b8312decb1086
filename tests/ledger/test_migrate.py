"""Migrations: they make what the tables say, all of it or nothing, and a newer ledger is not misread."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from collections.abc import Awaitable, Callable
from contextlib import closing
from importlib.resources import files
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata, produce_migrations, render_python_code
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.errors import LedgerRefused
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.migrate import configuration, migrate, newest
from forum_bridge.ledger.tables import metadata
from forum_bridge.model import Clock

Note = Callable[[str], Callable[[AsyncConnection], Awaitable[str]]]
Next = Callable[[str], str]
HEAD = newest(configuration())
BACKUP = f"ledger.db.before-{HEAD + 1:04}.bak"


@pytest.fixture
def with_next(tmp_path: Path) -> Next:
    """Make a copy of the migrations with one more, whose ``upgrade`` runs the given statements."""

    def make(body: str) -> str:
        scripts = tmp_path / "migrations"
        shutil.copytree(str(files("forum_bridge.ledger") / "migrations"), scripts)
        revision = f"{HEAD + 1:04}"
        lines = [
            "import sqlalchemy as sa",
            "from alembic import op",
            f"revision, down_revision, READABLE_FROM = '{revision}', '{HEAD:04}', {HEAD + 1}",
            "def upgrade() -> None:",
            *(f"    {line}" for line in body.splitlines()),
        ]
        (scripts / "versions" / f"{revision}_next.py").write_text("\n".join(lines))
        return str(scripts)

    return make


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def said(path: Path) -> dict[object, object]:
    return {row[0]: row[1] for row in rows(path, "SELECT * FROM meta WHERE key IN ('schema', 'readable_from')")}


async def test_migrations_make_exactly_the_tables(path: Path, clock: Clock) -> None:
    def compare(connection: Connection) -> str:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        if not compare_metadata(context, metadata):
            return ""
        missing = produce_migrations(context, metadata).upgrade_ops
        assert missing is not None
        return render_python_code(missing, render_as_batch=True)

    async with Ledger.open(path, clock) as ledger:
        missing = await ledger.commit(lambda connection: connection.run_sync(compare))
    assert not missing, f"tables.py and the migrations differ; a migration would do this:\n{missing}"


async def test_a_new_ledger_is_signed_and_needs_no_backup(path: Path, clock: Clock) -> None:
    async with Ledger.open(path, clock):
        pass
    assert said(path) == {"schema": str(HEAD), "readable_from": "2"}
    assert not list(path.parent.glob("*.bak"))


async def test_opening_again_migrates_nothing(path: Path, clock: Clock) -> None:
    for _ in range(2):
        async with Ledger.open(path, clock):
            pass
    assert not list(path.parent.glob("*.bak"))


async def test_a_change_of_schema_comes_after_a_backup(path: Path, clock: Clock, note: Note, with_next: Next) -> None:
    async with Ledger.open(path, clock) as ledger:
        await ledger.commit(note("Gökçe"))
        scripts = with_next("with op.batch_alter_table('meta') as t:\n    t.add_column(sa.Column('colour', sa.Text()))")
    await migrate(path, scripts)
    assert rows(path, "SELECT colour FROM meta WHERE key = 'Gökçe'") == [(None,)]
    assert said(path) == {"schema": f"{HEAD + 1}", "readable_from": f"{HEAD + 1}"}
    copy = path.with_name(BACKUP)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert said(copy) == {"schema": f"{HEAD}", "readable_from": "2"}
    assert rows(copy, "SELECT count(*) FROM meta WHERE key = 'Gökçe'") == [(1,)]
    assert rows(copy, "PRAGMA integrity_check") == [("ok",)]


async def test_a_table_others_point_to_can_be_rebuilt(path: Path, clock: Clock, with_next: Next) -> None:
    async with Ledger.open(path, clock) as ledger:
        await ledger.commit(two_rows)
    scripts = with_next(
        "with op.batch_alter_table('body', recreate='always') as t:\n    t.alter_column('html', nullable=True)"
    )
    await migrate(path, scripts)
    assert rows(path, "SELECT count(*) FROM body JOIN thread ON thread.opening_body = body.id") == [(1,)]


async def test_a_migration_that_fails_midway_leaves_everything_as_it_was(
    path: Path, clock: Clock, note: Note, with_next: Next
) -> None:
    async with Ledger.open(path, clock) as ledger:
        await ledger.commit(note("Gökçe"))
    before = rows(path, "SELECT * FROM sqlite_master ORDER BY name")
    scripts = with_next("op.create_table('half', sa.Column('id', sa.Integer()))\nop.drop_table('nowhere')")
    with pytest.raises(OperationalError, match="no such table"):
        await migrate(path, scripts)
    assert rows(path, "SELECT * FROM sqlite_master ORDER BY name") == before
    assert said(path)["schema"] == f"{HEAD}"
    async with Ledger.open(path, clock) as ledger:
        await ledger.probe()


async def test_a_migration_that_breaks_a_reference_is_refused(path: Path, clock: Clock, with_next: Next) -> None:
    async with Ledger.open(path, clock) as ledger:
        await ledger.commit(two_rows)
    with pytest.raises(LedgerRefused, match="1 rows would point to nothing"):
        await migrate(path, with_next("op.execute('DELETE FROM body')"))
    assert rows(path, "SELECT count(*) FROM body") == [(1,)]


@pytest.mark.parametrize("read_only", [False, True])
async def test_a_ledger_this_code_cannot_read_is_refused(path: Path, clock: Clock, read_only: bool) -> None:
    await later(path, clock, readable_from=HEAD + 1)
    before = path.read_bytes()
    with pytest.raises(LedgerRefused, match="changed by a newer forum-bridge") as refused:
        async with Ledger.open(path, clock, read_only=read_only):
            pass
    assert "Install that version" in refused.value.explanation
    assert path.read_bytes() == before


@pytest.mark.parametrize("read_only", [False, True])
async def test_a_newer_ledger_this_code_can_read_is_used_as_it_is(path: Path, clock: Clock, read_only: bool) -> None:
    await later(path, clock, readable_from=HEAD)
    async with Ledger.open(path, clock, read_only=read_only) as ledger:
        await ledger.probe()
    assert said(path) == {"schema": f"{HEAD + 5}", "readable_from": f"{HEAD}"}


async def test_an_older_ledger_is_not_misread_beside_its_owner(path: Path, clock: Clock) -> None:
    async with Ledger.open(path, clock):
        pass
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE meta SET value = '0' WHERE key = 'readable_from'")
        connection.execute("UPDATE meta SET value = ? WHERE key = 'schema'", (f"{HEAD - 1}",))
    match = "There is no ledger" if HEAD == 1 else "still has schema"
    with pytest.raises(LedgerRefused, match=match):
        async with Ledger.open(path, clock, read_only=True):
            pass


async def two_rows(connection: AsyncConnection) -> None:
    """Write a thread and the body it points to."""
    await connection.exec_driver_sql("INSERT INTO body (id, html, stored_at) VALUES (1, '<p>Selam</p>', '2026-11-22')")
    await connection.exec_driver_sql(
        "INSERT INTO thread (forum, thread_id, url, title, opening_body, locked) VALUES ('f', '1', 'u', 'Çay', 1, 0)"
    )


async def later(path: Path, clock: Clock, *, readable_from: int) -> None:
    """Leave a ledger as a later version would."""
    async with Ledger.open(path, clock):
        pass
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE meta SET value = ? WHERE key = 'schema'", (f"{HEAD + 5}",))
        connection.execute("UPDATE meta SET value = ? WHERE key = 'readable_from'", (f"{readable_from}",))
        connection.execute("UPDATE alembic_version SET version_num = ?", (f"{HEAD + 5:04}",))
