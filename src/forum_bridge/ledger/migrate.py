"""Bringing a ledger to this code's schema: all migrations in one transaction, after a backup, or not at all.

``meta`` says the ``schema`` a ledger has and which code it is ``readable_from``: code of a lower schema refuses it,
code in between uses it as it is. Knows nothing of what the tables mean.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, select
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.errors import LedgerRefused
from forum_bridge.ledger.backup import backup
from forum_bridge.ledger.engine import migration_engine
from forum_bridge.ledger.finish import to_the_end
from forum_bridge.ledger.tables import meta

SCRIPTS = "forum_bridge.ledger:migrations"


@dataclass(frozen=True, slots=True)
class Standing:
    """What a ledger says of itself; ``schema`` 0 is an empty file."""

    schema: int
    readable_from: int


def configuration(scripts: str = SCRIPTS) -> Config:
    """Return Alembic's configuration, made here so that no ini file has to be found."""
    config = Config()
    config.set_main_option("script_location", scripts)
    return config


def newest(config: Config) -> int:
    """Return the schema that this code's last migration makes."""
    return int(ScriptDirectory.from_config(config).get_current_head() or 0)


async def standing(connection: AsyncConnection, ledger: Path) -> Standing:
    """Read what a ledger says of itself; ``LedgerRefused`` if it is a database of something else."""
    found = await connection.run_sync(_standing)
    if found is None:
        raise LedgerRefused(
            f"The file {ledger} is a database of another program, not a ledger.",
            explanation="Mend ledger.url; this file was not touched.",
        )
    return found


def refuse_newer(found: Standing, ledger: Path, schema: int) -> None:
    """Raise ``LedgerRefused`` if this code (of that schema) cannot use a ledger that a newer version changed."""
    if found.readable_from > schema:
        raise LedgerRefused(
            f"The ledger {ledger} was changed by a newer forum-bridge (schema {found.schema}, readable from"
            f" {found.readable_from}); this one knows {schema}.",
            explanation="Install that version again, or put back the backup beside the ledger"
            f" ({ledger.name}.before-….bak); what happened since it was made is lost then.",
        )


async def migrate(ledger: Path, scripts: str = SCRIPTS) -> None:
    """Bring the ledger to the newest schema; call it only while holding the lock. Raises ``LedgerRefused`` and whatever
    SQLAlchemy, SQLite or the system raise; then the ledger is as it was."""
    config = configuration(scripts)
    schema = newest(config)
    engine = migration_engine(ledger)
    try:
        async with engine.connect() as connection:
            found = await standing(connection, ledger)
        refuse_newer(found, ledger, schema)
        if found.schema >= schema:
            return
        if found.schema:
            copy = ledger.with_name(f"{ledger.name}.before-{schema:04}.bak")
            await to_the_end(asyncio.to_thread(backup, ledger, copy))
            structlog.get_logger().info("ledger_migrates", before=found.schema, after=schema, backup=str(copy))
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade, config, ledger)
    finally:
        await to_the_end(engine.dispose())


def _standing(connection: Connection) -> Standing | None:
    names = inspect(connection).get_table_names()
    if not names:
        return Standing(0, 0)
    if not {"meta", "alembic_version"} <= set(names):
        return None
    said = {row.key: row.value for row in connection.execute(select(meta))}
    return Standing(int(said["schema"]), int(said["readable_from"]))


def _upgrade(connection: Connection, config: Config, ledger: Path) -> None:
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise LedgerRefused(
            f"The ledger {ledger} could not be migrated: {len(broken)} rows would point to nothing.",
            explanation="The ledger is as it was. Go on with the version you had, and report this.",
        )
