"""Up to where each channel's changes were listed, and which change of a case was compared: one moment for all channels
passed over what was answered in one that was away."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
READABLE_FROM = 2  # an older version goes on from the one moment that it knew

INSTANT = sa.DateTime(timezone=True)
KEY = "reconciled:"
OVERLAP = timedelta(minutes=10)  # so far before its moment an older version began to list


def upgrade() -> None:
    """Add the tables; what was compared so far goes on from there, in whichever channel its forum is."""
    listed = op.create_table(
        "channel_listed",
        sa.Column("desk", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("forum", sa.String(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("desk", "channel", "forum", name="pk_channel_listed"),
    )
    op.create_table(
        "case_change",
        sa.Column("desk", sa.String(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("desk", "case_id", name="pk_case_change"),
    )
    db = op.get_bind()
    forums = list(db.execute(sa.text("SELECT name FROM forum")).scalars())
    marks = db.execute(sa.text("SELECT key, value FROM meta WHERE key LIKE :keys"), {"keys": f"{KEY}%"})
    rows = [
        {"desk": key.removeprefix(KEY), "channel": "", "forum": forum, "since": _since(value)}
        for key, value in marks
        for forum in forums
    ]
    if rows:
        op.bulk_insert(listed, rows)


def _since(mark: str) -> datetime:
    return datetime.fromisoformat(mark).astimezone(UTC) - OVERLAP
