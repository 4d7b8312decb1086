"""Commands that the bridge prints are pasted into a shell, often by root: what a forum wrote is one word in them."""

from __future__ import annotations

import ast
import io
import re
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

import forum_bridge
from forum_bridge.bridge.audit.compare import of_posts
from forum_bridge.bridge.audit.facts import Facts, InLedger, OnForum
from forum_bridge.bridge.drift_guard import UNREADABLE, how_to_try
from forum_bridge.cli import audit
from forum_bridge.cli.drift_text import print_drift
from forum_bridge.cli.say import Lines
from forum_bridge.cli.standing import ForumStanding
from forum_bridge.command import command
from forum_bridge.ledger.drift import DriftRow
from forum_bridge.ledger.soundness import broken
from forum_bridge.model import Author, Post, PostId, ThreadId, ThreadRef

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
HOSTILE = [
    "https://forum.example/thread/1';touch$IFS/tmp/pwned;'",
    "https://forum.example/thread/1&touch$IFS/tmp/pwned&b=(c)|d",
    'https://forum.example/thread/1";touch /tmp/pwned;"$(touch pwned)`touch pwned`',
    "https://forum.example/thread/1\\'; touch pwned; #",
]


def on_terminal(say: Callable[[Lines], None]) -> str:
    """What is printed, as it is when it was copied from a wide terminal."""
    told = io.StringIO()
    say(Lines(Console(file=told, width=400, soft_wrap=True, highlight=False, markup=False, emoji=False)))
    return " ".join(told.getvalue().split())


def drift(url: str) -> str:
    row = DriftRow(1, "acme", 1, url, UNREADABLE, True, NOW, NOW, 2, "?", "acme/1-2026.html", url)
    return on_terminal(lambda say: print_drift(say, ForumStanding("acme", None, (), "acme", (row,)), Path("/q"), NOW))


def unknown(url: str) -> str:
    ref = ThreadRef(ThreadId("1"), url)
    post = Post(PostId("1"), ref, Author("Deniz"), "<p>?</p>", url)
    there = OnForum(ref, (post,), whole=True, unknown=(post,))
    return next(of_posts(Facts(NOW, there, InLedger((), (), {}, ()), {}), {}, NOW)).mend


def left(url: str) -> str:
    result = audit.Result(last=f"acme:{url}", left=True)
    return on_terminal(lambda say: audit._print(say, result))


PRINTED: dict[str, Callable[[str], str]] = {
    "a thread": lambda url: how_to_try(None, "acme", url),
    "a page": lambda url: how_to_try(Path("/q") / url.replace("/", "_"), "acme", url),
    "status": drift,
    "an audit's finding": unknown,
    "an audit's end": left,
    "a damaged ledger": lambda url: broken(Path("/l") / url.replace("/", "_"), "broken").explanation,
}


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("printed", PRINTED)
def test_a_shell_takes_what_a_forum_wrote_for_one_word(printed: str, hostile: str, tmp_path: Path) -> None:
    told = PRINTED[printed](hostile).replace("forum-bridge restore FILE", "")
    line = told[re.search(r"forum-bridge |sqlite3 ", told).start() :]  # type: ignore[union-attr]
    for name in ("forum-bridge", "sqlite3"):
        program = tmp_path / name
        program.write_text('#!/bin/sh\nfor each; do printf "%s\\n" "$each"; done\n')
        program.chmod(0o700)
    end = {"status": line.rfind("`"), "a damaged ledger": line.find(" | ")}.get(printed, len(line))
    if printed == "an audit's end":
        end = line.rfind(" 0 threads")
    shell = ["/bin/sh", "-c", line[:end]]
    ran = subprocess.run(shell, env={"PATH": str(tmp_path)}, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert any(hostile.rpartition("/")[2] in word for word in ran.stdout.splitlines())
    assert {path.name for path in tmp_path.iterdir()} == {"forum-bridge", "sqlite3"}


def test_words_that_need_no_quotes_get_none() -> None:
    assert command("trace", "answer-142.2", "--texts") == "forum-bridge trace answer-142.2 --texts"


def put_together(source: str) -> Iterator[int]:
    """The lines of a source in which a command of ours is put together by hand."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            text = "".join(part.value if isinstance(part, ast.Constant) else "\0" for part in node.values)  # type: ignore[misc]
            if re.search(r"forum-bridge [a-z][\w /-]*[^\w`.,;:]*\0", text):
                yield node.lineno
        elif isinstance(node, ast.Constant) and re.search(r"forum-bridge [a-z][^`\n]*\{\w+\}", str(node.value)):
            yield node.lineno


@pytest.mark.parametrize("source", ['f"forum-bridge backfill {url} --since"', "'`forum-bridge retry {name}`'",
                                    "f\"see `forum-bridge preview --file '{page}'`\""])  # fmt: skip
def test_a_command_put_together_by_hand_is_seen(source: str) -> None:
    assert list(put_together(source)) == [1]


def test_no_command_is_put_together_by_hand() -> None:
    root = Path(forum_bridge.__file__).parent
    sources = {path: path.read_text(encoding="utf-8") for path in root.rglob("*.py")}
    found = [f"{path.relative_to(root)}:{line}" for path, text in sources.items() for line in put_together(text)]
    assert found == []
