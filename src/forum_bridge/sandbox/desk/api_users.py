"""The API's users: make, find, change, link, block, delete."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace

from aiohttp import web

from forum_bridge.sandbox.desk.answers import Shapes
from forum_bridge.sandbox.desk.body import read_either, read_fields
from forum_bridge.sandbox.desk.envelope import answer, numbered
from forum_bridge.sandbox.desk.fields import Fields
from forum_bridge.sandbox.desk.people import Contact
from forum_bridge.sandbox.desk.query import matcher, paging, query
from forum_bridge.sandbox.desk.reading import contact_of
from forum_bridge.sandbox.desk.records import User
from forum_bridge.sandbox.desk.refusal import Refusal
from forum_bridge.sandbox.desk.state import Desk

STATES = {"block": (False, False), "disable": (True, True), "restore": (True, False)}  # active, deleted


class UserRoutes:
    """Handlers of ``users.json`` and ``users/<id>…``."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._shapes = Shapes(desk)

    async def create(self, request: web.Request) -> web.Response:
        """Make a user, or find the one with this identifier on this custom channel; for e-mail and phone a second one
        is refused (``email_already_exist``, ``phone_already_exist``) [code]. 201, with a ``password`` as on Deskie."""
        fields = await read_fields(request, "user", self._desk.timezone)
        channel = self._channel(fields)
        contact = contact_of(fields, channel)
        if channel in {"email", "call"} and self._desk.people.find(contact):
            raise Refusal("email_already_exist" if channel == "email" else "phone_already_exist")
        user = self._desk.people.find_or_create(contact)
        user.custom_fields |= fields.mapping("custom_fields")
        return answer({"user": {**self._shapes.user(user), "password": secrets.token_urlsafe(9)}}, 201)

    async def list_users(self, request: web.Request) -> web.Response:
        """List users that pass every filter, by id. Text filters find substrings; ``^`` anchors them."""
        asked = query(request, self._desk.timezone)
        page = paging(asked, self._desk.switches)
        tests = list(self._tests(asked))
        found = [user for user in self._candidates(asked) if all(test(user) for test in tests)]
        items = [self._shapes.user(user) for user in found[page.part]]
        return numbered("user", items, len(found), self._desk.switches)

    async def get(self, request: web.Request) -> web.Response:
        """Show a user."""
        return answer({"user": self._shapes.user(self._user(request))})

    async def update(self, request: web.Request) -> web.Response:
        """Change what the body names; the identifier stays."""
        user = self._user(request)
        fields = await read_fields(request, "user", self._desk.timezone)
        self._desk.people.update(user, self._changeable(user, contact_of(fields, user.channel)))
        user.custom_fields |= fields.mapping("custom_fields")
        return answer({"user": self._shapes.user(user)})

    async def link(self, request: web.Request) -> web.Response:
        """Link with the profile of a ``user_id``, ``user_email`` or ``user_phone``; or unlink from a ``user_id``."""
        user = self._user(request)
        fields = await read_either(request, "user", self._desk.timezone, self._desk.switches.link_body)
        other_id = fields.number("user_id")
        if request.match_info["act"] == "unlink":
            self._desk.people.unlink(user, self._desk.user(other_id or 0))
        elif other_id:
            self._desk.people.link(user, self._desk.user(other_id))
        else:
            email, phone = fields.text("user_email"), fields.text("user_phone")
            self._desk.people.link(user, self._desk.people.with_contact(email=email, phone=phone))
        return answer({"user": self._shapes.user(user)})

    async def set_state(self, request: web.Request) -> web.Response:
        """Block, disable or restore. A blocked customer's cases land in spam: later ones, by switch all."""
        user = self._user(request)
        active, deleted = STATES[request.match_info["act"]]
        self._desk.people.set_state(user, active=active, deleted=deleted)
        if not active and self._desk.switches.block_moves_cases:
            for case in self._desk.tables.cases_of(user.user_id):
                self._desk.casework.flag(case, deleted=case.deleted, spam=True)
        return answer({"user": self._shapes.user(user)})

    async def delete(self, request: web.Request) -> web.Response:
        """Delete for good; the answer is empty."""
        self._desk.people.purge(self._user(request).user_id)
        return web.Response()

    def _user(self, request: web.Request) -> User:
        return self._desk.user(int(request.match_info["user_id"]))

    def _candidates(self, asked: Fields) -> list[User]:
        """All users, or the few who can have the identifier where an exact one is asked for."""
        custom_id, channel = asked.text("user_custom_id"), asked.text("user_custom_channel")
        exact = len(custom_id) > 2 and custom_id.startswith("^") and custom_id.endswith("^")
        if exact and channel in self._desk.channels and self._desk.switches.custom_id_anchors:
            return self._desk.tables.users_with(channel, custom_id[1:-1])
        return self._desk.users()

    def _changeable(self, user: User, contact: Contact) -> Contact:
        """What of a contact a request may change: an e-mail while it is unconfirmed, a phone for phone users [code].
        The rest is ignored, or by switch refused (``wrong_email``, ``wrong_phone``)."""
        new_email = contact.email not in {"", user.email} and user.confirmed
        new_phone = contact.phone not in {"", user.phone} and user.channel != "call"
        if self._desk.switches.fixed_contact_refused and (new_email or new_phone):
            raise Refusal("wrong_email" if new_email else "wrong_phone")
        return replace(contact, email="" if new_email else contact.email, phone="" if new_phone else contact.phone)

    def _channel(self, fields: Fields) -> str:
        """The channel of a new user: a custom one, else by the contact given."""
        if fields.text("user_custom_id"):
            channel = fields.text("user_custom_channel")
            if channel not in self._desk.channels:
                raise Refusal("channel_not_found")
            return channel
        if not (fields.text("user_email") or fields.text("user_phone")):
            raise Refusal("empty_contact")
        return "email" if fields.text("user_email") else "call"

    def _tests(self, asked: Fields) -> Iterator[Callable[[User], bool]]:
        switches = self._desk.switches
        for name in ("custom_id", "email", "phone", "full_name"):
            if wanted := asked.text(f"user_{name}"):
                anchors = name != "custom_id" or switches.custom_id_anchors
                matches = matcher(wanted, anchors=anchors, ignore_case=switches.search_ignores_case)
                yield _text_test(name, matches)
        if channel := asked.text("user_custom_channel"):
            yield lambda user: user.channel == channel
        if languages := asked.numbers("language_id"):
            yield lambda user: user.language_id in languages


def _text_test(name: str, matches: Callable[[str], bool]) -> Callable[[User], bool]:
    return lambda user: matches(getattr(user, name))
