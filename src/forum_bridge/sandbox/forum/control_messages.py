"""What a proof turns from outside in people's personal messages, and what it sees of them."""

from __future__ import annotations

from forum_bridge.sandbox.forum.control_fields import Fields, text, whole
from forum_bridge.sandbox.forum.messages import Message
from forum_bridge.sandbox.forum.records import Person, Refused
from forum_bridge.sandbox.forum.state import Forum


def _person(forum: Forum, name: str) -> Person:
    person = forum.person(name)
    if person is None:
        raise Refused("no_such_user")
    return person


def shown(message: Message) -> Fields:
    """Return a message as JSON."""
    return {
        "id": message.id,
        "conversation": message.conversation_id,
        "author": message.author_name,
        "author_id": message.person.id if message.person else None,
        "text": message.text,
        "time": message.time.isoformat(),
    }


def write(forum: Forum, wanted: Fields) -> object:
    """``author`` writes ``text`` into a ``conversation``, or ``to`` a person in a new one with a ``subject``."""
    author = _person(forum, text(wanted, "author"))
    if "conversation" in wanted:
        return shown(forum.messages.reply(whole(wanted, "conversation"), author, text(wanted, "text")))
    to = forum.person(text(wanted, "to"))
    return shown(forum.messages.open(author, to, text(wanted, "subject"), text(wanted, "text")))


def takes(forum: Forum, wanted: Fields) -> object:
    """A ``user`` takes messages or (``takes``: false) does not."""
    person = _person(forum, text(wanted, "user"))
    person.takes_messages = wanted.get("takes", True) is True
    return {"user": person.name, "takes": person.takes_messages}
