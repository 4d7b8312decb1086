"""The HTML of one case message, put together from clean parts. Knows no desk and no forum."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape, unescape

from forum_bridge.markup.characters import one_line
from forum_bridge.markup.cut import cut
from forum_bridge.markup.footer import footer
from forum_bridge.markup.pictures import pictures_as_links
from forum_bridge.markup.text import plain_text
from forum_bridge.markup.tree import parse
from forum_bridge.markup.urls import absolute
from forum_bridge.model import Attachment

_TOP = re.compile(
    r"\A(?:\s|</?(?:p|div|span)\b[^<>]*>|\N{ENVELOPE}[^<]*)*<(?:b|strong)\b[^<>]*>\s*"
    r"<a\b[^<>]*?\bhref\s*=\s*[\"']([^\"'<>]+)[\"']",
    re.IGNORECASE,
)
OPENING_LIMIT = 2_000
BODY_LIMIT = 100_000


@dataclass(frozen=True, slots=True)
class MessageTexts:
    """The bridge's own words in a message, for agents; English unless the owner's language says otherwise."""

    continues: str = "The post continues on the forum"
    attachments: str = "Attachments"
    empty: str = "This post has no text."
    only_images: str = "This post is only a picture"
    linked: str = "linked"
    answered: str = "Answered on the forum by {name}"
    private: str = "Personal message"


TURKISH = MessageTexts(
    continues="Gönderinin devamı forumda",
    attachments="Ekler",
    empty="Bu gönderide metin yok.",
    only_images="Bu gönderi yalnızca bir görsel",
    linked="yalnızca bağlantı",
    answered="Forumda yanıtlayan: {name}",
    private="Kişisel mesaj",
)


@dataclass(frozen=True, slots=True)
class Opening:
    """What stands on top of a case: the thread, and its opening post (clean HTML) where the message is another post.
    Agents are told what is ``private``."""

    title: str
    url: str
    author: str = ""
    html: str | None = None
    private: bool = False


def case_message(
    body: str,
    permalink: str,
    *,
    revision: int = 1,
    author: str | None = None,
    by_agent: bool = False,
    opening: Opening | None = None,
    attachments: Sequence[Attachment] = (),
    pictures: Mapping[str, str] | None = None,
    why_linked: Mapping[str, str] | None = None,
    texts: MessageTexts | None = None,
    whole: bool = True,
    limit: int = BODY_LIMIT,
) -> str:
    """Return the message of one post.

    ``body`` is ``CleanPost.html``, shown up to ``limit`` bytes of UTF-8, with a visible link to the rest, also where it
    is not the ``whole`` post; ``author`` is
    given where a conversation holds several people, ``by_agent`` if it is one of ours; ``opening`` for a case's first
    message. Every file is linked; ``pictures`` names, by their addresses, those in the body that become links as well,
    and ``why_linked`` says why a file or picture does not hang on the message too. The footer comes last.
    """
    texts = texts or MessageTexts()
    remarks = {address: _why(reason, texts) for address, reason in (why_linked or {}).items()}
    body = pictures_as_links(body, pictures or {}, remarks)
    parts = [_top(opening, texts)] if opening else []
    if author:
        name = one_line(author, 100)
        said = texts.answered.replace("{name}", name) if by_agent else name
        parts.append(f"<p><b>{escape(said, quote=False)}</b>:</p>")
    shown, shortened = cut(body, limit)
    parts += [shown, _remark(body, attachments, texts)]
    if shortened or not whole:
        parts.append(f"<p>{_link(permalink, texts.continues + ' →')}</p>")
    if attachments:
        links = ", ".join(_link(file.url, _described(file)) + remarks.get(file.url, "") for file in attachments)
        parts.append(f"<p>{escape(texts.attachments, quote=False)}: {links}</p>")
    return "".join(parts) + footer(permalink, revision)


def thread_on_top(html: str) -> str | None:
    """Return the address of the thread that stands on top of a case's first message, None for any other message."""
    top = _TOP.match(html)
    return unescape(top[1]) if top is not None else None


def _top(opening: Opening, texts: MessageTexts) -> str:
    kind = f"✉ {escape(texts.private, quote=False)}: " if opening.private else ""
    title = f"<p>{kind}<b>{_link(opening.url, opening.title)}</b></p>"
    if not opening.html:
        return title
    quote, _ = cut(opening.html, OPENING_LIMIT)
    author = one_line(opening.author, 100)
    return f"{title}<blockquote>{f'<p><b>{escape(author, quote=False)}</b>:</p>' if author else ''}{quote}</blockquote>"


def _remark(body: str, attachments: Sequence[Attachment], texts: MessageTexts) -> str:
    """Say in words what a desk that shows no pictures would show as an empty message."""
    tree = parse(body)
    if tree.text().strip():
        return ""
    sources = [image.attrs.get("src", "") for image in tree.elements() if image.tag == "img"]
    if sources:
        links = ", ".join(_link(source, source) for source in sources)
        return f"<p>{escape(texts.only_images, quote=False)}: {links}</p>"
    return "" if attachments or plain_text(body).strip() else f"<p><i>{escape(texts.empty, quote=False)}</i></p>"


def _link(url: str, label: str) -> str:
    address = absolute(url, None)
    words = escape(one_line(label, 250) or url, quote=False)
    return f'<a href="{escape(address)}" rel="nofollow noopener">{words}</a>' if address else words


def _why(reason: str, texts: MessageTexts) -> str:
    return f" ({escape(one_line(reason, 100), quote=False)}: {escape(texts.linked, quote=False)})"


def _described(file: Attachment) -> str:
    name = file.name or file.url.rpartition("/")[2] or file.url
    return name if file.size is None else f"{name} ({max(1, round(file.size / 1024))} kB)"
