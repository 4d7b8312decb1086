"""Inserting what may stand there already: the one place where SQLite and PostgreSQL need different statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

Row = Mapping[str, object]


def insert_ignore(db: AsyncConnection | Connection, table: Table, values: Row | Sequence[Row]) -> Insert:
    """Return an insert of one row or several that leaves a row with the same unique key as it is.

    Only a unique key is forgiven; a missing value or a broken foreign key still raises ``IntegrityError``.
    """
    return _insert(db, table, values).on_conflict_do_nothing()


def upsert(
    db: AsyncConnection | Connection, table: Table, values: Row, *, index_elements: Sequence[str], update: Row
) -> Insert:
    """Return an insert of ``values`` that instead sets ``update`` on the row with the same ``index_elements``."""
    return _insert(db, table, values).on_conflict_do_update(index_elements=index_elements, set_=dict(update))


def _insert(
    db: AsyncConnection | Connection, table: Table, values: Row | Sequence[Row]
) -> sqlite.Insert | postgresql.Insert:
    rows = dict(values) if isinstance(values, Mapping) else [dict(row) for row in values]
    if db.dialect.name == "postgresql":
        return postgresql.insert(table).values(rows)
    return sqlite.insert(table).values(rows)
