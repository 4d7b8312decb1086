"""Reads out of a post's BBCode what XenForo's API leaves out of its HTML: the contents of spoilers, in which customers
hide their logs. Pure; it knows the tags that stand there usually, and shows others as they were typed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

_TAG = re.compile(r"\[(?P<end>/?)(?P<name>[a-z*]+)(?:=(?P<option>\"[^\"\]]*\"|'[^'\]]*'|[^\[\]]*))?\]", re.IGNORECASE)
_VERBATIM = frozenset({"code", "icode", "php", "html", "plain"})
_SPOILERS = frozenset({"spoiler", "ispoiler"})
_WRITTEN = {
    "b": "b", "i": "i", "u": "u", "s": "s", "quote": "blockquote", "list": "ul", "*": "li", "table": "table",
    "tr": "tr", "td": "td", "th": "th", "heading": "p", "code": "pre", "php": "pre", "html": "pre", "icode": "code",
}  # fmt: skip
_DROPPED = frozenset(
    {"size", "color", "font", "left", "center", "right", "justify", "indent", "user", "plain", *_SPOILERS}
)
_HOLDING = {"url", "email", "img", "attach", "media"}  # their meaning lies in what stands between them


@dataclass(frozen=True, slots=True)
class Spoiler:
    """What one spoiler hides, as HTML; ``inline`` ones stand within a line."""

    html: str
    inline: bool


def spoilers(message: str) -> list[Spoiler]:
    """Return the outermost spoilers of a post, in order."""
    found: list[Spoiler] = []
    open_: list[re.Match[str]] = []
    verbatim: str | None = None
    for tag in _TAG.finditer(message):
        name = tag["name"].lower()
        if verbatim is not None:
            verbatim = None if tag["end"] and name == verbatim else verbatim
        elif name in _VERBATIM and not tag["end"]:
            verbatim = name
        elif name in _SPOILERS and not tag["end"]:
            open_.append(tag)
        elif name in _SPOILERS and open_:
            first = open_.pop()
            if not open_:
                title = (first["option"] or "").strip("\"'")
                inside = message[first.end() : tag.start()].strip()
                found.append(Spoiler(_titled(title) + as_html(inside), name == "ispoiler"))
    return found


def as_html(bbcode: str) -> str:
    """Return BBCode as HTML."""
    out: list[str] = []
    at = 0
    unclosed = False  # a link whose end never comes stands there as it was typed, and so do all after it
    for tag in _TAG.finditer(bbcode):
        if tag.start() < at:
            continue  # within what is shown as it was typed
        out.append(_typed(bbcode[at : tag.start()]))
        at = tag.end()
        name = tag["name"].lower()
        if name == "url" and unclosed:
            out.append(_typed(tag[0]))
        elif (name in _VERBATIM or name in _HOLDING) and not tag["end"]:
            end = re.compile(rf"\[/{name}\]", re.IGNORECASE).search(bbcode, at)
            if name == "url" and end is None:
                unclosed = True
                out.append(_typed(tag[0]))
                continue
            inside = bbcode[at : end.start()] if end else bbcode[at:]
            out.append(_block(name, (tag["option"] or "").strip("\"'"), inside))
            at = end.end() if end else len(bbcode)
        else:
            out.append(_shown(tag, name))
    return "".join([*out, _typed(bbcode[at:])])


def _shown(tag: re.Match[str], name: str) -> str:
    if name in _WRITTEN:
        return f"<{tag['end']}{_WRITTEN[name]}>"
    return "" if name in _DROPPED else escape(tag[0], quote=False)


def _block(name: str, option: str, inside: str) -> str:
    match name:
        case "url":
            return f'<a href="{escape(option or inside)}">{as_html(inside)}</a>'
        case "email":
            return f'<a href="mailto:{escape(option or inside)}">{escape(inside, quote=False)}</a>'
        case "img":
            return f'<img src="{escape(inside)}">'
        case "attach":
            return f"[{escape(inside, quote=False)}]"
        case "media":
            return escape(f"{option}: {inside}", quote=False)
    wrapped = _WRITTEN.get(name)
    return f"<{wrapped}>{escape(inside, quote=False)}</{wrapped}>" if wrapped else escape(inside, quote=False)


def _titled(title: str) -> str:
    return f"<p><b>{escape(title, quote=False)}</b></p>" if title else ""


def _typed(text: str) -> str:
    return escape(text, quote=False).replace("\n", "<br>")
