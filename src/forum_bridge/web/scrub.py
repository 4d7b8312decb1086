"""Takes out of a page what opens doors (session ids, tokens, what hidden fields hold, passwords), and leaves its
structure as it was, so that an adapter can be mended by it. What people wrote stays: keep it where nobody reads."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

GONE = "scrubbed"
_NAMES = re.compile(
    r"(?:sid|sess(?:ion)?|sessid|token|csrf|xsrf|nonce|hash|key|auth|secret|passw(?:or)?d|logout|sec)", re.IGNORECASE
)
_QUERY = re.compile(r"([?&;](?:amp;)?)([\w\[\]%.-]{1,64})=([^&;#\s\"'<>]+)")
_RANDOM = re.compile(r"[A-Za-z0-9_+/=.:%,-]{16,}")
_JSON = re.compile(r'("[\w-]*"\s*:\s*")((?:[^"\\]|\\.)*)(")')
_SHORT = frozenset({"s", "k", "t", "h"})
_LINKS = ("href", "src", "action", "content", "formaction", "data-url", "data-href")


def scrubbed(text: str) -> str:
    """Return the page (HTML, or a JSON document) without secrets. Never raises: what cannot be parsed is searched as
    plain text."""
    if text.lstrip()[:1] in {"{", "["}:
        return _JSON.sub(_json, text)
    parser = LexborHTMLParser(text)
    if parser.root is None:
        return _QUERY.sub(_query, text)
    for node in parser.root.css("input, textarea, meta, script, button, form, a, link, img, iframe, [data-csrf], *"):
        _clean(node)
    return parser.html or ""


def _clean(node: LexborNode) -> None:
    if node.tag in {"script", "style"}:
        _clean_script(node)
    secret = node.tag == "input" and (node.attributes.get("type") or "").lower() in {"hidden", "password"}
    secret = secret or (_NAMES.search(node.attributes.get("name") or "") is not None and node.tag in {"input", "meta"})
    for name, value in list(node.attributes.items()):
        if not value:
            continue
        if (secret and name in {"value", "content"}) or (name.startswith("data-") and _secret(name, value)):
            node.attrs[name] = GONE
        elif name in _LINKS or "?" in value:
            node.attrs[name] = _QUERY.sub(_query, value)


def _clean_script(node: LexborNode) -> None:
    text = node.text(deep=True, separator="")
    cleaned = _RANDOM.sub(lambda found: GONE if _random(found[0]) else found[0], text)
    if cleaned != text and node.tag == "script" and (child := node.child) is not None:
        child.replace_with(cleaned)


def _secret(name: str, value: str) -> bool:
    return _NAMES.search(name) is not None and not value.isdigit()


def _query(found: re.Match[str]) -> str:
    before, name, value = found.groups()
    secret = _NAMES.search(name) or (name.lower() in _SHORT and _random(value)) or (len(value) > 15 and _random(value))
    return f"{before}{name}={GONE if secret else value}"


def _json(found: re.Match[str]) -> str:
    name = found[1].partition('"')[2].partition('"')[0]
    return f"{found[1]}{GONE}{found[3]}" if _NAMES.search(name) else found[0]


def _random(text: str) -> bool:
    """Return whether a run of characters looks drawn by lot: letters and digits mixed, long."""
    core = re.sub(r"[^A-Za-z0-9]", "", text)
    digits = sum(each.isdigit() for each in core)
    return len(core) >= 8 and digits >= 3 and digits < len(core)
