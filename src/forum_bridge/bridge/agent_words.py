"""What the bridge says to agents in internal notes, in their language. Texts only: decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from forum_bridge.config import TellAgents
from forum_bridge.model import ThreadRef


@dataclass(frozen=True, slots=True)
class _Words:
    """One language."""

    not_posted: str
    part_not_posted: str
    reason: str
    threads: str
    choose: str
    queued: str


_IN = {
    TellAgents.ENGLISH: _Words(
        not_posted="Your answer was not posted on the forum.",
        part_not_posted="Your answer is too long for one post; it was not posted from part {part} of {parts} on.",
        reason="Reason:",
        threads="This case holds posts from several threads, and nobody can tell which of them it is for:",
        choose="Answer in a case that holds one thread only, or post the answer in its thread by hand.",
        queued="Your answer waits for a moderator of the forum; until then customers do not see it.",
    ),
    TellAgents.TURKISH: _Words(
        not_posted="Yanıtınız forumda yayımlanmadı.",
        part_not_posted="Yanıtınız tek gönderiye sığmıyor; {parts} bölümünden {part}. ve sonrası yayımlanmadı.",
        reason="Nedeni:",
        threads="Bu talepte birkaç konunun mesajları var; yanıtın hangisi için olduğu anlaşılmıyor:",
        choose="Tek konulu bir talepte yanıtlayın ya da yanıtı konusunda elle yayımlayın.",
        queued="Yanıtınız forumun bir moderatörünün onayını bekliyor; onaylanana kadar müşteriler görmez.",
    ),
}


def not_posted(language: TellAgents, reason: str, part: int = 1, parts: int = 1) -> str:
    """Return the note for an answer that will not be posted by itself, of several parts from ``part`` on; ``reason``
    also says what to do."""
    words = _IN[language]
    head = words.part_not_posted.format(part=part, parts=parts) if part > 1 else words.not_posted
    return f"<p><b>{head}</b></p><p>{words.reason} {escape(reason)}</p>"


def ambiguous(language: TellAgents, threads: Sequence[ThreadRef]) -> str:
    """Return the note for an answer in a case that holds several threads."""
    links = "".join(f'<li><a href="{escape(one.url)}">{escape(one.title or one.url)}</a></li>' for one in threads)
    words = _IN[language]
    return f"<p><b>{words.not_posted}</b> {words.threads}</p><ul>{links}</ul><p>{words.choose}</p>"


def queued(language: TellAgents, url: str) -> str:
    """Return the note for an answer that the forum put before a moderator."""
    return f'<p>{_IN[language].queued} <a href="{escape(url)}">{escape(url)}</a></p>'


def signed(html: str, key: str) -> str:
    """Return a note with the line by which the bridge recognises it."""
    return f"{html}<p>forum-bridge · {escape(key)}</p>"
