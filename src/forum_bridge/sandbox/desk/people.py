"""Customers: one profile per channel and identifier, made on the fly, linked by e-mail and phone. Knows no case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from forum_bridge.model import Clock
from forum_bridge.sandbox.desk.records import User
from forum_bridge.sandbox.desk.refusal import Refusal
from forum_bridge.sandbox.desk.tables import Tables


@dataclass(frozen=True, slots=True)
class Contact:
    """What a request says about a customer; empty means it said nothing. ``custom_id`` counts on custom channels."""

    channel: str
    custom_id: str = ""
    email: str = ""
    phone: str = ""
    full_name: str = ""
    company_name: str = ""
    company_position: str = ""
    note: str = ""
    language_id: int = 0
    custom_fields: dict[str, object] = field(default_factory=dict)

    def is_of(self, user: User) -> bool:
        """Whether this identifies the given profile: the same channel and, there, the same identifier."""
        if user.deleted or user.channel != self.channel:
            return False
        if self.channel.startswith("cch"):
            return user.custom_id == self.custom_id
        return user.email == self.email if self.channel == "email" else user.phone == self.phone


class People:
    """Finds, makes, links and parts the users of a desk."""

    def __init__(self, tables: Tables, clock: Clock, changed: Callable[[], None]) -> None:
        self._tables = tables
        self._clock = clock
        self._changed = changed

    def find(self, contact: Contact) -> User | None:
        """Return the profile that the contact identifies, if it exists."""
        if contact.channel.startswith("cch"):
            candidates = self._tables.users_with(contact.channel, contact.custom_id)
        elif contact.channel == "email":
            candidates = self._tables.users_with("email", contact.email)
        else:
            candidates = self._tables.users_with("phone", contact.phone)
        return next((user for user in candidates if contact.is_of(user)), None)

    def find_or_create(self, contact: Contact) -> User:
        """Return the contact's profile, made if need be, with what the contact says about it stored and linked."""
        now = self._clock()
        user = self.find(contact)
        if user is None:
            user = User(self._tables.ids.user.draw(), contact.full_name, now, now, contact.channel, contact.custom_id)
            self._tables.add_user(user)
        self.update(user, contact)
        return user

    def update(self, user: User, contact: Contact) -> None:
        """Store what the contact says; a custom identifier never changes. E-mail and phone link the profile with those
        that carry the same one, unless it already belongs to another identifier of the same channel."""
        user.full_name = contact.full_name or user.full_name
        user.company_name = contact.company_name or user.company_name
        user.company_position = contact.company_position or user.company_position
        user.note = contact.note or user.note
        user.language_id = contact.language_id or user.language_id
        user.custom_fields |= contact.custom_fields
        if contact.email and (others := self._linkable(user, "email", contact.email)) is not None:
            self._tables.set_email(user, contact.email)
            self._link_all(user, others)
        if contact.phone and (others := self._linkable(user, "phone", contact.phone)) is not None:
            self._tables.set_phone(user, contact.phone)
            self._link_all(user, others)
        user.updated_at = self._clock()
        self._changed()

    def link(self, user: User, other: User) -> None:
        """Link two profiles, and with them all that either was linked to; each keeps its own id."""
        if user is other:
            raise Refusal("cannot_link_to_itself")
        circle = {user.user_id, other.user_id} | user.linked | other.linked
        for user_id in circle:
            self._tables.users[user_id].linked = circle - {user_id}
        self._changed()

    def unlink(self, user: User, other: User) -> None:
        """Take ``other`` out of the circle of ``user``."""
        for user_id in other.linked:
            self._tables.users[user_id].linked.discard(other.user_id)
        other.linked = set()
        user.linked.discard(other.user_id)
        self._changed()

    def with_contact(self, *, email: str = "", phone: str = "") -> User:
        """Return the first profile with this e-mail or phone; ``Refusal("user_not_found")``."""
        kind, value = ("email", email) if email else ("phone", phone)
        for user in self._tables.users_with(kind, value) if value else ():
            if not user.deleted:
                return user
        raise Refusal("user_not_found")

    def set_state(self, user: User, *, active: bool, deleted: bool) -> None:
        """Block (not active), disable (deleted) or restore a user. A disabled one is no longer found by identifier."""
        user.active, user.deleted = active, deleted
        self._changed()

    def purge(self, user_id: int) -> None:
        """Make a user vanish, as the daily job does with the surplus; their cases stay."""
        user = self._tables.user(user_id)
        self.unlink(user, user)
        self._tables.drop_user(user)
        self._changed()

    def _linkable(self, user: User, kind: str, value: str) -> list[User] | None:
        """The other profiles with this e-mail or phone; None if one of them forbids linking."""
        sharing = self._tables.users_with(kind, value)
        others = [other for other in sharing if other is not user and not other.deleted]
        return None if any(other.channel == user.channel for other in others) else others

    def _link_all(self, user: User, others: list[User]) -> None:
        for other in others:
            self.link(user, other)
