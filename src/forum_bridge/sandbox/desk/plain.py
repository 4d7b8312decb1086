"""HTML as the plain text that Deskie's webhook carries. How the real desk does it is unknown: lines and links stay."""

from __future__ import annotations

from bs4 import BeautifulSoup

BLOCKS = ["p", "div", "li", "blockquote", "pre", "h1", "h2", "h3", "h4", "tr"]


def plain(html: str) -> str:
    """Return the text of ``html``: a line a block, ``- `` before list items, ``text (address)`` for links."""
    soup = BeautifulSoup(html, "lxml")
    for link in soup("a", href=True):
        if link.get_text() != link["href"]:
            link.append(f" ({link['href']})")
    for gap in soup("br"):
        gap.replace_with("\n")
    for block in soup(BLOCKS):
        block.append("\n")
        if block.previous_sibling:
            block.insert_before("\n")
    for item in soup("li"):
        item.insert(0, "- ")
    lines = (line.strip() for line in soup.get_text().splitlines())
    return "\n".join(line for line in lines if line)
