"""What forums send by themselves: each once, their authors' e-mails, and posts that are no more."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
READABLE_FROM = 2  # nothing that was there before means anything else

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the columns and the table."""
    with op.batch_alter_table("post") as post:
        post.add_column(sa.Column("author_email", sa.String(), nullable=True))
        post.add_column(sa.Column("deleted_at", INSTANT, nullable=True))
    op.create_table(
        "push",
        sa.Column("forum", sa.String(), nullable=False),
        sa.Column("push_id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("taken_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("forum", "push_id", name="pk_push"),
    )
    op.create_index("ix_push_taken_at", "push", ["taken_at"], unique=False)
