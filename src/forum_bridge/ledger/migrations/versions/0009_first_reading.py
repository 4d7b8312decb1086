"""Up to which number posts were known when a watch was first read: what shows no time and is above it is new."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
READABLE_FROM = 2  # an older version compares with what it knows by then

KNOWN = """
    UPDATE watch SET highest = (
        SELECT MAX(number) FROM post
        WHERE post.forum = watch.forum AND (post.post_id LIKE 'pm-%') = (watch.kind = 'inbox')
    )
    WHERE read_at IS NOT NULL
"""


def upgrade() -> None:
    """Add the column; for watches of which that is not known, what is known today has to do."""
    with op.batch_alter_table("watch") as watch:
        watch.add_column(sa.Column("highest", sa.BigInteger(), nullable=True))
    op.execute(KNOWN)
