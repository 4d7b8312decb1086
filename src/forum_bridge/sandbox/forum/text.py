"""Markdown of a post → harmless HTML. Raw HTML stays text; a quote that opens with its author's name is marked
as such."""

from __future__ import annotations

import re
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markupsafe import Markup

from forum_bridge.sandbox.look.clean import clean

_CITE = re.compile(r"\*\*(?P<author>(?:\\.|[^*\\])+)\*\*(?: \[[^\]]*\]\([^)\s]*\))?:")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


def _attribute(state: StateCore) -> None:
    """Turn ``> **Elif** [wrote](…):`` at the head of a quote into a cite, and name Elif on the blockquote."""
    tokens: list[Token] = []
    for place, token in enumerate(state.tokens):
        tokens.append(token)
        opens = [known.type for known in state.tokens[place - 2 : place + 1]] if place >= 2 else []
        if opens != ["blockquote_open", "paragraph_open", "inline"]:
            continue
        first, _, rest = token.content.partition("\n")
        if (cite := _CITE.fullmatch(first.strip())) is None:
            continue
        block, paragraph = state.tokens[place - 2], state.tokens[place - 1]
        block.attrs = {"class": "quote", "data-author": _ESCAPE.sub(r"\1", cite["author"])}
        paragraph.tag = "cite"
        state.tokens[place + 1].tag = "cite"
        token.content = first
        if rest:
            tokens += [
                Token("paragraph_close", "cite", -1, block=True),
                Token("paragraph_open", "p", 1, block=True),
                Token("inline", "", 0, content=rest, children=[], block=True, map=token.map),
            ]
            state.tokens[place + 1].tag = "p"
    state.tokens = tokens


def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False, "linkify": False, "breaks": True}).enable("strikethrough")
    reader.core.ruler.after("block", "attribute", _attribute)
    return reader


@lru_cache(maxsize=1024)
def rendered(text: str) -> Markup:
    """Return the post's body as harmless HTML."""
    html: str = _reader().render(text)
    return clean(html)


def quoted(author: str, path: str, wrote: str, text: str) -> str:
    """Return Markdown that quotes a post: its author and link first, then its text without the quotes in it."""
    lines = [line for line in text.splitlines() if not line.startswith(">")]
    body = "\n".join(lines).strip().splitlines()
    name = re.sub(r"([\\*_`\[\]<>~])", r"\\\1", author)
    return "\n".join(["> " + line for line in (f"**{name}** [{wrote}]({path}):", *body)])
