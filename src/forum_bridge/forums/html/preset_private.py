"""The parts of a preset that speak of personal messages, and what keeps them apart from public threads. Data, and the
checks of it.

A conversation is read as a thread is, and so is a message where an engine keeps single ones in folders; what the preset
says of threads holds for it unless the inbox says else."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic import Field, ValidationError

from forum_bridge.forums.html.preset_parts import FIELDS, Board, Login, Part, Posts, Reply, Says, Thread
from forum_bridge.forums.html.preset_types import Css, Phrases, Regex, Texts, Values
from forum_bridge.forums.html.value import Value

_NONE: tuple[Value, ...] = ()
_SHARED: Mapping[str, type[Part]] = {"thread": Thread, "posts": Posts, "reply": Reply}
_WHOM = re.compile(r"\{(?:name|id)\}")


class Inbox(Board):
    """Personal messages: a page whose rows are conversations. Addresses stand in logs, so ``thread.address`` has to
    leave out the subject where the engine puts it in. ``thread``, ``posts`` and ``reply`` take over what public threads
    have; only what differs is written."""

    page: str = Field(description="address of the page with the conversations, under the forum's root")
    person: Values = Field(
        _NONE, description="id or name of the other person in a row: how a message that got lost is found"
    )
    sent: Texts = Field(
        (),
        description="addresses of the folders with what we sent, under the root, in the order in which a message goes "
        "through them: where the engine keeps single messages in folders. A row is a message then, `thread` is its "
        "page ({folder} in its address stands for the folder's), and those with one person are one conversation",
    )
    full: Values = Field(
        _NONE,
        description="stands on a folder's page when it is full, so that what is sent may leave no copy there: a "
        "message that gets lost then waits for a person",
    )
    grouped: Values = Field(
        _NONE, description="stands where the account lets the engine put several messages into one row: not to be read"
    )
    thread: Thread = Field(description="a conversation's page; `match` differs from that of threads")
    posts: Posts = Field(description="the messages on it")
    reply: Reply | None = Field(None, description="answering there, where threads are answered too")


class Message(Part):
    """Opening a conversation with somebody."""

    page: str = Field(
        description="address of the page with the form, under the forum's root; {name} and {id} stand for whom to"
    )
    form: Css = Field(description="the form")
    recipient: str | None = Field(
        None, description="name of the field for the recipient's name, where the page's address does not name them"
    )
    subject: str = Field(description="name of the field for the subject")
    text: str = Field(description="name of the field for the text")
    answer: str | None = Field(
        None,
        description="address of the page with the form that answers a single message, with {message} for its id and "
        "{id} for its author's; the form's own subject stays. Else, and where no message is answered, `page`",
    )
    fields: dict[str, str] = Field({}, description=FIELDS)
    button: str | None = Field(None, description="name of the button, where the engine asks for it")
    done: Values = Field(
        _NONE, description="stands on the page that follows when the message was sent, where nothing there tells its id"
    )
    queued: Values = Field(_NONE, description="stands on the page that follows when the message waits for a moderator")
    posted_at: Regex | None = Field(None, description="finds the message's id in an address we are led to afterwards")
    posted: Values = Field(_NONE, description="finds the message's id on the page that follows")
    refused: Phrases = Field((), description="not sent for good: nobody has this name, or they take no messages")


def inherited(raw: object) -> object:
    """Return a preset as it was written, with what it says of threads filled in for conversations. What is wrong there
    is told there alone: the inbox has its turn after that."""
    inbox = raw.get("inbox") if isinstance(raw, Mapping) else None
    if not isinstance(raw, Mapping) or not isinstance(inbox, Mapping):
        return raw
    public = {part: raw[part] for part in _SHARED if raw.get(part) is not None}
    if not {"thread", "posts"} <= set(public) or not all(_is_whole(*each) for each in public.items()):
        return {**raw, "inbox": None}
    filled = {part: _over(keys, inbox.get(part, {})) for part, keys in public.items()}
    filled.setdefault("reply", None)  # who answers nowhere does not answer here
    return {**raw, "inbox": {**inbox, **filled}}


def _is_whole(part: str, keys: object) -> bool:
    try:
        return bool(_SHARED[part].model_validate(keys))
    except ValidationError:
        return False


def _over(public: object, private: object) -> object:
    """Return one part laid over the other; what is no mapping is left for its own fault."""
    if not isinstance(public, Mapping) or not isinstance(private, Mapping):
        return private
    return {**public, **private}


def separate(thread: Thread, login: Login | None, says: Says, inbox: Inbox | None, message: Message | None) -> None:
    """Raise ValueError where something private could be taken for public, or could not be read or found again."""
    if inbox is None:
        if message is not None:
            raise ValueError("message needs inbox: a message that got lost is looked for there")
        return
    if login is None:
        raise ValueError("inbox needs login: personal messages belong to an account")
    if inbox.thread.match == thread.match:
        raise ValueError("inbox.thread.match has to differ from thread.match: else a thread counts as private")
    if inbox.time and not inbox.posts.time:
        raise ValueError("inbox.time needs posts.time: else old messages and new ones cannot be told apart")
    if not says.where:
        raise ValueError("inbox needs says.where: else what people write counts as the forum's words, and is logged")
    if inbox.sent and not inbox.person:
        raise ValueError("inbox.sent needs inbox.person: whose a message is, and to whom one of ours went")
    if message is not None and message.recipient is None and not _WHOM.search(message.page):
        raise ValueError("message needs recipient, or {name} or {id} in its page: who shall get it")
