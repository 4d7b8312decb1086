from __future__ import annotations

import io
import logging
import unicodedata
from collections.abc import Iterator
from pathlib import PurePath

import pytest
import structlog
from aiohttp.http_exceptions import BadStatusLine

from forum_bridge.daemon import log

SECRET = "secret-of-invented-letters-0001"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def fail(password: str) -> None:
    try:
        raise ValueError(len(password))
    except ValueError:
        structlog.get_logger().exception("watch_failed", forum="acme")


def test_elsewhere_an_event_is_one_line_of_logfmt() -> None:
    out = io.StringIO()
    log.configure(verbose=False, stream=out)
    structlog.get_logger().info("posts_taken_in", forum="acme", title='Kargo "nerede"? 😞', text="a\nb", ok=True, new=3)
    structlog.get_logger().debug("unheard")
    (line,) = out.getvalue().splitlines()
    assert line.startswith("time=20")
    assert line.partition(" ")[2] == (
        r'level=info event=posts_taken_in forum=acme title="Kargo \"nerede\"? 😞" text=a\nb ok=true new=3'
    )


def test_under_journald_there_is_no_second_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOURNAL_STREAM", "9:12345")
    out = io.StringIO()
    log.configure(verbose=True, stream=out)
    structlog.get_logger().debug("heard")
    assert out.getvalue() == "level=debug event=heard\n"


def test_quiet_lets_only_warnings_through() -> None:
    out = io.StringIO()
    log.configure(verbose=False, quiet=True, stream=out)
    structlog.get_logger().info("unheard")
    structlog.get_logger().warning("heard")
    assert out.getvalue().count("\n") == 1


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_a_traceback_shows_no_local_variable(stream: type[io.StringIO]) -> None:
    out = stream()
    log.configure(verbose=True, stream=out)
    fail(SECRET)
    assert "ValueError" in out.getvalue()
    assert SECRET not in out.getvalue()


def test_a_terminal_may_ask_for_no_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    for value, coloured in (("1", False), (None, True)):
        if value is None:
            monkeypatch.delenv("NO_COLOR", raising=False)
        else:
            monkeypatch.setenv("NO_COLOR", value)
        out = Terminal()
        log.configure(verbose=True, stream=out)
        structlog.get_logger().info("running")
        assert ("\x1b" in out.getvalue()) is coloured


def test_libraries_speak_in_the_same_form_and_only_from_warnings_on() -> None:
    out = io.StringIO()
    log.configure(verbose=True, stream=out)
    logging.getLogger("apscheduler.scheduler").info("Added job %s", SECRET)
    logging.getLogger("aiohttp.client").debug(SECRET)
    logging.getLogger("apscheduler.executors").warning("Run time of job was missed")
    (line,) = out.getvalue().splitlines()
    assert line.partition(" ")[2] == ('level=warning event="Run time of job was missed" logger=apscheduler.executors')


def test_what_is_no_http_is_not_quoted() -> None:
    out = io.StringIO()
    log.configure(verbose=True, stream=out)
    try:
        raise BadStatusLine(f"POST /deskie/cch42/{SECRET} HTTP/9.9")
    except BadStatusLine:
        logging.getLogger("aiohttp.server").exception("Error handling request from %s", "127.0.0.1")
    assert SECRET not in out.getvalue()
    assert "Error handling request from 127.0.0.1: BadStatusLine" in out.getvalue()


STEERING = "kargo\r2026-11-28 level=error event=forged\x1b[2J\x1b]0;x\x07\x9b31m \u202egnp.exe\u2066\u200f\x85son\tbir"


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
@pytest.mark.parametrize("way", ["a value", "an event", "an error", "a library", "a path", "a list", "a traceback"])
def test_what_a_forum_wrote_steers_neither_a_terminal_nor_a_line(
    stream: type[io.StringIO], way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    out = stream()
    log.configure(verbose=True, stream=out)
    logger = structlog.get_logger()
    match way:
        case "a value":
            logger.warning("watch_troubled", reason=STEERING)
        case "an event":
            logger.warning(STEERING)
        case "an error":
            logger.warning("watch_troubled", reason=ValueError(STEERING))
        case "a library":
            logging.getLogger("aiohttp.server").warning("Bad line: %s", STEERING)
        case "a path":
            logger.warning("page_not_kept", path=PurePath(STEERING))
        case "a list":
            logger.warning("preset_suspected", places=[STEERING])
        case "a traceback":
            try:
                raise ValueError(STEERING)
            except ValueError:
                logger.exception("watch_failed")
    told = out.getvalue()
    assert "kargo" in told and "son" in told
    signs = {sign for sign in told if unicodedata.category(sign) in {"Cc", "Cf", "Zl", "Zp"}}
    assert signs <= ({"\n", "\t"} if way == "a traceback" else {"\n"})
    if way != "a traceback":
        assert told.count("\n") == 1
