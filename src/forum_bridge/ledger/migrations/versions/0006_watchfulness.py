"""What the operator is told: forums that look otherwise, how signing in stands, and alerts that were sent."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
READABLE_FROM = 2  # nothing that was there before means anything else

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the columns and the tables."""
    with op.batch_alter_table("forum") as forum:
        forum.add_column(sa.Column("sign_in_since", INSTANT, nullable=True))
        forum.add_column(sa.Column("sign_in_next", INSTANT, nullable=True))
        forum.add_column(sa.Column("sign_in_tries", sa.Integer(), server_default="0", nullable=False))
        forum.add_column(sa.Column("sign_in_digest", sa.String(), nullable=True))
        forum.add_column(sa.Column("signed_out", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "drift",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("forum", sa.String(), nullable=False),
        sa.Column("watch_id", ID, nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("hard", sa.Boolean(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("page", sa.String(), nullable=True),
        sa.Column("url", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["watch_id"], ["watch.id"], name="fk_drift_watch_id"),
        sa.PrimaryKeyConstraint("id", name="pk_drift"),
        sa.UniqueConstraint("watch_id", "place", "what", name="uq_drift_watch_id_place_what"),
    )
    op.create_index("ix_drift_forum", "drift", ["forum", "hard"], unique=False)
    op.create_table(
        "alert",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("told_at", INSTANT, nullable=True),
        sa.Column("over_at", INSTANT, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sending_at", INSTANT, nullable=True),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("channel", "kind", "subject", name="pk_alert"),
    )
