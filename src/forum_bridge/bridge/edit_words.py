"""What agents are told of a delivered post that changed on the forum or is gone there, in their language."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from forum_bridge.config import TellAgents
from forum_bridge.markup.characters import one_line
from forum_bridge.markup.footer import footer, footer_address


@dataclass(frozen=True, slots=True)
class _Words:
    edited: str
    pictures: str
    deleted: str
    stays: str


_ENGLISH = _Words(
    edited="{author} edited this post on the forum:",
    pictures="Its words are the same; pictures, files or links changed.",
    deleted="This post by {author} was deleted on the forum:",
    stays="Its message stays here. Answers may quote it.",
)
_TURKISH = _Words(
    edited="{author} forumda bu gönderiyi düzenledi:",
    pictures="Sözcükler aynı; görseller, dosyalar ya da bağlantılar değişti.",
    deleted="{author} adlı kişinin bu gönderisi forumda silindi:",
    stays="Mesajı burada kalır. Yanıtlar ondan alıntı yapabilir.",
)


def edited(language: TellAgents, author: str, difference: str, url: str, revision: int) -> str:
    """Return the note for an edit: ``difference`` is safe HTML, "" where only pictures or files changed. The footer
    comes last, so that no footer which somebody typed into a post counts."""
    words = _in(language)
    head = f"<p><b>{_named(words.edited, author)}</b></p>"
    return head + (difference or f"<p>{words.pictures}</p>") + footer(url, revision)


def deleted(language: TellAgents, author: str, url: str) -> str:
    """Return the note for a deletion."""
    words, address = _in(language), escape(footer_address(url))
    link = f'<a href="{address}" rel="nofollow noopener">{address}</a>'
    return f"<p><b>{_named(words.deleted, author)}</b> {link}</p><p>{words.stays}</p>"


def _in(language: TellAgents) -> _Words:
    return _TURKISH if language is TellAgents.TURKISH else _ENGLISH


def _named(words: str, author: str) -> str:
    return escape(words.replace("{author}", one_line(author, 100)), quote=False)
