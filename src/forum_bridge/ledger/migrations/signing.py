"""What a migration leaves in ``meta`` when it ran: the schema it made and which code can still use it."""

from __future__ import annotations

from alembic.runtime.migration import MigrationContext, MigrationInfo
from alembic.script import Script
from sqlalchemy import select

from forum_bridge.ledger.tables import meta
from forum_bridge.ledger.upsert import upsert


def sign(
    ctx: MigrationContext,
    step: MigrationInfo,
    heads: object,  # noqa: ARG001 Alembic hands it over by name
    run_args: object,  # noqa: ARG001 as above
) -> None:
    """Write ``schema`` (the revision as a number) and ``readable_from``: the migration's own ``READABLE_FROM``, or what
    stands there if that is higher, for what happened in the ledger may have raised it."""
    connection, script = ctx.connection, step.up_revision
    if connection is None or not isinstance(script, Script):
        raise TypeError("a migration is signed over a connection, by its own script")
    said = select(meta.c.value).where(meta.c.key == "readable_from")
    readable_from = max(int(connection.execute(said).scalar_one_or_none() or 0), script.module.READABLE_FROM)
    for key, number in (("schema", int(script.revision)), ("readable_from", readable_from)):
        value = {"value": str(number)}
        connection.execute(upsert(connection, meta, {"key": key, **value}, index_elements=["key"], update=value))
