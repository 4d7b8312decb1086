"""Personal messages of the sandbox forum: who may write to whom, and who may read it. Knows no HTTP and no HTML."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from forum_bridge.model import Clock, normalised
from forum_bridge.sandbox.forum.records import Person, Refused, Switches, Written

CONVERSATIONS_A_PAGE = 20
MESSAGES_A_PAGE = 10


@dataclass(slots=True)
class Message(Written):
    """One personal message; ``author`` is a person, or the name that a deleted account left. ``change`` is the
    conversation's count when it came."""

    id: int
    conversation_id: int
    author: Person | str
    text: str
    time: datetime
    change: int


@dataclass(slots=True)
class Conversation:
    """Messages between two people, oldest first. ``read`` tells by person id which message they have seen last."""

    id: int
    subject: str
    members: tuple[Person, Person]
    messages: list[Message] = field(default_factory=list)
    read: dict[int, int] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """Its address on the forum, without a page and without its subject."""
        return f"/messages/{self.id}"

    @property
    def change(self) -> int:
        """A count that grows with every message."""
        return len(self.messages)

    def other(self, person: Person) -> Person:
        """Return whom a member speaks with here."""
        return self.members[1] if self.members[0] is person else self.members[0]

    def unread_by(self, person: Person) -> bool:
        """Whether a member has not seen the newest message."""
        return self.messages[-1].id > self.read.get(person.id, 0)


class Messages:
    """All conversations. Their ids and those of messages count apart from threads and posts. An act that raises Refused
    changed nothing; ``changed`` is called after every other."""

    def __init__(self, clock: Clock, switches: Switches, changed: Callable[[], None]) -> None:
        self._clock = clock
        self._switches = switches
        self._changed = changed
        self._conversations: dict[int, Conversation] = {}
        self._next = count(1)
        self.change = 0

    def of(self, person: Person) -> Sequence[Conversation]:
        """Return a person's conversations, the one with the newest message first."""
        own = [each for each in self._conversations.values() if person in each.members]
        return sorted(own, key=lambda each: each.messages[-1].id, reverse=True)

    def unread(self, person: Person) -> int:
        """Return how many of a person's conversations hold something new for them."""
        return sum(each.unread_by(person) for each in self.of(person))

    def conversation(self, conversation_id: int, person: Person) -> Conversation:
        """Return a conversation to one of its members; Refused ``gone`` if there is none, ``not_member`` to others."""
        found = self._conversations.get(conversation_id)
        if found is None:
            raise Refused("gone")
        if person not in found.members:
            raise Refused("not_member")
        return found

    def message(self, message_id: int, person: Person) -> Message:
        """Return a message to a member of its conversation; Refused as ``conversation``."""
        for message in self.everything():
            if message.id == message_id:
                self.conversation(message.conversation_id, person)
                return message
        raise Refused("gone")

    def everything(self) -> Sequence[Message]:
        """Return every message of the forum, oldest first."""
        found = [message for each in self._conversations.values() for message in each.messages]
        return sorted(found, key=lambda message: message.id)

    def open(self, author: Person, to: Person | None, subject: str, text: str) -> Message:
        """Write to a person, in a conversation of its own; return its first message."""
        subject = normalised(subject)[:120]
        if to is None or to is author:
            raise Refused("no_such_user")
        if not to.takes_messages:
            raise Refused("takes_none")
        if not subject:
            raise Refused("empty")
        self._check(author, text)
        made = Conversation(len(self._conversations) + 1, subject, (author, to))
        self._conversations[made.id] = made
        return self._add(made, author, text)

    def reply(self, conversation_id: int, author: Person, text: str) -> Message:
        """Write into a conversation that one is a member of."""
        conversation = self.conversation(conversation_id, author)
        if not conversation.other(author).takes_messages:
            raise Refused("takes_none")
        self._check(author, text)
        return self._add(conversation, author, text)

    def saw(self, conversation: Conversation, person: Person, message: Message) -> None:
        """Note that a member has seen all messages up to one."""
        conversation.read[person.id] = max(message.id, conversation.read.get(person.id, 0))

    def close_account(self, person: Person, name: str) -> None:
        """Leave a deleted person's messages to the others, under a guest's ``name``."""
        person.takes_messages = False
        for message in self.everything():
            if message.author is person:
                message.author = name

    def _check(self, author: Person, text: str) -> None:
        if author.banned:
            raise Refused("banned")
        if not text.strip():
            raise Refused("empty")
        if len(text) > self._switches.max_chars:
            raise Refused("too_long")
        own = [message.time for message in self.everything() if message.author is author]
        if own and self._switches.flood_seconds:
            left = self._switches.flood_seconds - (self._clock() - max(own)).total_seconds()
            if left > 0:
                raise Refused("flood", wait=int(left) + (left % 1 > 0))

    def _add(self, conversation: Conversation, author: Person, text: str) -> Message:
        change = conversation.change + 1
        message = Message(next(self._next), conversation.id, author, text.strip(), self._clock(), change)
        conversation.messages.append(message)
        self.saw(conversation, author, message)
        self.change += 1
        self._changed()
        return message
