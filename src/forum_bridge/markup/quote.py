"""How an answer names what it answers: quote, mention, excerpt in the markups' common forms.
Engines' own forms (ids that notify) belong to their adapters."""

from __future__ import annotations

import re
from html import escape

from forum_bridge.markup.answer import to_markup
from forum_bridge.markup.characters import one_line
from forum_bridge.markup.render import prefixed
from forum_bridge.markup.urls import absolute
from forum_bridge.model import Author, Markup, Quote

_NAME_LIMIT = 80
_HANDLE = re.compile(r"[^\W_]+(?:[_.-][^\W_]+)*")  # a Markdown engine reads no emphasis into it
_CROWDS = re.compile(
    r"all|everyone|everybody|here|channel|room|group|team|users|members|staff|moderators?|mods|admins?|administrators|"
    r"global-moderators|registered-users|trust_level_\d|herkes|yöneticiler|moderatörler",
    re.IGNORECASE,
)
"""Names by which engines call many people at once; who bears one is not worth the noise."""
_ADDRESS = re.compile(r"(?<=:)(?=//)|(?<=\bwww)(?=\.)", re.IGNORECASE)
_BBCODE_VALUE = str.maketrans({"[": "(", "]": ")", '"': "'", ";": " ", ",": " ", "\\": "/"})
_JOINED = "\u0300-\u036f\u200d\ufe00-\ufe0f\U0001f3fb-\U0001f3ff"


def quote(markup: Markup, q: Quote) -> str:
    """Return the quote with its author; ``q.text`` is in the markup already (see ``quoted``)."""
    name = _name(q.author)
    url = absolute(q.url, None) or ""
    match markup:
        case Markup.MARKDOWN:
            head = f'<a href="{escape(url)}">{escape(name)}</a>' if url else escape(name)
            return prefixed(to_markup(f"<b>{head}</b>", True, markup) + "\n\n" + q.text.strip("\n"), "> ")
        case Markup.BBCODE:
            return f'[quote="{inert_name(q.author, markup)}"]{q.text.strip()}[/quote]'
        case Markup.HTML:
            head = f'<a href="{escape(url)}" rel="nofollow noopener">{escape(name)}</a>' if url else escape(name)
            return f"<blockquote><p><b>{head}</b>:</p>{q.text}</blockquote>"


def mention(markup: Markup, q: Quote) -> str:
    """Return ``@name``, which notifies on most engines; a guest (who may bear a member's name), or a name that such a
    mention would cut short, stands in bold instead."""
    if q.author.guest or not handle(q.author):
        return to_markup(f"<b>{escape(_name(q.author))}</b>", True, markup)
    return f"@{handle(q.author)}"


def excerpt(text: str, limit: int = 300) -> str:
    """Return the beginning of a post's plain text, without what it quotes itself, cut between words."""
    own = "\n".join(line for line in text.split("\n") if not line.startswith(">")).strip()
    whole = re.sub(r"\n{3,}", "\n\n", own or text.strip())
    if len(whole) <= limit:
        return whole
    cut = whole[:limit]
    if not whole[limit].isspace() and (space := max(cut.rfind(" "), cut.rfind("\n"))) > limit // 2:
        cut = cut[:space]
    elif re.match(f"[{_JOINED}]", whole[limit]) or cut.endswith("\u200d"):
        cut = re.sub(f".[{_JOINED}]*(?:\u200d.[{_JOINED}]*)*$", "", cut)  # never half an emoji
    return cut.rstrip(" \n,;:–-") + "…"


def quoted(markup: Markup, text: str) -> str:
    """Return the excerpt of a post's plain text in the markup, none of it live."""
    return to_markup(excerpt(text), False, markup)


def inert_name(author: Author, markup: Markup) -> str:
    """Return the author's name as it may stand in the markup, in BBCode also between the quotes of a tag's value."""
    name = _name(author)
    if markup is Markup.BBCODE:  # XenForo and vBulletin read ids behind a comma or a semicolon
        return name.translate(_BBCODE_VALUE)
    return escape(name) if markup is Markup.HTML else to_markup(name, False, markup).strip()


def plain_name(author: Author) -> str:
    """Return the author's name on one line if nothing of it acts in Markdown, else its letters and digits alone."""
    name = _name(author)
    return name if to_markup(name, False, Markup.MARKDOWN).strip() == name else re.sub(r"[\W_]+", " ", name).strip()


def calls_many(name: str) -> bool:
    """Whether engines call many people at once by this name."""
    return _CROWDS.fullmatch(name) is not None


def handle(author: Author) -> str:
    """Return the author's name if it is one word, which no engine cuts short, no markup changes and that calls one
    person alone; else nothing."""
    name = _name(author)
    return name if _HANDLE.fullmatch(name) and not calls_many(name) else ""


def _name(author: Author) -> str:
    """An address in a name is no link, neither of ours nor one that the engine makes of it."""
    return _ADDRESS.sub(" ", one_line(author.name, _NAME_LIMIT)) or "—"
