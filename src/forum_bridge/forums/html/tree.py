"""From a page's HTML to its tree, in which links lead where a browser would take them: a page may name another base
than its own address. Knows no preset."""

from __future__ import annotations

from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

_LINKS = ("href", "src", "data-src", "cite")


def tree_of(html: str, url: str) -> LexborNode | None:
    """Return the root of the page that came from ``url``; where it has a ``<base href>``, links become absolute."""
    root = LexborHTMLParser(html).root
    base = root.css_first("base[href]") if root is not None else None
    if root is not None and base is not None:
        _based(root, _joined(url, base.attributes.get("href") or ""))
    return root


def _based(root: LexborNode, base: str) -> None:
    for name in _LINKS:
        for node in root.css(f"[{name}]"):
            link = node.attributes.get(name) or ""
            if not link.startswith("#") and node.tag != "base":
                node.attrs[name] = _joined(base, link)


def _joined(base: str, link: str) -> str:
    """Return where a link leads; one that nobody can follow stays as it is written."""
    try:
        return urljoin(base, link)
    except ValueError:
        return link
