"""What became of an item on its way, messages that are to be edited on the desk, and what people dealt with
themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
READABLE_FROM = 2  # nothing that was there before means anything else

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the columns and the table."""
    for name in ("watch", "thread"):
        with op.batch_alter_table(name) as table:
            table.add_column(sa.Column("adopted_at", INSTANT, nullable=True))
    with op.batch_alter_table("agent_note") as note:
        note.add_column(sa.Column("amends_url", sa.String(), nullable=True))
        note.add_column(sa.Column("amended", sa.Text(), nullable=True))
    op.create_table(
        "trail",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("road", sa.String(), nullable=False),
        sa.Column("item", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_trail"),
    )
    op.create_index("ix_trail_item", "trail", ["road", "item"], unique=False)
