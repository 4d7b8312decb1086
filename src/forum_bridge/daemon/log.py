"""How a command speaks of events: short lines with colours on a terminal, one logfmt line an event elsewhere (journald,
a file). What forums wrote steers neither a terminal nor a line. Libraries' own warnings take the same form; what they
say below that is not let through, for it may quote addresses and headers."""

from __future__ import annotations

import io
import logging
import os
import sys
from collections.abc import Callable
from typing import TextIO

import structlog
from aiohttp.http_exceptions import HttpProcessingError
from structlog.types import EventDict, ExcInfo, Processor, WrappedLogger

from forum_bridge.markup.characters import one_line, visible

_AS_THEY_ARE = (
    bool,
    int,
    float,
    tuple,
    list,
    dict,
    set,
    frozenset,
)  # of text in these Python itself shows the signs
_TRACES = frozenset({"exception", "stack"})  # lines of their own
_FOR_RENDERERS = frozenset({"exc_info", "stack_info"})


def configure(*, verbose: bool, quiet: bool = False, shown: bool = False, stream: TextIO | None = None) -> None:
    """Send events to ``stream`` (standard error by default). ``verbose`` lets debug events through, ``quiet`` only
    warnings and worse: for commands whose output is something else. ``shown`` lets only errors through: for commands
    that show what warnings are about."""
    out = stream or sys.stderr
    terminal = out.isatty()
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        *_stamp(terminal),
    ]
    structlog.configure(
        processors=[*before, *_rendering(terminal)],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.ERROR if shown else logging.WARNING if quiet else logging.DEBUG if verbose else logging.INFO
        ),
        logger_factory=structlog.PrintLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.addFilter(_discreet)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*before, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_rendering(terminal)],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def _discreet(record: logging.LogRecord) -> bool:
    """Keep what cannot be read as HTTP out of the log: aiohttp quotes its first line, where the webhook's secret may
    stand."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, HttpProcessingError):
        record.msg, record.args = f"{record.getMessage()}: {type(error).__name__}", None
        record.exc_info = record.exc_text = None
    return True


def _stamp(terminal: bool) -> list[Processor]:
    """journald notes the time itself, and says by $JOURNAL_STREAM that it listens (systemd.exec(5))."""
    if terminal:
        return [structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False)]
    return [] if "JOURNAL_STREAM" in os.environ else [structlog.processors.TimeStamper(fmt="iso", utc=True, key="time")]


def _rendering(terminal: bool) -> list[Processor]:
    if terminal:
        renderer = structlog.dev.ConsoleRenderer(colors="NO_COLOR" not in os.environ, exception_formatter=_traceback)
        return [_harmless(one_line), renderer]
    order = ["time", "level", "event"]
    return [
        structlog.processors.format_exc_info,
        _harmless(lambda text: visible(text).replace("\t", " ")),  # ends of lines are escaped
        structlog.processors.LogfmtRenderer(key_order=order, drop_missing=True, bool_as_flag=False),
    ]


def _harmless(made: Callable[[str], str]) -> Processor:
    """Return a processor that takes control characters, and those that reorder a line, out of what is logged."""

    def processor(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        for key, value in event.items():
            if key in _TRACES:
                event[key] = visible(str(value))
            elif not (value is None or key in _FOR_RENDERERS or isinstance(value, _AS_THEY_ARE)):
                event[key] = made(str(value))
        return event

    return processor


def _traceback(out: TextIO, error: ExcInfo) -> None:
    """The library's own traceback prints every local variable, passwords among them, and what an error quotes as it
    is."""
    told = io.StringIO()
    structlog.dev.plain_traceback(told, error)
    out.write(visible(told.getvalue()))
