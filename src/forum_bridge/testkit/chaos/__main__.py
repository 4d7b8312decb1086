"""``python -m forum_bridge.testkit.chaos``: plays runs and says what came of them."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator

from forum_bridge.testkit.chaos.many import Total, as_command, at_failpoints, play, recorded
from forum_bridge.testkit.chaos.points import Kill
from forum_bridge.testkit.chaos.run import Order, Outcome
from forum_bridge.testkit.chaos.sabotage import SABOTAGES

TOLD_EVERY = 20  # runs


def main() -> int:
    """Exit status: 0 if nothing was lost, doubled or misordered, 1 if anything was, or a run could not be played."""
    given = _arguments()
    if given.list:
        for name, seeds in recorded(given.seed, given.jobs).items():
            print(f"{name}  (seed {seeds[0]})")  # noqa: T201 -- a command says its result
        return 0
    total = Total()
    for order, made in _played(given):
        total.add(made)
        _tell(order, made, as_json=given.json)
        if total.runs % TOLD_EVERY == 0:
            print(json.dumps(total.line(given.seed)), file=sys.stderr, flush=True)  # noqa: T201 -- as above
        if given.until_wrong and not total.good:
            break
    line = total.line(given.seed)
    print(json.dumps(line) if given.json else "  ".join(f"{name} {value}" for name, value in line.items()))  # noqa: T201
    return 0 if total.good else 1


def _arguments() -> argparse.Namespace:
    asked = argparse.ArgumentParser(
        prog="python -m forum_bridge.testkit.chaos",
        description="Kills the real bridge between a forum and a desk again and again, and compares what is left.",
    )
    asked.add_argument("--seed", type=int, default=1, help="the first run's seed; the next runs count on from it")
    asked.add_argument("--runs", type=int, default=50)
    asked.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="runs side by side")
    asked.add_argument("--json", action="store_true", help="the last line of the output is one JSON object")
    asked.add_argument(
        "--failpoints", action="store_true", help="kill once at each named failpoint, instead of by seed"
    )
    asked.add_argument("--list", action="store_true", help="only tell the failpoints, each with a seed that meets it")
    asked.add_argument("--at", metavar="FAILPOINT", help="kill only there, the first time a run comes by")
    asked.add_argument("--put-back", action="store_true", help="put an older copy of the ledger back in every run")
    asked.add_argument("--sabotage", choices=sorted(SABOTAGES), default="", help="show that the proof can fail")
    asked.add_argument("--until-wrong", action="store_true", help="stop at the first run in which anything is wrong")
    asked.add_argument("--log", action="store_true", help="show the bridge's own log")
    return asked.parse_args()


def _played(given: argparse.Namespace) -> Iterator[tuple[Order, Outcome]]:
    if given.failpoints:
        return at_failpoints(recorded(given.seed, given.jobs), given.jobs)
    kills = (Kill(given.at),) if given.at else None
    seeds = range(given.seed, given.seed + given.runs)
    put_back = given.put_back or (False if given.at else None)
    orders = (Order(seed, kills, put_back, given.sabotage, given.log) for seed in seeds)
    return play(orders, given.jobs)


def _tell(order: Order, made: Outcome, *, as_json: bool) -> None:
    again = as_command(order)
    if made.broken:
        print(f"broken: {again}: {made.broken}", file=sys.stderr, flush=True)  # noqa: T201 -- a command says its result
    for what, items in made.verdict.wrong.items():
        for item in items:
            found = {"wrong": what, "seed": made.seed, "killed_at": made.killed_at, "item": item, "again": again}
            text = (
                json.dumps(found, ensure_ascii=False)
                if as_json
                else f"{what}: {item}; killed at {made.killed_at}; {again}"
            )
            print(text, flush=True)  # noqa: T201 -- as above


if __name__ == "__main__":
    sys.exit(main())
