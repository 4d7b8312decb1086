"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
READABLE_FROM = 1

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "body",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("stored_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_body"),
    )
    op.create_table(
        "conversation",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("desk", sa.String(), nullable=False),
        sa.Column("forum", sa.String(), nullable=False),
        sa.Column("scope_key", sa.String(), nullable=False),
        sa.Column("thread_id", sa.String(), nullable=False),
        sa.Column("author_key", sa.String(), nullable=False),
        sa.Column("author_name", sa.String(), nullable=False),
        sa.Column("custom_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_conversation"),
        sa.UniqueConstraint("desk", "forum", "scope_key", name="uq_conversation_desk_forum_scope_key"),
    )
    op.create_index("ix_conversation_custom_id", "conversation", ["desk", "custom_id"], unique=False)
    op.create_index("ix_conversation_user_id", "conversation", ["desk", "user_id"], unique=False)
    op.create_table(
        "forum",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("identity", sa.String(), nullable=False),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("own_key", sa.String(), nullable=True),
        sa.Column("sign_in", sa.String(), nullable=True),
        sa.Column("sign_in_at", INSTANT, nullable=True),
        sa.Column("sign_in_detail", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_forum"),
    )
    op.create_table(
        "meta",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_meta"),
    )
    op.create_table(
        "thread_alias",
        sa.Column("forum", sa.String(), nullable=False),
        sa.Column("old_thread", sa.String(), nullable=False),
        sa.Column("thread_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("forum", "old_thread", name="pk_thread_alias"),
    )
    op.create_table(
        "watch",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("forum", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("began_at", INSTANT, nullable=False),
        sa.Column("since", INSTANT, nullable=True),
        sa.Column("cursor", sa.JSON(), nullable=True),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("interval", sa.Integer(), nullable=False),
        sa.Column("read_at", INSTANT, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_watch"),
        sa.UniqueConstraint("forum", "kind", "target", name="uq_watch_forum_kind_target"),
    )
    op.create_table(
        "answer",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("desk", sa.String(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("custom_id", sa.String(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("is_html", sa.Boolean(), nullable=False),
        sa.Column("body_id", ID, nullable=True),
        sa.Column("attachments", sa.JSON(), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("forum", sa.String(), nullable=True),
        sa.Column("conversation_id", ID, nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("first_tried_at", INSTANT, nullable=True),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("sending_at", INSTANT, nullable=True),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("after_post", sa.String(), nullable=True),
        sa.Column("receipt_post", sa.String(), nullable=True),
        sa.Column("receipt_url", sa.String(), nullable=True),
        sa.Column("receipt_state", sa.String(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name="fk_answer_body_id"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name="fk_answer_conversation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_answer"),
        sa.UniqueConstraint("desk", "message_id", name="uq_answer_desk_message_id"),
    )
    op.create_index("ix_answer_forum_state", "answer", ["forum", "state"], unique=False)
    op.create_index("ix_answer_receipt", "answer", ["forum", "receipt_post"], unique=False)
    op.create_table(
        "desk_case",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("desk", sa.String(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("state_at", INSTANT, nullable=False),
        sa.Column("absorbed_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name="fk_desk_case_conversation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_desk_case"),
        sa.UniqueConstraint("desk", "case_id", name="uq_desk_case_desk_case_id"),
    )
    op.create_index("ix_desk_case_conversation_id", "desk_case", ["conversation_id"], unique=False)
    op.create_table(
        "post",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("forum", sa.String(), nullable=False),
        sa.Column("post_id", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.String(), nullable=False),
        sa.Column("author_key", sa.String(), nullable=False),
        sa.Column("author_name", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("opening", sa.Boolean(), nullable=False),
        sa.Column("written_at", INSTANT, nullable=True),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("body_id", ID, nullable=True),
        sa.Column("body_hash", sa.String(), nullable=False),
        sa.Column("attachments", sa.JSON(), nullable=False),
        sa.Column("conversation_id", ID, nullable=True),
        sa.Column("as_note", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("first_tried_at", INSTANT, nullable=True),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("sending_at", INSTANT, nullable=True),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("file_tries", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name="fk_post_body_id"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name="fk_post_conversation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_post"),
        sa.UniqueConstraint("forum", "post_id", "revision", name="uq_post_forum_post_id_revision"),
    )
    op.create_index("ix_post_case_id", "post", ["case_id"], unique=False)
    op.create_index("ix_post_conversation_id_state", "post", ["conversation_id", "state"], unique=False)
    op.create_index("ix_post_number", "post", ["forum", "number"], unique=False)
    op.create_index("ix_post_thread", "post", ["forum", "thread_id"], unique=False)
    op.create_table(
        "thread",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("forum", sa.String(), nullable=False),
        sa.Column("thread_id", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("starter_key", sa.String(), nullable=True),
        sa.Column("starter_name", sa.String(), nullable=True),
        sa.Column("opening_url", sa.String(), nullable=True),
        sa.Column("opening_body", ID, nullable=True),
        sa.Column("locked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["opening_body"], ["body.id"], name="fk_thread_opening_body"),
        sa.PrimaryKeyConstraint("id", name="pk_thread"),
        sa.UniqueConstraint("forum", "thread_id", name="uq_thread_forum_thread_id"),
    )
