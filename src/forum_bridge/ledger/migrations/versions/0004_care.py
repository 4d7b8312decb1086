"""What a ledger needs to be put back safely and to forget people: cases to compare once more, tombstones."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
READABLE_FROM = 2  # what was there before means what it meant; `forget` raises it where an older version would remember

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the columns and the tables."""
    with op.batch_alter_table("post") as post:
        post.add_column(sa.Column("forgotten_at", INSTANT, nullable=True))
    with op.batch_alter_table("thread") as thread:
        thread.add_column(sa.Column("forgotten_at", INSTANT, nullable=True))
    op.create_index("ix_body_stored_at", "body", ["stored_at"], unique=False)
    op.create_table(
        "recompare",
        sa.Column("desk", sa.String(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("desk", "case_id", name="pk_recompare"),
    )
    op.create_table(
        "forgotten",
        sa.Column("forum", sa.String(), nullable=False),
        sa.Column("author_hash", sa.String(), nullable=False),
        sa.Column("forgotten_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("forum", "author_hash", name="pk_forgotten"),
    )
