"""Guesses the forms of a forum: the one to sign in by, the one to reply by, and the links that lead to them. Fills in
and sends none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from selectolax.lexbor import LexborNode

from forum_bridge.forums.html.value import shown_text
from forum_bridge.markup.urls import without_session
from forum_bridge.workbench.guess.guessed import Guess

CAPTCHA = [".g-recaptcha", ".h-captcha", ".cf-turnstile", 'img[src*="captcha"]']
LOGOUT = 'a[href*="logout"], a[href*="log_out"], a[href*="signout"], a[href*="cikis"]'
_LOGIN = re.compile(r"(?i)log[-_ ]?in|sign[-_ ]?in|giri[sş]|oturum a")
_NOT_LOGIN = re.compile(
    r"(?i)regist|sign[-_ ]?up|kayıt|kayit|uye[-_ ]?ol|forgot|lost|password|sifre|şifre|logout|provider|oauth"
)
_LOGOUT = re.compile(r"(?i)log[-_]?out|sign[-_]?out|çıkış|cikis")
_REPLY = re.compile(r"(?i)repl|respond|cevap|yanıt|yanit|newpost|post_reply|action=post|addpost|comment")
_NOT_REPLY = re.compile(r"(?i)quote|alinti|alıntı|report|newtopic|new_topic|newthread|edit|delete|search|sort|print")
_PREVIEW = re.compile(r"(?i)preview|önizle|onizle|draft|taslak|save|cancel|iptal|spell|attach|add_file|ekle")
_SEND = re.compile(r"(?i)^(?:post|submit|send|reply|gonder|cevapla|kaydet)")
_BACK = re.compile(r"(?i)[?&;](?:redirect|return|return_to|next|from|url|ref|goto|continue)=[^&;#]*")
_PLACE = re.compile(r"[?&;](?:last_msg|num_replies|replyto|pid|start|page|st)=\d+")  # where one happens to be
_QUICK = re.compile(r"(?i)quick|hizli|mini|header|top")


@dataclass(frozen=True, slots=True)
class LoginGuess:
    """The form to sign in by, as a preset has it; ``page`` is the address it was found at."""

    page: str
    form: str
    user: str
    password: str
    button: str | None


@dataclass(frozen=True, slots=True)
class ReplyGuess:
    """The form to reply by; ``files`` names its field for files."""

    form: str
    text: str
    button: str | None
    preview: str | None
    files: str | None


def guess_login(root: LexborNode, url: str) -> LoginGuess | None:
    """Return the form to sign in by on a page; None where there is none. One with two passwords is for newcomers."""
    found = []
    for form in root.css("form"):
        secrets = [field for field in form.css("input[type=password]") if field.attributes.get("name")]
        texts = [field for field in form.css("input") if _is_text(field)]
        if len(secrets) != 1 or not texts:
            continue
        user, password = str(texts[0].attributes["name"]), str(secrets[0].attributes["name"])
        said = f"{form.attributes.get('id')} {form.attributes.get('class')} {user} {password}"
        found.append((bool(_QUICK.search(said)), form, user, password))
    if not found:
        return None
    _, form, user, password = min(found, key=lambda each: each[0])
    buttons = [name for name in _buttons(form) if name and not _PREVIEW.search(name)]
    return LoginGuess(
        without_session(url),
        _naming(root, form, f"input[name={_quoted(password)}]"),
        user,
        password,
        buttons[0] if len(buttons) == 1 else None,
    )


def guess_reply(root: LexborNode) -> ReplyGuess | None:
    """Return the form to write a post by on a page; None where there is none."""
    found = [
        (form, area)
        for form in root.css("form")
        for area in form.css("textarea")
        if area.attributes.get("name") and not re.search(r"(?i)search|ara\b", str(form.attributes.get("action")))
    ]
    if not found:
        return None
    form, area = max(found, key=lambda each: (len(each[0].css("input[type=hidden]")), _size(each[1])))
    text = str(area.attributes["name"])
    every = list(_buttons(form))
    sending = sorted(
        (name for name in every if name and not _PREVIEW.search(name)), key=lambda name: not _SEND.search(name)
    )
    # Where a form can only be looked at first, the one behind that look has the button to send it.
    only_previews = every and all(re.search(r"(?i)preview|önizle|onizle", name) for name in every)
    files = next((field.attributes.get("name") for field in form.css("input[type=file]")), None)
    return ReplyGuess(
        _naming(root, form, f"textarea[name={_quoted(text)}]"),
        text,
        sending[0] if sending else None,
        every[0] if only_previews else None,
        files,
    )


def login_link(root: LexborNode, url: str) -> str | None:
    """Return the address of the page to sign in on, if the page links it."""
    return next(_links(root, url, _LOGIN, _NOT_LOGIN), None)


def logout(root: LexborNode) -> Guess | None:
    """Return what stands only on pages made for a member: the link to sign out."""
    for link in root.css("a[href]"):
        href = str(link.attributes["href"])
        told = _LOGOUT.search(href)
        if told is None:
            continue
        part = re.search(r"[\w./-]*(?:=)?" + re.escape(told[0]), href)
        css = f'a[href*="{part[0].rpartition("/")[2] or told[0] if part else told[0]}"]'
        if root.css_first(css) is not None:
            return Guess(css, why=f"the link {shown_text(link)!r}, on pages made for a member")
    return None


def reply_link(root: LexborNode, url: str, thread_id: str, post_ids: Sequence[str]) -> str | None:
    """Return the address of the page to reply on, with {id} in the place of the thread's."""
    for address in _links(root, url, _REPLY, _NOT_REPLY):
        host, slash, path = address.partition("//")[2].partition("/")
        tokens = re.findall(r"[0-9a-f]{8,}|\d+", path)
        others = [each for each in tokens if each != thread_id]
        if thread_id in tokens and not any(each in post_ids for each in others):
            told = re.sub(rf"(?<![0-9A-Za-z]){re.escape(thread_id)}(?![0-9A-Za-z])", "{id}", path)
            plain = re.sub(r"(?<=\{id\}\.)\d+", "0", _PLACE.sub("", told))
            return f"{address.partition('//')[0]}//{host}{slash}{plain}"
    return None


def _links(root: LexborNode, url: str, wanted: re.Pattern[str], unwanted: re.Pattern[str]) -> Iterator[str]:
    """Yield addresses of links that say the wanted, those whose address says it first."""
    by_text = []
    for link in root.css("a[href]"):
        href = str(link.attributes["href"])
        pictures = " ".join(str(image.attributes.get("alt")) for image in link.css("img[alt]"))
        said = f"{shown_text(link)} {link.attributes.get('title') or ''} {pictures}"[:80]
        if href.startswith(("#", "javascript:", "mailto:")) or unwanted.search(f"{href} {said}"):
            continue
        address = _BACK.sub("", without_session(urljoin(url, href)).partition("#")[0])
        if wanted.search(href):
            yield address
        elif wanted.search(said):
            by_text.append(address)
    yield from by_text


def _is_text(field: LexborNode) -> bool:
    kind = (field.attributes.get("type") or "text").lower()
    return kind in {"text", "email"} and bool(field.attributes.get("name"))


def _buttons(form: LexborNode) -> Iterator[str]:
    """Yield the names of the buttons that send a form, empty for one without a name."""
    for field in form.css("input[type=submit], input[type=image], button"):
        if (field.attributes.get("type") or "submit").lower() in {"submit", "image"}:
            yield str(field.attributes.get("name") or "")


def _naming(root: LexborNode, form: LexborNode, inside: str) -> str:
    """Return a selector of the form: by what is in it, unless others have that, too."""
    css = f"form:has({inside})"
    alike = root.css(css)
    form_id = form.attributes.get("id")
    if len(alike) == 1 or not form_id or re.search(r"\d", form_id):
        return css
    return f"#{form_id}" if root.css_first(f"#{form_id}") is not None else css


def _quoted(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_][\w-]*", name) else f'"{name}"'


def _size(area: LexborNode) -> int:
    rows = area.attributes.get("rows") or ""
    return int(rows) if rows.isdigit() else 0
