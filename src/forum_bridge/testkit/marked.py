"""Walks over a page or a document of an API and hands out what in it people wrote, decoded: texts and addresses. What
the program of the page calls things (tags, classes, keys) is not handed out. Knows no names."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape, unescape

_TAG = r"</?[a-zA-Z](?:[^>\"']|\"[^\"]*\"|'[^']*')*+>"
_TOKEN = re.compile(
    rf"<!--.*?-->|<style\b.*?</style\s*>|(?P<opened><script\b[^>]*>)(?P<script>.*?)(?P<closed></script\s*>)"
    rf"|(?P<tag>{_TAG}|</?[a-zA-Z][^>]*>)",
    re.DOTALL | re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)(\s*=\s*)("[^"]*"|'[^']*'|[^\s"'<>]+)""")
_LITERAL = re.compile(
    r"""(?P<literal>"(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)*+')(?P<key>\s*:)?|(?://[^\n]*|/\*.*?\*/)""", re.DOTALL
)
_STRING = re.compile(r'("(?:[^"\\]|\\.)*+")(\s*:)?', re.DOTALL)
_NAMES_OF_THE_PAGE = re.compile(
    r"class|id|name|type|rel|for|method|role|lang|charset|http-equiv|item\w+|property|target|tabindex", re.IGNORECASE
)
_ADDRESSES = re.compile(r".*(?:href|src|url|link)|action|formaction|cite|poster|data", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:(?:https?:)?//|[/?])\S*")
_MARKUP = re.compile(r"<[a-zA-Z/!]|&#?\w+;")

Change = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Walk:
    """What becomes of a text without markup, of a text that is nothing but a name, whatever signs that has, and of an
    address as it is written."""

    words: Change
    name: Change
    address: Change

    def page(self, text: str) -> str:
        """Return a page, or a document if it is one of JSON."""
        return self.document(text) if text.lstrip()[:1] in {"{", "["} else self.html(text)

    def html(self, text: str) -> str:
        """Return a page or part of one; what is not changed stays as it is, to the letter."""
        changed, end = [], 0
        for seen in _TOKEN.finditer(text):
            changed += [self._text(text[end : seen.start()]), self._token(seen)]
            end = seen.end()
        return "".join([*changed, self._text(text[end:])])

    def document(self, text: str) -> str:
        """Return a JSON document; keys stay."""
        return _STRING.sub(lambda seen: seen[0] if seen[2] else self._literal(seen[1]), text)

    def _token(self, seen: re.Match[str]) -> str:
        if seen["tag"]:
            return _ATTRIBUTE.sub(self._attribute, seen["tag"])
        if seen["script"]:
            inside = _LITERAL.sub(self._of_script, seen["script"])
            return f"{_ATTRIBUTE.sub(self._attribute, seen['opened'])}{inside}{seen['closed']}"
        return self.words(seen[0]) if seen[0].startswith("<!--") else seen[0]

    def _text(self, text: str) -> str:
        return _recoded(text, self.words, quote=False)

    def _attribute(self, seen: re.Match[str]) -> str:
        name, equals, value = seen.groups()
        mark = value[0] if value[0] in "\"'" else ""
        inside = value[1:-1] if mark else value
        return f"{name}{equals}{mark}{self._valued(name, inside)}{mark}"

    def _valued(self, name: str, value: str) -> str:
        if name.lower().startswith("on"):
            return _recoded(value, lambda script: _LITERAL.sub(self._of_script, script))
        if _NAMES_OF_THE_PAGE.fullmatch(name):
            return " ".join(map(self.address, value.split(" ")))
        if _ADDRESSES.fullmatch(name) or _ADDRESS.fullmatch(value):
            return _recoded(value, self.address) if re.search(r"&(?!amp;)#?\w+;", value) else self.address(value)
        return value if name.lower() == "style" else _recoded(value, self._value)

    def _value(self, text: str) -> str:
        if (name := self.name(text)) != text:
            return name
        if _ADDRESS.fullmatch(text):
            return self.address(text)
        if text[:1] in {"{", "["} and '"' in text:
            return self.document(text)
        return self.html(text) if _MARKUP.search(text) else self.words(text)

    def _of_script(self, seen: re.Match[str]) -> str:
        if seen["literal"] is None:
            return self.words(seen[0])
        return seen[0] if seen["key"] else self._literal(seen["literal"])

    def _literal(self, written: str) -> str:
        try:
            text = json.loads(written)
        except ValueError:  # of a script, which writes strings in more ways than JSON
            return written[0] + self._value(written[1:-1]) + written[-1]
        changed = self._value(text)
        if changed == text:
            return written
        again = json.dumps(changed, ensure_ascii=written.isascii())
        return again.replace("/", r"\/") if r"\/" in written else again


def _recoded(written: str, change: Change, *, quote: bool = True) -> str:
    text = unescape(written)
    changed = change(text)
    return written if changed == text else escape(changed, quote=quote)
