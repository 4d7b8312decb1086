"""No text of a stranger makes one of our regular expressions run away: each is tried with what usually does that."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import forum_bridge
from forum_bridge.forums.feed.xml_feed import read_xml
from forum_bridge.web.file_kind import HEAD, is_page

Pattern = re.Pattern[str] | re.Pattern[bytes]

SOURCE = Path(forum_bridge.__file__).parent
LENGTH = 40_000  # characters
SECONDS = 0.3  # of the processor; what grows with the square takes longer, what is linear some milliseconds
PUMPS = (
    "a", " ", "\n", "<", "<a ", "<!--", "<!---->", "&amp;", "[", "[a", "a.", "a-", "1", "/", '"', "'", "=", "a=", "@",
    "a@a.", ":", ":a", "<script", "(", "](", "*", "_", "-", "|", ">", "é", "[quote", "[url=", ";", "border:", "!", "{",
    "<p>", 'x="y" ', "a ", "1.", "[forum", "?",
)  # fmt: skip
AROUND = (("", ""), ("", "\0!"), ("<a ", "\n<"))

BOUNDED = {
    "forum_bridge.config.syntax.COLON_WITHOUT_SPACE": "a line of the operator's own file, from its beginning",
    "forum_bridge.config.": "the operator's own file",
    "forum_bridge.cli.": "what the operator types",
    "forum_bridge.testkit.": "pages that the operator records by hand",
    "forum_bridge.workbench.": "pages that the operator looks at by hand, in a command of its own",
    "forum_bridge.sandbox.": "the sandbox's own forum and desk",
    "forum_bridge.forums.html.value._VALUE": "a preset's line",
    "forum_bridge.deskie.brackets._KEY": "whole names only: every [ after the first fails at once",
    "forum_bridge.forums.feed.links._DANGLING": "a link, see below",
    "forum_bridge.markup.frame._QUOTED": "our own template, which agents' text only fills",
    "forum_bridge.markup.quotes._ANY_DATE": "one line of a quote's head, cut",
    "forum_bridge.markup.urls._BARE_DOMAIN": "the beginning of an address only, at most 8192 characters",
    "forum_bridge.web.charset._ATTRIBUTE": "the first 1024 bytes of a page",
    "forum_bridge.web.file_kind._PAGE": "the beginning of a file's first 512 bytes; tried below",
    "forum_bridge.web.refresh._CONTENT": "at most 8192 characters, whole",
    "forum_bridge.forums.feed.xml_feed._END": "a feed's last 2000 characters; tried below",
}
"""What does not see a stranger's text of any length: names or beginnings of names, each with why."""


def patterns() -> Iterator[tuple[str, Pattern]]:
    """Yield what stands under a name in a module."""
    for module in pkgutil.walk_packages(forum_bridge.__path__, "forum_bridge."):
        if module.name.endswith("__main__") or ".migrations" in module.name:
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            for each in value if isinstance(value, tuple | list) else (value,):
                if isinstance(each, re.Pattern):
                    yield f"{module.name}.{name}", each


def inline() -> Iterator[tuple[str, Pattern, str]]:
    """Yield what a call of ``re`` is handed as it is, and how that looks for it."""
    for path in sorted(SOURCE.rglob("*.py")):
        module = ".".join(("forum_bridge", *path.relative_to(SOURCE).with_suffix("").parts))
        for call in ast.walk(ast.parse(path.read_text())):
            if (read := _pattern_of(call)) is not None:
                yield f"{module}: {read[0].pattern!r}", *read


def _pattern_of(node: ast.AST) -> tuple[Pattern, str] | None:
    match node:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="re"), attr=method),
            args=[ast.Constant(value=str() | bytes() as text), *_],
        ) if method not in ("compile", "escape"):
            flags = next((ast.unparse(each.value) for each in node.keywords if each.arg == "flags"), None)
            place = {"sub": 4, "subn": 4, "split": 3}.get(method, 2)
            given = flags or (ast.unparse(node.args[place]) if len(node.args) > place else "0")
            return re.compile(text, eval(given, {"re": re})), method
    return None


def unbounded(name: str) -> bool:
    return not any(name.startswith(known) for known in BOUNDED)


FOUND = [(name, each) for name, each in patterns() if unbounded(name)]
INLINE = [each for each in inline() if unbounded(each[0])]


class TooLongError(Exception):
    pass


def cut(*_: object) -> None:
    raise TooLongError


@pytest.fixture(autouse=True)
def _patience() -> Iterator[None]:
    """A match that never ends is ended, by the processor's time and not the wall's: machines are busy."""
    before = signal.signal(signal.SIGVTALRM, cut)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, before)


def test_the_sieve_finds_what_runs_away() -> None:
    with pytest.raises(TooLongError):
        tried(re.compile(r"<[^>]*>"))
    with pytest.raises(TooLongError):
        tried(re.compile(r"(?:\s|<!--.*?-->)*\Z", re.DOTALL))
    with pytest.raises(TooLongError):
        tried(re.compile(r"[ \t]+$", re.MULTILINE), "sub")


def test_the_sieve_finds_what_is_written_into_a_call() -> None:
    call = 'head = re.sub(r"[ \\t]+$", "", text, flags=re.MULTILINE)'
    (found,) = filter(None, map(_pattern_of, ast.walk(ast.parse(call))))
    assert found == (re.compile(r"[ \t]+$", re.MULTILINE), "sub")


def test_every_exception_is_still_there() -> None:
    names = [*(name for name, _ in patterns()), *(name for name, *_ in inline())]
    assert [known for known in BOUNDED if not any(name.startswith(known) for name in names)] == []
    assert len(FOUND) > 80
    assert len(INLINE) > 25


@pytest.mark.parametrize(("name", "pattern"), FOUND, ids=[name for name, _ in FOUND])
def test_no_text_makes_it_run_away(name: str, pattern: Pattern) -> None:
    tried(pattern)


@pytest.mark.parametrize(("name", "pattern", "method"), INLINE, ids=[name for name, *_ in INLINE])
def test_no_text_makes_a_call_run_away(name: str, pattern: Pattern, method: str) -> None:
    tried(pattern, method)


def tried(pattern: Pattern, method: str = "finditer") -> None:
    """Look for a pattern in what usually makes one run away, from the beginning on (``match``, ``fullmatch``) or
    everywhere."""
    look: Callable[..., object] = getattr(pattern, method if method in ("match", "fullmatch") else "findall")
    for pump in PUMPS:
        text = (pump * (LENGTH // len(pump) + 1))[:LENGTH]
        for before, after in AROUND:
            given = f"{before}{text}{after}"
            signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
            look(given.encode() if isinstance(pattern.pattern, bytes) else given)
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)


@pytest.mark.parametrize("pump", [b"<!---->", b"<!--", b"<?xml>", b" ", b"\t<!-- -->", b"<!-- --", b"\xef\xbb\xbf"])
def test_a_files_first_bytes_are_judged_at_once(pump: bytes) -> None:
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    before = time.process_time()
    assert not is_page((pump * HEAD)[: HEAD - 1] + b"x", {})
    assert time.process_time() - before < SECONDS


@pytest.mark.parametrize("pump", ["<!---->", "<!--", " ", "</rss>", "</rss><!--", "</rss ", "<!-- --"])
def test_the_end_of_a_feed_is_found_at_once(pump: str) -> None:
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    with pytest.raises(Exception, match=r"."):
        read_xml("<rss>" + pump * 2000 + "</rss>" + "<!---->" * 250 + "x", "https://forum.example/feed")


def test_a_page_behind_comments_is_still_a_page() -> None:
    assert is_page(b"\xef\xbb\xbf <!-- a --><!-- b -->\n<?xml version='1.0'?><!DOCTYPE html>", {})
    assert not is_page(b"<!-- a --> plain", {})
