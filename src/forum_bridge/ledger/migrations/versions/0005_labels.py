"""What agents are told, by labels on cases as well: which label a note puts on its case, or takes off."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
READABLE_FROM = 2  # an older version writes the notes, only without their labels


def upgrade() -> None:
    """Add the columns."""
    with op.batch_alter_table("agent_note") as note:
        note.add_column(sa.Column("label", sa.String(), nullable=True))
        note.add_column(sa.Column("takes_off", sa.Boolean(), nullable=False, server_default="0"))
