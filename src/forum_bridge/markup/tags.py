"""What HTML's tags mean for us: block, format, code, or nothing to show. Knows no engine's classes but spoilers'."""

from __future__ import annotations

import re

from forum_bridge.markup.tree import Element


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


BLOCKS = _names(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure"
    " footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li listing main menu nav ol p pre section summary"
    " table tbody td tfoot th thead tr ul xmp"
)
NOTHING = _names(
    "applet area base button canvas col colgroup datalist frame frameset head input link map math meta noembed"
    " noframes optgroup option param script select source style svg template textarea title track wbr"
)
MEDIA = _names("iframe embed object video audio")
CODE = _names("code tt kbd samp")
SPOILERS = _names("bbCodeSpoiler bbCodeInlineSpoiler bbc_spoiler bbcode_spoiler ipsSpoiler sp-wrap spoiler spoiled")
_FORMATS = {
    "b": "b", "strong": "b", "i": "i", "em": "i", "cite": "i", "dfn": "i", "var": "i", "u": "u", "ins": "u",
    "s": "s", "del": "s", "strike": "s", "sub": "sub", "sup": "sup",
}  # fmt: skip


def holds_block(element: Element) -> bool:
    """Whether the element is or holds a block, so that it cannot stand inside a paragraph."""
    if element.holds_block is None:
        below = [child for child in element.children if isinstance(child, Element)]
        if element.tag in CODE:
            element.holds_block = "\n" in element.text().strip()
        elif element.tag in NOTHING | MEDIA:
            element.holds_block = False
        else:
            element.holds_block = element.tag in BLOCKS or any(map(holds_block, below))
    return element.holds_block


def formats(element: Element) -> list[str]:
    """Return the formats an inline element sets, by its tag or by an editor's style attribute."""
    if element.tag in _FORMATS:
        return [_FORMATS[element.tag]]
    if element.tag not in ("span", "font"):
        return []
    style = element.attrs.get("style", "").lower().replace(" ", "")
    found = {
        "b": re.search(r"font-weight:(?:bold|[6-9]00)", style),
        "i": "font-style:italic" in style,
        "u": re.search(r"text-decoration[a-z-]*:[^;]*underline", style),
        "s": re.search(r"text-decoration[a-z-]*:[^;]*line-through", style),
    }
    return [tag for tag, there in found.items() if there]
