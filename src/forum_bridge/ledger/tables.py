"""Every table of the ledger. A UNIQUE constraint, not code, is what makes a double impossible; ``desk`` stands in every
key that concerns one. Texts live in ``body`` apart from facts, so that retention can empty it."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.schema import SchemaItem

from forum_bridge.ledger.columns import Instant

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = BigInteger().with_variant(Integer, "sqlite")  # only INTEGER counts up by itself in SQLite


def _way() -> list[SchemaItem]:
    """Return the columns that say where an item stands on its way to the other side: the same for posts, answers and
    notes."""
    return [
        Column("state", String, nullable=False),
        Column("attempts", Integer, nullable=False, default=0),
        Column("first_tried_at", Instant),
        Column("due_at", Instant),
        Column("sending_at", Instant),
        Column("sent_at", Instant),
        Column("reason", Text),
    ]


meta = Table("meta", metadata, Column("key", String, primary_key=True), Column("value", String, nullable=False))

forum = Table(
    "forum",
    metadata,
    Column("name", String, primary_key=True),
    Column("url", String, nullable=False),
    Column("identity", String, nullable=False),
    Column("conversation", String, nullable=False),
    Column("own_key", String),  # who we are there, learned at sign-in
    Column("sign_in", String),
    Column("sign_in_at", Instant),
    Column("sign_in_detail", String),
    Column("sign_in_since", Instant),  # since when it has been so
    Column("sign_in_next", Instant),  # before this moment it is not tried by itself; NULL: it may be
    Column("sign_in_tries", Integer, nullable=False, default=0, server_default="0"),  # that ended so, one after another
    Column("sign_in_digest", String),  # of the user and the password that were refused
    Column("signed_out", Integer, nullable=False, default=0, server_default="0"),  # sessions that the forum ended
)

watch = Table(
    "watch",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("forum", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("target", String, nullable=False),
    Column("began_at", Instant, nullable=False),
    Column("since", Instant),  # posts older than this are not delivered; NULL: all are
    Column("cursor", JSON),
    Column("due_at", Instant, nullable=False),
    Column("interval", Integer, nullable=False),  # seconds
    Column("read_at", Instant),
    Column("failures", Integer, nullable=False, default=0),
    Column("trouble", Text),
    Column("adopted_at", Instant),  # what stood there then, people have dealt with
    Column("highest", BigInteger),  # number of a post known on the forum after the first reading, 0 for none
    UniqueConstraint("forum", "kind", "target"),
)

thread = Table(
    "thread",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("forum", String, nullable=False),
    Column("thread_id", String, nullable=False),
    Column("url", String, nullable=False),
    Column("title", Text, nullable=False),
    Column("starter_key", String),
    Column("starter_name", String),
    Column("opening_url", String),
    Column("opening_body", ForeignKey("body.id")),
    Column("locked", Boolean, nullable=False, default=False),
    Column("private", Boolean, nullable=False, default=False, server_default="0"),  # personal messages: never public
    Column("forgotten_at", Instant),  # when its starter was to be forgotten: title and opening are not kept again
    Column("adopted_at", Instant),  # as of a watch
    UniqueConstraint("forum", "thread_id"),
)

thread_alias = Table(
    "thread_alias",
    metadata,
    Column("forum", String, primary_key=True),
    Column("old_thread", String, primary_key=True),
    Column("thread_id", String, nullable=False),
)

body = Table(
    "body",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("html", Text, nullable=False),
    Column("stored_at", Instant, nullable=False, index=True),
)

conversation = Table(
    "conversation",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("desk", String, nullable=False),
    Column("forum", String, nullable=False),
    Column("scope_key", String, nullable=False),
    Column("thread_id", String, nullable=False),
    Column("author_key", String, nullable=False),
    Column("author_name", String, nullable=False),
    Column("custom_id", String, nullable=False),
    Column("user_id", BigInteger),  # Deskie's, from the first creation
    Column("link_state", String),  # whether the profile is linked to its author's others
    Column("link_due_at", Instant),
    UniqueConstraint("desk", "forum", "scope_key"),
    Index("ix_conversation_custom_id", "desk", "custom_id"),
    Index("ix_conversation_user_id", "desk", "user_id"),
)

desk_case = Table(
    "desk_case",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("desk", String, nullable=False),
    Column("case_id", BigInteger, nullable=False),
    Column("number", String, nullable=False, default=""),
    Column("conversation_id", ForeignKey("conversation.id"), nullable=False, index=True),
    Column("opened_at", Instant, nullable=False),
    Column("state", String, nullable=False),
    Column("state_at", Instant, nullable=False),
    Column("absorbed_by", BigInteger),
    UniqueConstraint("desk", "case_id"),
)

post = Table(
    "post",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("forum", String, nullable=False),
    Column("post_id", String, nullable=False),
    Column("number", BigInteger),  # the post id where the engine counts, for "newer than"
    Column("revision", Integer, nullable=False),
    Column("thread_id", String, nullable=False),
    Column("author_key", String, nullable=False),
    Column("author_name", String, nullable=False),
    Column("author_email", String),  # where the forum's owner sent it
    Column("url", String, nullable=False),
    Column("opening", Boolean, nullable=False),
    Column("written_at", Instant),
    Column("seen_at", Instant, nullable=False),
    Column("body_id", ForeignKey("body.id")),
    Column("body_hash", String, nullable=False),
    Column("attachments", JSON, nullable=False),
    Column("conversation_id", ForeignKey("conversation.id")),
    Column("as_note", Boolean, nullable=False, default=False),
    Column("by_agent", Boolean, nullable=False, default=False, server_default="0"),  # our people, by hand
    Column("moved_at", Instant),  # when moderators were last seen to have put it into another thread
    Column("deleted_at", Instant),  # when the forum said that it is no more
    Column("forgotten_at", Instant),  # when its author was to be forgotten: a tombstone, so that it is not new again
    *_way(),
    Column("case_id", BigInteger),
    Column("message_id", BigInteger),
    Column("file_tries", Integer, nullable=False, default=0),
    UniqueConstraint("forum", "post_id", "revision"),
    Index("ix_post_conversation_id_state", "conversation_id", "state"),
    Index("ix_post_thread", "forum", "thread_id"),
    Index("ix_post_number", "forum", "number"),
    Index("ix_post_case_id", "case_id"),
    Index("ix_post_message_id", "message_id"),
    Index("ix_post_url", "url"),
)

answer = Table(
    "answer",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("desk", String, nullable=False),
    Column("message_id", BigInteger, nullable=False),
    Column("part", Integer, nullable=False, default=1, server_default="1"),
    Column("parts", Integer, nullable=False, default=1, server_default="1"),
    Column("split_of", ForeignKey("answer.id")),  # the first part, for all the others
    Column("case_id", BigInteger),
    Column("custom_id", String),
    Column("user_id", BigInteger),
    Column("staff_id", BigInteger, nullable=False),
    Column("origin", String, nullable=False),
    Column("is_html", Boolean, nullable=False),
    Column("body_id", ForeignKey("body.id")),
    Column("attachments", JSON, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("forum", String),
    Column("conversation_id", ForeignKey("conversation.id")),
    *_way(),
    Column("after_post", String),  # the thread's newest known post when the write began
    Column("receipt_post", String),
    Column("receipt_url", String),
    Column("receipt_state", String),
    Column("private", Boolean, nullable=False, default=False, server_default="0"),  # a personal message, or a note
    Column("files_linked", Boolean, nullable=False, default=False, server_default="0"),  # the forum refused the files
    Column("lost_writes", Integer, nullable=False, default=0, server_default="0"),  # looked for and not found
    UniqueConstraint("desk", "message_id", "part"),
    Index("ix_answer_forum_state", "forum", "state"),
    Index("ix_answer_receipt", "forum", "receipt_post"),
)

push = Table(
    "push",
    metadata,
    Column("forum", String, primary_key=True),
    Column("push_id", String, primary_key=True),  # the forum's own name for what it sent
    Column("digest", String, nullable=False),
    Column("taken_at", Instant, nullable=False, index=True),
)

recompare = Table(  # cases found on the desk that this ledger had lost: their answers are compared once
    "recompare",
    metadata,
    Column("desk", String, primary_key=True),
    Column("case_id", BigInteger, primary_key=True, autoincrement=False),
)

channel_listed = Table(  # since when, by the desk's clock, a channel's changes are to be listed, for each of its forums
    "channel_listed",
    metadata,
    Column("desk", String, primary_key=True),
    Column("channel", String, primary_key=True),  # empty: whichever the forum is in
    Column("forum", String, primary_key=True),
    Column("since", Instant, nullable=False),
)

case_change = Table(  # the last change of a case that concerns us, and whether its answers are to be compared
    "case_change",
    metadata,
    Column("desk", String, primary_key=True),
    Column("case_id", BigInteger, primary_key=True, autoincrement=False),
    Column("changed_at", Instant),  # as the desk told it; NULL: not known
    Column("user_id", BigInteger),  # the case's, while it is to be compared
    Column("due_at", Instant),  # when it is to be compared; NULL: it was
    Column("failures", Integer, nullable=False, default=0, server_default="0"),
    Column("message_id", BigInteger),  # up to this message it was compared once for all
)

forgotten = Table(  # people whose posts up to a moment are never taken in again
    "forgotten",
    metadata,
    Column("forum", String, primary_key=True),
    Column("author_hash", String, primary_key=True),  # keyed, see ``forgetting.py``
    Column("forgotten_at", Instant, nullable=False),
)

agent_note = Table(
    "agent_note",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("desk", String, nullable=False),
    Column("key", String, nullable=False),  # what it speaks of, so that it is written once
    Column("case_id", BigInteger, nullable=False),
    Column("html", Text, nullable=False),  # empty: its label alone
    Column("label", String),  # what it puts on its case, by id or name, or takes off
    Column("takes_off", Boolean, nullable=False, default=False, server_default="0"),
    Column("stored_at", Instant, nullable=False),
    *_way(),
    Column("message_id", BigInteger),
    Column("amends_url", String),  # the post whose message is to be edited, if the desk lets us
    Column("amended", Text),  # and how it is to read then
    UniqueConstraint("desk", "key"),
    Index("ix_agent_note_desk_state", "desk", "state"),
)

drift = Table(
    "drift",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("forum", String, nullable=False),
    Column("watch_id", ForeignKey("watch.id"), nullable=False),
    Column("place", String, nullable=False),  # the thread's address, or the watch's own
    Column("what", String, nullable=False),  # what is not as it was; see ``model.Trait``
    Column("hard", Boolean, nullable=False),
    Column("since", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("times", Integer, nullable=False, default=1),
    Column("detail", Text, nullable=False, default=""),
    Column("page", String),  # the file in quarantine
    Column("url", String),  # where that page came from
    UniqueConstraint("watch_id", "place", "what"),
    Index("ix_drift_forum", "forum", "hard"),
)

alert = Table(
    "alert",
    metadata,
    Column("channel", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("subject", String, primary_key=True),
    Column("since", Instant, nullable=False),
    Column("due_at", Instant),  # when there is something to say; NULL: nothing is
    Column("told_at", Instant),
    Column("over_at", Instant),
    Column("tries", Integer, nullable=False, default=0),
    Column("sending_at", Instant),
    Column("case_id", BigInteger),  # the operator's case, where the channel is the desk
)

trail = Table(
    "trail",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("road", String, nullable=False),
    Column("item", BigInteger, nullable=False),  # the row of that road
    Column("step", String, nullable=False),
    Column("detail", Text, nullable=False, default=""),
    Column("at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("times", Integer, nullable=False, default=1),  # the same once more is counted, not stored again
    Index("ix_trail_item", "road", "item"),
)
