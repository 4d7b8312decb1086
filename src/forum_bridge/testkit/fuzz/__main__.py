"""``python -m forum_bridge.testkit.fuzz --bodies N --door M --seed S``: says in a line what came of it, and ends with 1
if a fault was found."""

from __future__ import annotations

import argparse
import asyncio
import sys

from forum_bridge.testkit.fuzz.run import fuzz


def main() -> int:
    """Run the fuzz and say in one line what came of it."""
    asks = argparse.ArgumentParser(prog="python -m forum_bridge.testkit.fuzz", description=__doc__)
    asks.add_argument("--bodies", type=int, default=20_000, help="how many bodies are made and decoded")
    asks.add_argument("--door", type=int, help="how many of them go to the door over HTTP (default: all)")
    asks.add_argument("--seed", type=int, default=0, help="the same seed makes the same bodies")
    told = asks.parse_args()
    door = told.bodies if told.door is None else min(told.door, told.bodies)
    judged = asyncio.run(fuzz(told.bodies, door, told.seed))
    sys.stdout.write(f"{judged.line}\n")
    return 1 if judged.faults else 0


if __name__ == "__main__":
    sys.exit(main())
