"""What the bridge says to agents in internal notes, in their language. Texts only: decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from forum_bridge.config import TellAgents
from forum_bridge.model import ThreadRef

_NOT_POSTED = {
    TellAgents.ENGLISH: "Your answer was not posted on the forum.",
    TellAgents.TURKISH: "Yanıtınız forumda yayımlanmadı.",
}
_PART_NOT_POSTED = {
    TellAgents.ENGLISH: "Your answer is too long for one post; it was not posted from part {part} of {parts} on.",
    TellAgents.TURKISH: "Yanıtınız tek gönderiye sığmıyor; {parts} bölümünden {part}. ve sonrası yayımlanmadı.",
}
_REASON = {TellAgents.ENGLISH: "Reason:", TellAgents.TURKISH: "Nedeni:"}
_THREADS = {
    TellAgents.ENGLISH: "This case holds posts from several threads, and nobody can tell which of them it is for:",
    TellAgents.TURKISH: "Bu talepte birkaç konunun mesajları var; yanıtın hangisi için olduğu anlaşılmıyor:",
}
_CHOOSE = {
    TellAgents.ENGLISH: "Answer in a case that holds one thread only, or post the answer in its thread by hand.",
    TellAgents.TURKISH: "Tek konulu bir talepte yanıtlayın ya da yanıtı konusunda elle yayımlayın.",
}
_QUEUED = {
    TellAgents.ENGLISH: "Your answer waits for a moderator of the forum; until then customers do not see it.",
    TellAgents.TURKISH: "Yanıtınız forumun bir moderatörünün onayını bekliyor; onaylanana kadar müşteriler görmez.",
}


def not_posted(language: TellAgents, reason: str, part: int = 1, parts: int = 1) -> str:
    """Return the note for an answer that will not be posted by itself, of several parts from ``part`` on; ``reason``
    also says what to do."""
    head = _PART_NOT_POSTED[language].format(part=part, parts=parts) if part > 1 else _NOT_POSTED[language]
    return f"<p><b>{head}</b></p><p>{_REASON[language]} {escape(reason)}</p>"


def ambiguous(language: TellAgents, threads: Sequence[ThreadRef]) -> str:
    """Return the note for an answer in a case that holds several threads."""
    links = "".join(f'<li><a href="{escape(one.url)}">{escape(one.title or one.url)}</a></li>' for one in threads)
    head = f"<p><b>{_NOT_POSTED[language]}</b> {_THREADS[language]}</p>"
    return f"{head}<ul>{links}</ul><p>{_CHOOSE[language]}</p>"


def queued(language: TellAgents, url: str) -> str:
    """Return the note for an answer that the forum put before a moderator."""
    return f'<p>{_QUEUED[language]} <a href="{escape(url)}">{escape(url)}</a></p>'


def signed(html: str, key: str) -> str:
    """Return a note with the line by which the bridge recognises it."""
    return f"{html}<p>forum-bridge · {escape(key)}</p>"
