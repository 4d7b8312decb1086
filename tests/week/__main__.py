"""Plays a week from the command line: ``python -m tests.week --threads 2000 --forums 20 --channel sync``."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
import tempfile
from pathlib import Path

import structlog
from tests.week import events
from tests.week.world import CHANNELS, Size, replayed


def main() -> int:
    """Print the figures as JSON, and what is wrong; return 1 if anything is."""
    asked = argparse.ArgumentParser(prog="python -m tests.week", description=__doc__)
    for name, usual in (("threads", 2000), ("forums", 20), ("days", 7), ("seed", 1), ("units", 250), ("idle", 0)):
        asked.add_argument(f"--{name}", type=int, default=usual)
    asked.add_argument("--channel", choices=sorted(CHANNELS), default="async")
    asked.add_argument("--ledger", type=Path, help="keep the ledger here")
    asked.add_argument("--log", action="store_true", help="show the bridge's log")
    given = asked.parse_args()
    if not events.is_here():
        sys.exit(events.WHERE)
    if not given.log:
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    size = Size(given.threads, given.forums, given.days, given.seed, given.units, given.idle)
    with tempfile.TemporaryDirectory() as folder:
        outcome = asyncio.run(replayed(size, given.channel, given.ledger or Path(folder) / "ledger.sqlite"))
    print(json.dumps(outcome.figures))  # noqa: T201 -- a command says its result
    for what, found in outcome.verdict.wrong.items():
        for line in found:
            print(f"{what}: {line}", file=sys.stderr)  # noqa: T201 -- as above
    return 1 if outcome.verdict.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
