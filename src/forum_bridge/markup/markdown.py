"""Writes an answer's small grammar as CommonMark, nothing of the agent's text read as markup.

Own code instead of markdownify: that one writes an address, a picture's ``alt`` and a code block as they are, so ``)``
in a link or three backticks in code end the construct and what follows is live markup.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from forum_bridge.markup.characters import WORD_JOINER
from forum_bridge.markup.mentions import without_mentions
from forum_bridge.markup.render import Node, Renderer, indented, items_of, tight
from forum_bridge.markup.tree import Element

_SPECIAL = re.compile(
    r"([\\`*_\[\]<~^])|(?<==)=|=(?==)|&(?=#?\w+;)",
)
_LINE_START = re.compile(r"^(?:([#>+\-=|:])|(\d{1,9})([.)])(?=\s|$))", re.MULTILINE)
_OTHER = "other-mark"
_DELIMITERS = {"b": "**", "i": "_", "s": "~~"}


@dataclass(slots=True)
class _Token:
    """A stretch of text, or one half of a pair of delimiters (``pair`` equal in both halves)."""

    text: str
    pair: int = 0
    opens: bool = False


class Markdown(Renderer):
    """CommonMark with ``~~`` for struck text; underlined text stays plain, a table becomes lines.

    A line's end is a bare newline, which forums show as one; a backslash there FlaskBB would show (mistune, hard_wrap).
    Emphasis is ``_``, so that no run of asterisks can be read in two ways; inside a word it is left out.
    """

    def paragraph(self, nodes: Sequence[Node]) -> str:
        return _LINE_START.sub(_escaped_start, self.inline(nodes).strip())

    def inline(self, nodes: Sequence[Node]) -> str:
        tokens: list[_Token] = []
        self._collect(nodes, tokens)
        while lame := _lame_pairs(tokens):
            tokens = [token for token in tokens if token.pair not in lame]
        for before, token in pairwise(tokens):
            if token.text.startswith("[") and before.text.endswith("!"):
                before.text = before.text[:-1] + "\\!"  # or the link would be a picture
        return "".join(token.text for token in tokens)

    def text(self, text: str) -> str:
        return _SPECIAL.sub(r"\\\g<0>", without_mentions(super().text(text)))

    def tag(self, element: Element) -> str:
        match element.tag:
            case "code":
                return _fenced(element.text())
            case "img":
                return f"![{self.text(element.attrs.get('alt', ''))}]({_destination(element.attrs.get('src', ''))})"
            case "a":
                return self._link(element)
        return super().tag(element)

    def code_block(self, text: str) -> str:
        fence = "`" * max(3, _longest_run(text) + 1)
        return f"{fence}\n{text}\n{fence}"

    def blocks(self, nodes: Sequence[Node]) -> list[str]:
        """Two lists in a row need different marks, or they would be one."""
        for elder, younger in pairwise(node for node in nodes if isinstance(node, Element)):
            younger.attrs[_OTHER] = "yes" if younger.tag == elder.tag and not elder.attrs.get(_OTHER) else ""
        return super().blocks(nodes)

    def quote(self, body: str) -> str:
        """A quoted line that begins with an exclamation mark is a spoiler to mistune and to Reddit."""
        return super().quote(re.sub("^(?=!)", WORD_JOINER, body, flags=re.MULTILINE))

    def rule(self) -> str:
        return "___"  # of dashes it would make one rule with a list's mark before it

    def list_(self, element: Element, start: int) -> str:
        bullet, dot = ("* ", ") ") if element.attrs.get(_OTHER) else ("- ", ". ")
        items = []
        for number, item in enumerate(items_of(element), start):
            mark = f"{number}{dot}" if element.tag == "ol" else bullet
            items.append(indented(tight(item, self.blocks(item.children)), mark))
        return ("\n\n" if any("\n\n" in item for item in items) else "\n").join(items)

    def table(self, element: Element) -> str:
        return _LINE_START.sub(_escaped_start, super().table(element))

    def cell(self, element: Element) -> str:
        return self.inline(element.children).strip().replace("\n", " ")

    def _collect(self, nodes: Sequence[Node], tokens: list[_Token]) -> None:
        for node in nodes:
            if isinstance(node, Element) and node.tag in _DELIMITERS:
                mark, pair = _DELIMITERS[node.tag], id(node)
                last = tokens[-1] if tokens else None
                if last is not None and last.pair and last.text == mark and not last.opens:
                    pair = tokens.pop().pair  # bold goes on where bold just ended: four asterisks would end nothing
                else:
                    tokens.append(_Token(mark, pair, opens=True))
                self._collect(node.children, tokens)
                tokens.append(_Token(mark, pair))
            elif isinstance(node, Element) and node.tag in ("u", "sub", "sup"):
                self._collect(node.children, tokens)
            elif text := self.text(node) if isinstance(node, str) else self.tag(node):
                tokens.append(_Token(text))

    def _link(self, element: Element) -> str:
        href = element.attrs.get("href", "")
        if element.text() == href.removeprefix("mailto:"):
            return f"<{element.text()}>"
        label = self.inline(element.children)
        return f"[{label}]({_destination(href)})" if href else label


def _lame_pairs(tokens: Sequence[_Token]) -> set[int]:
    """Return the pairs of which CommonMark would not take a half for a delimiter where it stands; they are left out."""
    lame: set[int] = set()
    for before, token, after in zip([None, *tokens], tokens, [*tokens[1:], None], strict=False):
        if token.pair:
            left, right = before.text[-1] if before else " ", after.text[0] if after else " "
            near, far = (right, left) if token.opens else (left, right)
            free = far.isspace() or _plain_punctuation(far)
            if near.isspace() or (not free and (_punctuation(near) or token.text == "_")):
                lame.add(token.pair)
    return lame


def _punctuation(character: str) -> bool:
    """Symbols count since CommonMark 0.31, older engines know only P*: take the reading that is safe in both."""
    return unicodedata.category(character)[0] in "PS"


def _plain_punctuation(character: str) -> bool:
    return unicodedata.category(character)[0] == "P" or (character.isascii() and _punctuation(character))


def _escaped_start(match: re.Match[str]) -> str:
    return f"\\{match[1]}" if match[1] else f"{match[2]}\\{match[3]}"


def _destination(address: str) -> str:
    return re.sub(r"&(?=#?\w+;)", r"\\&", address.replace("(", "%28").replace(")", "%29"))


def _fenced(text: str) -> str:
    fence = "`" * (_longest_run(text) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)
