"""A forum's page made inert, with what a preset finds on it marked: an allow-list, applied by nh3. Nothing on it runs,
loads, leads anywhere or is sent; the headers that the page is served with forbid it once more."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import nh3
from markupsafe import Markup
from selectolax.lexbor import LexborHTMLParser, LexborNode

from forum_bridge.workbench.look import Seen
from forum_bridge.workbench.trying.examine import NUMBER, numbered

# fmt: off
_TAGS = {
    "a", "abbr", "address", "article", "aside", "b", "bdi", "bdo", "big", "blockquote", "br", "button", "caption",
    "center", "cite", "code", "dd", "del", "details", "dfn", "div", "dl", "dt", "em", "fieldset", "figcaption",
    "figure", "font", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "img", "input",
    "ins", "kbd", "label", "legend", "li", "main", "mark", "nav", "ol", "optgroup", "option", "p", "pre", "q", "s",
    "samp", "section", "select", "small", "span", "strike", "strong", "sub", "summary", "sup", "table", "tbody", "td",
    "textarea", "tfoot", "th", "thead", "time", "tr", "tt", "u", "ul", "var",
}
# fmt: on
_SILENT = {"script", "style", "noscript", "template", "title", "svg", "math", "iframe", "object"}
_MARKS = {"data-n", "data-fb", "title"}  # ours alone: what the page has of them is taken away
_ATTRIBUTES = {
    "*": _MARKS,
    "img": {"alt"},
    "input": {"value", "placeholder"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "textarea": {"placeholder"},
    "th": {"colspan", "rowspan"},
}
_KINDS = {"button", "checkbox", "email", "hidden", "number", "password", "radio", "reset", "search", "submit", "text"}
_CONTROLS = ("button", "input", "select", "textarea")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


def inert(seen: Seen, marks: Mapping[int, Sequence[str]], names: Mapping[str, str]) -> Markup:
    """Return the page's body. Elements in ``marks`` (keys by number) bear ``data-n``, ``data-fb`` and, as their title,
    the keys' ``names``."""
    root = numbered(seen)
    if root is None:
        return Markup("")
    for node in root.traverse():
        if not node.is_element_node:
            continue
        for name in _MARKS & node.attributes.keys():
            del node.attrs[name]
        keys = marks.get(int(node.attributes.get(NUMBER) or 0))
        if keys:
            node.attrs["data-n"], node.attrs["data-fb"] = node.attributes[NUMBER] or "", " ".join(keys)
            node.attrs["title"] = " · ".join(names[key] for key in keys)
    _pictures_as_words(root)
    for secret in root.css("input[type=hidden], input[type=password]"):
        if "value" in secret.attributes:
            del secret.attrs["value"]
    return _cleaned(root.html or "")


def plain(html: str) -> Markup:
    """Return a text that was cleaned for a case as it is shown here: its links lead nowhere, its pictures are words."""
    root = LexborHTMLParser(html).root
    if root is None:
        return Markup("")
    _pictures_as_words(root)
    return _cleaned(root.html or "")


def language_of(seen: Seen) -> str:
    """Return the language that the page says it is written in; empty where it says none."""
    root = seen.tree()
    page = root if root is not None and root.tag == "html" else root.css_first("html") if root is not None else None
    told = (page.attributes.get("lang") or "") if page is not None else ""
    return told if _LANGUAGE.fullmatch(told) else ""


def _pictures_as_words(root: LexborNode) -> None:
    """Put what is written for a picture in its place; one that was found stays, for its colour."""
    for picture in root.css("img:not([data-fb])"):
        words = picture.attributes.get("alt") or ""
        if words.strip():
            picture.replace_with(words)
        else:
            picture.decompose()


def _cleaned(html: str) -> Markup:
    safe = nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags=_SILENT,
        attributes=_ATTRIBUTES,
        tag_attribute_values={"input": {"type": _KINDS}},
        set_tag_attribute_values={name: {"disabled": ""} for name in _CONTROLS} | {"details": {"open": ""}},
        url_schemes=set(),
        link_rel=None,
    )
    return Markup(safe)  # noqa: S704 - HTML becomes trusted here, by nh3's allow-list
