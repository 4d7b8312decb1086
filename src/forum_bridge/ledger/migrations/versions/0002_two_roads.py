"""Private threads and answers, answers in parts, profiles to link, posts by our own people, notes to agents."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
READABLE_FROM = 2  # an older version would take every part of an answer for the whole

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), server_default="0", nullable=False)


def upgrade() -> None:
    """Add the columns and the table."""
    with op.batch_alter_table("thread") as thread:
        thread.add_column(_flag("private"))
    with op.batch_alter_table("conversation") as conversation:
        conversation.add_column(sa.Column("link_state", sa.String(), nullable=True))
        conversation.add_column(sa.Column("link_due_at", INSTANT, nullable=True))
    with op.batch_alter_table("post") as post:
        post.add_column(_flag("by_agent"))
        post.add_column(sa.Column("moved_at", INSTANT, nullable=True))
        post.create_index("ix_post_url", ["url"], unique=False)
        post.create_index("ix_post_message_id", ["message_id"], unique=False)
    with op.batch_alter_table("answer") as answer:
        answer.add_column(sa.Column("part", sa.Integer(), server_default="1", nullable=False))
        answer.add_column(sa.Column("parts", sa.Integer(), server_default="1", nullable=False))
        answer.add_column(sa.Column("split_of", ID, nullable=True))
        answer.add_column(_flag("private"))
        answer.add_column(_flag("files_linked"))
        answer.create_foreign_key("fk_answer_split_of", "answer", ["split_of"], ["id"])
        answer.drop_constraint("uq_answer_desk_message_id", type_="unique")
        answer.create_unique_constraint("uq_answer_desk_message_id_part", ["desk", "message_id", "part"])
    op.create_table(
        "agent_note",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("desk", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("stored_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("first_tried_at", INSTANT, nullable=True),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("sending_at", INSTANT, nullable=True),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_agent_note"),
        sa.UniqueConstraint("desk", "key", name="uq_agent_note_desk_key"),
    )
    op.create_index("ix_agent_note_desk_state", "agent_note", ["desk", "state"], unique=False)
