"""How often an answer was written and did not stand there: other failures are no reason to give it up."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
READABLE_FROM = 2  # an older version counts all failures instead


def upgrade() -> None:
    """Add the column."""
    with op.batch_alter_table("answer") as answer:
        answer.add_column(sa.Column("lost_writes", sa.Integer(), nullable=False, server_default="0"))
