"""What the bridge says to agents in internal notes, in their language. Texts only: decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from html import escape

from forum_bridge.config import TellAgents
from forum_bridge.model import ThreadRef


class Unsent(Enum):
    """Why a private answer is not sent."""

    CANNOT_MESSAGE = auto()
    GUEST = auto()
    SEVERAL = auto()


@dataclass(frozen=True, slots=True)
class _Words:
    """One language."""

    not_posted: str
    part_not_posted: str
    unknown: str
    reason: str
    threads: str
    choose: str
    queued: str
    other_words: str
    mark_sent: str
    stands: str
    stands_privately: str
    private: str
    private_part: str
    private_unknown: str
    unsent: Mapping[Unsent, str]
    privately_by_hand: str
    paste: str
    paste_part: str
    recognised: str
    accounts: str
    nobody: str


_IN = {
    TellAgents.ENGLISH: _Words(
        not_posted="Your answer was not posted on the forum.",
        part_not_posted="Your answer is too long for one post; it was not posted from part {part} of {parts} on.",
        unknown="Nobody can tell whether your answer stands on the forum.",
        reason="Reason:",
        threads="This case holds posts from several threads, and nobody can tell which of them it is for:",
        choose="Answer in a case that holds one thread only, or post the answer in its thread by hand.",
        queued="Your answer waits for a moderator of the forum; until then customers do not see it.",
        other_words="Your answer waits for a moderator of the forum, and meanwhile a post of our account appeared in"
        " the thread that says something else:",
        mark_sent="If it is your answer in other words, ask whoever runs the bridge for: {command}",
        stands="Your answer stands on the forum:",
        stands_privately="Your answer reached the customer as a personal message:",
        private="This answer is marked private. It was NOT published, and the customer has not got it.",
        private_part="This answer is marked private. Nothing was published; part {part} of {parts} and what follows it"
        " have not reached the customer.",
        private_unknown="This answer is marked private. It was NOT published; whether the customer has got it is not"
        " known: look among the messages of the bridge's account first.",
        unsent={
            Unsent.CANNOT_MESSAGE: "The bridge cannot send personal messages on this forum.",
            Unsent.GUEST: "The customer has no account on the forum, so nobody can be written to there.",
            Unsent.SEVERAL: "Several customers write in this case, and the bridge does not guess whom it is for.",
        },
        paste="This forum takes no posts from programs. Please post this answer yourself, in",
        paste_part="(part {part} of {parts})",
        recognised="Once it stands there, the bridge recognises it and counts the answer as posted.",
        accounts="Post it with one of these accounts, the bridge knows them as ours: {accounts}.",
        nobody="The bridge does not know your accounts on the forum: have their names written into own_authors, else"
        " your post is taken for a customer's.",
        privately_by_hand="Write to the customer yourself, by a personal message on the forum or by e-mail; do not post"
        " it in the thread. If everybody may read it, answer again without marking it private.",
    ),
    TellAgents.TURKISH: _Words(
        not_posted="Yanıtınız forumda yayımlanmadı.",
        part_not_posted="Yanıtınız tek gönderiye sığmıyor; {parts} bölümünden {part}. ve sonrası yayımlanmadı.",
        unknown="Yanıtınızın forumda yayımlanıp yayımlanmadığı bilinmiyor.",
        reason="Nedeni:",
        threads="Bu talepte birkaç konunun mesajları var; yanıtın hangisi için olduğu anlaşılmıyor:",
        choose="Tek konulu bir talepte yanıtlayın ya da yanıtı konusunda elle yayımlayın.",
        queued="Yanıtınız forumun bir moderatörünün onayını bekliyor; onaylanana kadar müşteriler görmez.",
        other_words="Yanıtınız forumun bir moderatörünü bekliyor; bu arada konuda hesabımızdan başka sözlerle bir"
        " gönderi göründü:",
        mark_sent="Bu, yanıtınızın değiştirilmiş hâliyse köprüyü işletene şu komutu verdirin: {command}",
        stands="Yanıtınız forumda yayımlandı:",
        stands_privately="Yanıtınız müşteriye özel mesaj olarak ulaştı:",
        private="Bu yanıt gizli olarak işaretlendi. YAYIMLANMADI ve müşteriye ulaşmadı.",
        private_part="Bu yanıt gizli olarak işaretlendi. Hiçbir bölümü yayımlanmadı; {parts} bölümünden {part}. ve"
        " sonrası müşteriye ulaşmadı.",
        private_unknown="Bu yanıt gizli olarak işaretlendi. YAYIMLANMADI; müşteriye ulaşıp ulaşmadığı bilinmiyor:"
        " önce köprünün hesabındaki mesajlara bakın.",
        unsent={
            Unsent.CANNOT_MESSAGE: "Köprü bu forumda özel mesaj gönderemiyor.",
            Unsent.GUEST: "Müşterinin forumda hesabı yok; orada kendisine yazılamaz.",
            Unsent.SEVERAL: "Bu talepte birden çok müşteri yazıyor; köprü yanıtın kime olduğunu tahmin etmez.",
        },
        paste="Bu forum programlardan gönderi almıyor. Lütfen bu yanıtı kendiniz yayımlayın; konu:",
        paste_part="({parts} bölümünden {part}.)",
        recognised="Orada göründüğünde köprü onu tanır ve yanıtı yayımlanmış sayar.",
        accounts="Köprünün bizim saydığı şu hesaplardan biriyle yayımlayın: {accounts}.",
        nobody="Köprü forumdaki hesaplarınızı bilmiyor: adlarını own_authors altına yazdırın, yoksa gönderiniz"
        " müşteri gönderisi sayılır.",
        privately_by_hand="Müşteriye forumda özel mesajla ya da e-postayla kendiniz yazın; yanıtı konuya yazmayın."
        " Herkes okuyabilecekse gizli olarak işaretlemeden yeniden yanıtlayın.",
    ),
}


def not_posted(language: TellAgents, reason: str, *, unknown: bool, part: int = 1, parts: int = 1) -> str:
    """Return the note for an answer that will not be posted by itself, of several parts from ``part`` on; ``reason``
    also says what to do. ``unknown``: it may stand there all the same."""
    words = _IN[language]
    head = words.part_not_posted.format(part=part, parts=parts) if part > 1 else words.not_posted
    if unknown:
        head = words.unknown
    return f"<p><b>{head}</b></p><p>{words.reason} {escape(reason)}</p>"


def private(language: TellAgents, why: Unsent | str, *, unknown: bool, part: int = 1, parts: int = 1) -> str:
    """Return the note for a private answer that will not be sent by itself, of several parts from ``part`` on;
    ``unknown``: it may have been sent all the same."""
    words = _IN[language]
    head = words.private_part.format(part=part, parts=parts) if part > 1 else words.private
    if unknown:
        head = words.private_unknown
    reason = f"{words.reason} {escape(words.unsent[why] if isinstance(why, Unsent) else why)}"
    return f"<p><b>{head}</b></p><p>{reason}</p><p>{words.privately_by_hand}</p>"


def ambiguous(language: TellAgents, threads: Sequence[ThreadRef]) -> str:
    """Return the note for an answer in a case that holds several threads."""
    links = "".join(f'<li><a href="{escape(one.url)}">{escape(one.title or one.url)}</a></li>' for one in threads)
    words = _IN[language]
    return f"<p><b>{words.not_posted}</b> {words.threads}</p><ul>{links}</ul><p>{words.choose}</p>"


def to_paste(
    language: TellAgents, thread: ThreadRef, text: str, accounts: Sequence[str], part: int = 1, parts: int = 1
) -> str:
    """Return the note with the text of an answer that a person has to post in ``thread``, in the engine's markup."""
    words = _IN[language]
    link = f'<a href="{escape(thread.url)}">{escape(thread.title or thread.url)}</a>'
    place = f" {words.paste_part.format(part=part, parts=parts)}" if parts > 1 else ""
    known = escape(words.accounts.format(accounts=", ".join(accounts)) if accounts else words.nobody)
    head = f"<p><b>{words.paste}</b> {link}{place}</p>"
    return f"{head}<pre>{escape(text, quote=False)}</pre><p>{known} {words.recognised}</p>"


def queued(language: TellAgents, url: str) -> str:
    """Return the note for an answer that the forum put before a moderator."""
    return f'<p>{_IN[language].queued} <a href="{escape(url)}">{escape(url)}</a></p>'


def other_words(language: TellAgents, url: str, command: str) -> str:
    """Return the note for a post of our account that may be an answer which a moderator changed; ``command`` says so to
    the bridge."""
    words, link = _IN[language], f'<a href="{escape(url)}">{escape(url)}</a>'
    todo = escape(words.mark_sent.format(command=command))
    return f"<p>{words.other_words} {link}</p><p>{todo}</p>"


def stands(language: TellAgents, url: str, *, private: bool) -> str:
    """Return the note for an answer that stands on the forum, or reached its reader."""
    said = _IN[language].stands_privately if private else _IN[language].stands
    return f'<p>{said} <a href="{escape(url)}">{escape(url)}</a></p>'


def signed(html: str, key: str) -> str:
    """Return a note with the line by which the bridge recognises it."""
    return f"{html}<p>forum-bridge · {escape(key)}</p>"
