"""Inserts that meet a row of the same key, on both dialects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, create_engine, make_url, select
from sqlalchemy.engine.mock import MockConnection
from sqlalchemy.exc import IntegrityError

from forum_bridge.ledger.upsert import insert_ignore, upsert

table = Table(
    "customer",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("town", String),
)


@pytest.fixture
def db() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        table.metadata.create_all(connection)
        yield connection
    engine.dispose()


def rows(db: Connection) -> list[tuple[str, str | None]]:
    return [(row.name, row.town) for row in db.execute(select(table).order_by(table.c.id))]


def test_insert_ignore_keeps_the_row_that_stands(db: Connection) -> None:
    db.execute(insert_ignore(db, table, {"name": "Işıl", "town": "İzmir"}))
    db.execute(insert_ignore(db, table, [{"name": "Işıl", "town": "Bolu"}, {"name": "Oğuz", "town": "Muş"}]))
    assert rows(db) == [("Işıl", "İzmir"), ("Oğuz", "Muş")]


def test_insert_ignore_forgives_nothing_but_the_key(db: Connection) -> None:
    with pytest.raises(IntegrityError):
        db.execute(insert_ignore(db, table, {"name": None}))


def test_upsert_changes_only_what_update_names(db: Connection) -> None:
    for town in ("İzmir", "Bolu"):
        values = {"name": "Işıl", "town": town}
        db.execute(upsert(db, table, {"id": len(town), **values}, index_elements=["name"], update={"town": town}))
    assert db.execute(select(table)).all() == [(5, "Işıl", "Bolu")]


def test_postgresql_gets_its_own_statement() -> None:
    dialect = make_url("postgresql+asyncpg://").get_dialect()()
    db = cast("Connection", MockConnection(dialect, print))
    ignoring = insert_ignore(db, table, {"name": "Işıl"}).compile(dialect=dialect)
    changing = upsert(db, table, {"name": "Işıl"}, index_elements=["name"], update={"town": "Bolu"})
    assert "ON CONFLICT DO NOTHING" in str(ignoring)
    assert "ON CONFLICT (name) DO UPDATE SET town" in str(changing.compile(dialect=dialect))
    assert type(changing).__module__.startswith("sqlalchemy.dialects.postgresql")
