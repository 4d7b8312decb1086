"""What the shell offers behind Tab, asked in the way the shells ask, and by a real bash."""

from __future__ import annotations

import asyncio
import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert
from tests.cli.conftest import Place

from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.tables import agent_note
from forum_bridge.sandbox.forum.state import utc_now

BASH = shutil.which("bash")
needs_bash = pytest.mark.skipif(BASH is None, reason="no bash: install the package bash")

ASK = """
source script.sh
COMP_WORDS=({words})
COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
COMP_LINE="${{COMP_WORDS[*]}}"
_forum_bridge_completion forum-bridge
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.fixture
def program(place: Place) -> Iterator[Place]:
    """A folder with the command ``forum-bridge`` and the script for bash that it makes."""
    command = place.folder / "forum-bridge"
    command.write_text(f"#!{sys.executable}\nfrom forum_bridge.cli import main\nmain()\n")
    command.chmod(0o755)
    yield place


def shell(place: Place, *words: str, config: Path | None = None, **environ: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": f"{place.folder}:/usr/bin:/bin", "FORUM_BRIDGE_CONFIG": str(config or place.config), **environ}
    return subprocess.run(
        words,
        env=env,
        cwd=place.folder,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
        timeout=60,
    )


def offered(place: Place, line: str, config: Path | None = None) -> list[str]:
    """Return what bash offers behind a line; nothing may be said beside that."""
    script = place.folder / "script.sh"
    if not script.exists():
        made = shell(place, "forum-bridge", _FORUM_BRIDGE_COMPLETE="source_bash")
        assert (made.returncode, made.stderr) == (0, "")
        script.write_text(made.stdout)
    words = " ".join(f"'{word}'" for word in line.split(" "))
    ran = shell(place, str(BASH), "-c", ASK.format(words=words), config=config)
    assert (ran.returncode, ran.stderr) == (0, ""), ran
    return [each for each in ran.stdout.split("\n") if each]


async def hold_a_note(place: Place) -> None:
    row = {"desk": "default", "key": "k", "case_id": 5, "html": "<p>ş</p>", "stored_at": utc_now(), "attempts": 1}
    reason = "Kapalı: `konu` $(touch x) 😞\nikinci satır"
    rows = [{**row, "key": state, "state": state, "reason": reason} for state in ("held", "sent", "dead")]
    async with Ledger.open(place.folder / "ledger.sqlite", utc_now) as ledger:
        await ledger.commit(lambda db: db.execute(insert(agent_note).values(rows)))


@needs_bash
def test_bash_completes_commands_and_options(program: Place) -> None:
    assert offered(program, "forum-bridge po") == ["poll"]
    assert {"run", "check", "retry", "mark-sent", "drop"} <= set(offered(program, "forum-bridge "))
    assert "--dry-run" in offered(program, "forum-bridge poll --")


@needs_bash
def test_bash_completes_forums(program: Place) -> None:
    program.tree["forums"]["arsiv"] = {**program.acme, "watch": [{"thread": f"{program.url}/thread/1"}]}
    assert offered(program, "forum-bridge poll ") == ["acme", "arsiv"]
    assert offered(program, "forum-bridge poll acme ar") == ["arsiv"]


@needs_bash
async def test_bash_completes_items_that_wait_for_a_person(program: Place) -> None:
    await hold_a_note(program)
    assert offered(program, "forum-bridge retry ") == ["note-3", "note-1"]
    assert offered(program, "forum-bridge mark-sent note-3") == ["note-3"]
    assert not (program.folder / "x").exists()


@needs_bash
def test_whatever_is_wrong_nothing_is_offered_and_nothing_said(program: Place) -> None:
    broken = program.folder / "broken.yaml"
    broken.write_text("forums: [")
    assert offered(program, "forum-bridge retry ", broken) == []
    for config in (broken, program.folder / "nowhere.yaml", program.folder):
        assert offered(program, "forum-bridge poll ", config) == []
    (program.folder / "ledger.sqlite").write_text("not a ledger " * 1000)
    assert offered(program, "forum-bridge retry ") == []


@needs_bash
async def test_the_configuration_that_was_named_on_the_line_counts(program: Place) -> None:
    other = program.folder / "other.yaml"
    shutil.copy(program.config, other)
    assert offered(program, "forum-bridge poll -c other.yaml ", program.folder / "nowhere.yaml") == ["acme"]


@needs_bash
async def test_a_person_at_a_bash_presses_tab(program: Place) -> None:
    await hold_a_note(program)
    offered(program, "forum-bridge ")  # makes the script
    ours, theirs = pty.openpty()
    env = {"PATH": f"{program.folder}:/usr/bin:/bin", "FORUM_BRIDGE_CONFIG": str(program.config), "PS1": "ready> "}
    words = (str(BASH), "--norc", "--noprofile", "-i")
    typing = await asyncio.create_subprocess_exec(
        *words, cwd=program.folder, env=env, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    )
    os.close(theirs)
    try:
        shown = ""
        for typed, then in (
            (b"", "ready> "),
            (b"source script.sh\n", "ready> "),
            (b"forum-bridge ret\tno\t3\t#\n", "#"),
        ):
            os.write(ours, typed)
            shown = await asyncio.wait_for(asyncio.to_thread(until, ours, then), 60)
    finally:
        typing.kill()
        await typing.wait()
        os.close(ours)
    assert "forum-bridge retry note-3" in shown.replace("\x07", "")


def until(terminal: int, word: str) -> str:
    """Read a terminal until a word has come."""
    shown = ""
    while word not in shown:
        shown += os.read(terminal, 4096).decode(errors="replace")
    return shown


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script_and_its_answers(program: Place, name: str) -> None:
    script = shell(program, "forum-bridge", _FORUM_BRIDGE_COMPLETE=f"source_{name}")
    assert (script.returncode, script.stderr) == (0, "")
    assert "_FORUM_BRIDGE_COMPLETE" in script.stdout
    asked = {"_TYPER_COMPLETE_ARGS": "forum-bridge poll ", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    asked |= {"COMP_WORDS": "forum-bridge poll ", "COMP_CWORD": "2"}
    told = shell(program, "forum-bridge", config=None, **asked, _FORUM_BRIDGE_COMPLETE=f"complete_{name}")
    assert (told.returncode, told.stderr) == (0, "")
    assert "acme" in told.stdout
