"""Turns a post from the ledger into what Deskie gets: a message, or a new case with its subject, customer and
fields."""

from __future__ import annotations

from collections.abc import Sequence

from forum_bridge.bridge.catalogue import Catalogue, Kind
from forum_bridge.bridge.context import Names, names_of
from forum_bridge.bridge.desk import Desk
from forum_bridge.bridge.files import Luggage
from forum_bridge.bridge.site import Site
from forum_bridge.config import ConversationMode
from forum_bridge.deskie import NewCase
from forum_bridge.ledger import threads
from forum_bridge.ledger.conversations import Conversation
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.posts import PostRow
from forum_bridge.ledger.threads import ThreadRow
from forum_bridge.markup.clean import clean_post
from forum_bridge.markup.message import Opening, case_message
from forum_bridge.markup.template import render_text
from forum_bridge.model import Clock
from forum_bridge.web.aside import aside

SUBJECT = 255  # characters; how many Deskie takes nobody says, and the whole title stands in the message


class CaseText:
    """Reads the ledger and the desk's lists; writes nothing."""

    def __init__(self, ledger: Ledger, desk: Desk, clock: Clock) -> None:
        self._ledger = ledger
        self._catalogue = Catalogue(desk, clock)

    async def message(self, post: PostRow, site: Site, luggage: Luggage) -> str:
        """Return the HTML of a message in a case that exists."""
        return await message_of(post, site, luggage)

    async def new_case(self, owner: Conversation, post: PostRow, site: Site, luggage: Luggage | None = None) -> NewCase:
        """Return the case that a post opens: its first message carries the thread's title, link and opening post.
        Without ``luggage`` (nothing was fetched) files are links and pictures stay in the text."""
        thread = await self._thread(owner)
        cases = site.config.cases
        names = names_of(site, thread, post)
        customer, theirs = cases.customer, _as_customer(names, owner)
        return NewCase(
            user_custom_id=owner.custom_id,
            channel=site.channel,
            subject=shortened(_text(cases.subject, names) or thread.ref.title or thread.ref.url, SUBJECT),
            html=await message_of(post, site, luggage, opens=thread),
            user_full_name=_text(customer.name, theirs) or owner.author_name,
            company=_optional(customer.company, theirs),
            email=_optional(customer.email, theirs),
            phone=_optional(customer.phone, theirs),
            group_id=await self._id(Kind.GROUP, cases.group, names),
            labels=await self._labels(cases.labels, names),
            priority=_optional(cases.priority, names),
            language_id=await self._id(Kind.LANGUAGE, cases.language, names),
            custom_fields=_fields(cases.custom_fields, names),
            files=tuple(luggage.uploads) if luggage else (),
        )

    async def _thread(self, owner: Conversation) -> ThreadRow:
        async with self._ledger.reading() as db:
            thread = await threads.get(db, owner.forum, owner.thread_id)
        assert thread is not None  # a conversation is only made for a thread that was read
        return thread

    async def _id(self, kind: Kind, template: str | None, names: Names) -> int | None:
        return None if template is None else await self._catalogue.id_of(kind, _text(template, names))

    async def _labels(self, templates: Sequence[str], names: Names) -> tuple[int, ...]:
        ids = [await self._id(Kind.LABEL, template, names) for template in templates]
        return tuple(label for label in ids if label is not None)


async def message_of(post: PostRow, site: Site, luggage: Luggage | None, *, opens: ThreadRow | None = None) -> str:
    """Return the HTML of a post's message, under the top of the thread of which it ``opens`` a case. Without
    ``luggage`` files are links and pictures stay in the text. A long one is put together off the loop."""
    above = (opens.opening_html or "") if opens is not None else ""
    return await aside(len(post.html or "") + len(above), _message, post, site, luggage, opens)


def _message(post: PostRow, site: Site, luggage: Luggage | None, opens: ThreadRow | None) -> str:
    clean = clean_post(post.html or "", post.url)
    several = site.config.conversation is ConversationMode.THREAD or post.as_note
    return case_message(
        clean.html,
        post.url,
        whole=clean.whole,
        revision=post.revision,
        author=post.author_name if several else None,
        by_agent=post.by_agent,
        opening=_opening_of(opens, post) if opens is not None else None,
        attachments=luggage.attachments if luggage else post.attachments,
        pictures=luggage.pictures if luggage else None,
        why_linked=luggage.why_linked if luggage else None,
    )


def shortened(text: str, longest: int) -> str:
    """Return a text of at most so many characters, cut between words where that leaves most of it."""
    if len(text) <= longest:
        return text
    head = text[: longest - 1]
    words = head.rpartition(" ")[0]
    return f"{(words if len(words) > longest // 2 else head).rstrip()}…"


def _opening_of(thread: ThreadRow, post: PostRow) -> Opening:
    """The opening post itself needs no quotation above it."""
    html = None
    if not post.opening and thread.opening_html is not None and thread.opening_url != post.url:
        html = clean_post(thread.opening_html, thread.opening_url or thread.ref.url).html
    return Opening(thread.ref.title, thread.ref.url, thread.starter_name or "", html, private=thread.ref.private)


def _as_customer(names: Names, owner: Conversation) -> Names:
    """The customer is who the conversation belongs to, even if somebody else wrote the post that opens the case."""
    wrote = names["author"]
    email = wrote["email"] if wrote["id"] == owner.author_key else ""
    return {**names, "author": {"name": owner.author_name, "id": owner.author_key, "email": email}}


def _text(template: str, names: Names) -> str:
    return render_text(
        template, forum=names["forum"], thread=names["thread"], post=names["post"], author=names["author"]
    )


def _optional(template: str | None, names: Names) -> str | None:
    return None if template is None else _text(template, names) or None


def _fields(templates: dict[str, str], names: Names) -> dict[str, str | bool]:
    """Deskie's key of a custom field is ``cf_<id>``; the bare id will do in the configuration."""
    return {f"cf_{key}" if key.isdigit() else key: _text(template, names) for key, template in templates.items()}
