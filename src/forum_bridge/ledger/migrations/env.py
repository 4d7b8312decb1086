"""Run by Alembic: migrates in the transaction it is handed, and has each migration sign its schema in ``meta``."""

from alembic import context

from forum_bridge.ledger.migrations.signing import sign

context.configure(
    connection=context.config.attributes["connection"],
    on_version_apply=sign,
)
context.run_migrations()
