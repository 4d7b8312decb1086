"""Migrations of the ledger, run by Alembic at start: a numbered file each in ``versions``, run in order.

To add one, change ``tables.py``, then write ``versions/0002_what_it_does.py`` with ``revision = "0002"``,
``down_revision = "0001"``, ``READABLE_FROM`` and ``upgrade()``; ``tests/ledger/test_migrate.py`` fails until both agree
and prints the code that is missing. What SQLite cannot alter goes through ``op.batch_alter_table``. ``READABLE_FROM``
is the lowest schema whose code can still use the ledger: keep the last one's number where something is only added, and
raise it where something is taken away or changes its meaning, never in the same release that stopped using it.
"""
