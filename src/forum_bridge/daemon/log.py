"""How the daemon speaks: plain lines with colours on a terminal, one logfmt line an event elsewhere (journald, a
file)."""

from __future__ import annotations

import logging
import sys
from typing import TextIO

import structlog


def configure(*, verbose: bool, stream: TextIO | None = None) -> None:
    """Send structlog's events to ``stream`` (standard error by default); ``verbose`` includes debug events."""
    out = stream or sys.stderr
    terminal = out.isatty()
    renderer = (
        structlog.dev.ConsoleRenderer(colors=True)
        if terminal
        else structlog.processors.LogfmtRenderer(key_order=["level", "event"], bool_as_flag=False)
    )
    stamp = [structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False)] if terminal else []
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            *stamp,
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if verbose else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, stream=out, format="%(levelname)s %(name)s %(message)s")
