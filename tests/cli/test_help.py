from __future__ import annotations

import pytest
from tests.cli.conftest import Place

from forum_bridge import __version__

COMMANDS = [
    "run", "detect", "check", "preview", "poll", "status", "trace", "audit",
    "retry", "mark-sent", "drop", "replay", "tell", "adopt", "backfill", "adapters", "sandbox",
    "adapter new", "adapter record", "adapter test", "adapter trial", "adapter try", "config show",
]  # fmt: skip


async def test_version(place: Place) -> None:
    ran = await place.run("--version")
    assert (ran.status, ran.out.strip(), ran.err) == (0, f"forum-bridge {__version__}", "")


async def test_the_list_of_commands_says_of_each_what_it_does_in_a_whole_line(place: Place) -> None:
    for words in (("--help",), ("config", "--help"), ("adapter", "--help")):
        ran = await place.call(*words)
        assert ran.status == 0
        assert "..." not in ran.out.partition("Commands:")[2]
    assert "Commands:" in ran.out


async def test_alone_it_shows_the_help(place: Place) -> None:
    ran = await place.run()
    assert "Commands:" in ran.out + ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("command", COMMANDS)
async def test_help_tells_every_option_and_exit_status(place: Place, command: str) -> None:
    ran = await place.call(*command.split(), "--help")
    assert ran.status == 0
    assert "Exit status: 0" in ran.out
    options = [line for line in ran.out.splitlines() if line.startswith("  -")]
    assert options
    assert all(len(line) <= 80 for line in ran.out.splitlines())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("chekc",), "Did you mean 'check'?"),
        (("check", "--jsno"), "--json"),
        (("config", "shwo"), "Did you mean 'show'?"),
        (("status", "extra"), "unexpected extra argument"),
    ],
)
async def test_what_is_not_known_is_refused_with_2_and_what_was_meant(
    place: Place, words: tuple[str, ...], told: str
) -> None:
    ran = await place.call(*words)
    assert (ran.status, ran.out) == (2, "")
    assert told in ran.err
    assert "Traceback" not in ran.err
