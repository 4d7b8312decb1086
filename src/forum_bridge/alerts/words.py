"""What alerts say, in English and in Turkish: what is wrong, since when, what to do. Made of names, addresses and
numbers alone: no text of a post, no word of a forum's page, no secret can stand in one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forum_bridge.alerts.condition import Say
from forum_bridge.config import About, Language
from forum_bridge.ledger.alerts import AlertRow

MOST = 30  # lines of one message

WRONG = {
    Language.EN: {
        About.DRIFT: "A forum looks otherwise than its adapter knows it, and nothing is read there: {subject}",
        About.SIGN_IN: "The bridge cannot sign in: {subject}",
        About.FORUM: "A forum cannot be read, so that posts there are not seen: {subject}",
        About.LATE: "An item has not arrived yet and is tried again and again: {subject}",
        About.DEAD: "An item will not be tried again: {subject}",
        About.HELD: "An item waits for a decision: {subject}",
        About.DESK: "{subject} cannot be reached, or its channel cannot be used",
        About.WEBHOOK: "{subject} did not tell of the newest answer; it was found by looking, which is slower",
        About.LEDGER: "The ledger cannot be written: {subject}",
        About.QUOTA: "The day's number of new cases is used up, and posts wait: {subject}",
    },
    Language.TR: {
        About.DRIFT: "Bir forum, adaptörünün bildiği gibi görünmüyor; orada hiçbir şey okunmuyor: {subject}",
        About.SIGN_IN: "Köprü oturum açamıyor: {subject}",
        About.FORUM: "Bir forum okunamıyor, oradaki gönderiler görülmüyor: {subject}",
        About.LATE: "Bir öğe hâlâ yerine ulaşmadı, yeniden deneniyor: {subject}",
        About.DEAD: "Bir öğe artık yeniden denenmeyecek: {subject}",
        About.HELD: "Bir öğe karar bekliyor: {subject}",
        About.DESK: "{subject} ile bağlantı kurulamıyor ya da kanalı kullanılamıyor",
        About.WEBHOOK: "{subject} en yeni yanıtı haber vermedi; yanıt aranarak bulundu, bu daha yavaştır",
        About.LEDGER: "Defter yazılamıyor: {subject}",
        About.QUOTA: "Günlük yeni talep sayısı doldu, gönderiler bekliyor: {subject}",
    },
}
TODO = {
    Language.EN: {
        About.DRIFT: "`forum-bridge status` shows the page in quarantine and how to try a mended adapter on it.",
        About.SIGN_IN: "`forum-bridge status` says what to do.",
        About.FORUM: "`forum-bridge status` says why.",
        About.LATE: "`forum-bridge status` says why. Those of its conversation wait behind it.",
        About.DEAD: "Mend the cause, then `forum-bridge retry`; or `forum-bridge drop`.",
        About.HELD: "Look whether it stands on the other side, then `forum-bridge mark-sent` or `retry`.",
        About.DESK: "`forum-bridge check` says what is wrong.",
        About.WEBHOOK: "Compare the channel's webhook URL in Deskie: `forum-bridge check`.",
        About.LEDGER: "Look at the disk: is it full, broken or read-only?",
        About.QUOTA: "Raise deskie.new_cases_per_day if your plan allows it, or wait until tomorrow.",
    },
    Language.TR: {
        About.DRIFT: "`forum-bridge status`, karantinadaki sayfayı ve düzeltilmiş adaptörü denemenin yolunu gösterir.",
        About.SIGN_IN: "Ne yapılacağını `forum-bridge status` söyler.",
        About.FORUM: "Nedenini `forum-bridge status` söyler.",
        About.LATE: "Nedenini `forum-bridge status` söyler. Aynı konuşmadakiler onu bekler.",
        About.DEAD: "Nedenini giderin, sonra `forum-bridge retry`; ya da `forum-bridge drop`.",
        About.HELD: "Karşı tarafta duruyor mu bakın, sonra `forum-bridge mark-sent` ya da `retry`.",
        About.DESK: "Neyin yanlış olduğunu `forum-bridge check` söyler.",
        About.WEBHOOK: "Deskie'deki kanalın webhook adresini karşılaştırın: `forum-bridge check`.",
        About.LEDGER: "Diske bakın: dolu mu, bozuk mu, salt okunur mu?",
        About.QUOTA: "Tarifeniz izin veriyorsa deskie.new_cases_per_day sayısını artırın ya da yarını bekleyin.",
    },
}
BEFORE = {
    Language.EN: {Say.TROUBLE: "", Say.STILL: "Still: ", Say.OVER: "Over: "},
    Language.TR: {Say.TROUBLE: "", Say.STILL: "Sürüyor: ", Say.OVER: "Bitti: "},
}
SINCE = {Language.EN: "since {since:%Y-%m-%d %H:%M} UTC", Language.TR: "{since:%Y-%m-%d %H:%M} UTC'den beri"}
MORE = {Language.EN: "… and {more} more", Language.TR: "… ve {more} tane daha"}
TITLE = {
    Language.EN: {Say.TROUBLE: "something needs you", Say.STILL: "something still needs you", Say.OVER: "well again"},
    Language.TR: {Say.TROUBLE: "ilginizi bekleyen bir şey var", Say.STILL: "hâlâ ilginizi bekliyor",
                  Say.OVER: "yeniden yolunda"},
}  # fmt: skip
TEST = {
    Language.EN: ("a test", "This is a test of `forum-bridge alert --test`. There is nothing to do."),
    Language.TR: ("deneme", "Bu, `forum-bridge alert --test` komutunun denemesidir. Yapılacak bir şey yok."),
}


@dataclass(frozen=True, slots=True)
class Message:
    """One message: ``id`` is the same at each try; ``items`` are what it tells (none of a test)."""

    id: str
    title: str
    text: str
    items: tuple[tuple[Say, AlertRow], ...] = ()


def message(language: Language, message_id: str, items: Sequence[tuple[Say, AlertRow]]) -> Message:
    """Return the message that tells these things."""
    said = {say for say, _ in items}
    worst = next(say for say in Say if say in said)
    lines = [line for say, row in items[:MOST] for line in _lines(language, say, row)]
    if len(items) > MOST:
        lines.append(MORE[language].format(more=len(items) - MOST))
    return Message(message_id, f"forum-bridge: {TITLE[language][worst]}", "\n".join(lines), tuple(items))


def trial_message(language: Language, message_id: str) -> Message:
    """Return a message that tells nothing."""
    title, text = TEST[language]
    return Message(message_id, f"forum-bridge: {title}", text)


def _lines(language: Language, say: Say, row: AlertRow) -> list[str]:
    about = About(row.kind)
    wrong = WRONG[language][about].format(subject=row.subject)
    since = SINCE[language].format(since=row.since)
    lines = [f"{BEFORE[language][say]}{wrong} ({since})"]
    return lines if say is Say.OVER else [*lines, f"  → {TODO[language][about]}"]
