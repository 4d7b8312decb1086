"""Engines on one SQLite file with the transactions, waits and durability that the ledger promises.

SQLAlchemy begins each transaction itself, because the driver would leave reads and DDL outside of one
(https://docs.sqlalchemy.org/en/21/dialects/sqlite.html#sqlite-enabling-transactions).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from forum_bridge.errors import LedgerRefused

BUSY_SECONDS = 5.0  # how long a lock of another program (an sqlite3 shell) is waited for
READERS = 4


def writer_engine(ledger: Path, *, busy: float = BUSY_SECONDS) -> AsyncEngine:
    """Return the engine of the one writer: one connection, WAL, a commit is on the disk when it returns. What
    is deleted is overwritten, not only marked as free: it may be somebody's words."""
    pragmas = ("PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON", "PRAGMA secure_delete=ON")
    return _engine(ledger, "rw", "BEGIN IMMEDIATE", pragmas, busy=busy, wal=True)


def migration_engine(ledger: Path) -> AsyncEngine:
    """Return an engine that may rebuild tables: foreign keys are off, the journal stays what it is."""
    pragmas = ("PRAGMA synchronous=FULL", "PRAGMA foreign_keys=OFF")
    return _engine(ledger, "rw", "BEGIN IMMEDIATE", pragmas, busy=BUSY_SECONDS)


def reader_engine(ledger: Path) -> AsyncEngine:
    """Return an engine whose transactions see one moment of the ledger and cannot write."""
    return _engine(ledger, "ro", "BEGIN", (), busy=BUSY_SECONDS, size=READERS)


def _engine(
    ledger: Path, mode: str, begin: str, pragmas: Sequence[str], *, busy: float, wal: bool = False, size: int = 1
) -> AsyncEngine:
    place = URL.create("sqlite+aiosqlite", database=f"file:{quote(str(ledger))}", query={"mode": mode, "uri": "true"})
    engine = create_async_engine(
        place, connect_args={"timeout": busy}, pool_size=size, max_overflow=0, hide_parameters=True
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        if wal:
            _write_ahead(connection, ledger)
        for pragma in pragmas:
            _execute(connection, pragma)

    @event.listens_for(engine.sync_engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _write_ahead(connection: DBAPIConnection, ledger: Path) -> None:
    if _execute(connection, "PRAGMA journal_mode=WAL") != ("wal",):
        raise LedgerRefused(
            f"The ledger {ledger} cannot be opened: its file system does not allow a write-ahead log.",
            explanation="Move ledger.url to a local disk; network shares do not work.",
        )


def _execute(connection: DBAPIConnection, statement: str) -> object:
    cursor = connection.cursor()
    try:
        cursor.execute(statement)
        return cursor.fetchone()
    finally:
        cursor.close()
