"""Plays many runs side by side and adds them up; finds out what failpoints there are. Knows nothing of a single run but
its outcome."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import islice

from forum_bridge.testkit.chaos.names import READS
from forum_bridge.testkit.chaos.points import Kill
from forum_bridge.testkit.chaos.run import Order, Outcome, played

RECORDED = 16  # runs without a kill from which the failpoints are known
TRIES = 4  # for each failpoint
AHEAD = 4  # runs in hand for each job, so that the first outcomes are told early


@dataclass(slots=True)
class Total:
    """What many runs add up to. ``broken`` are those that could not be played."""

    runs: int = 0
    kills: int = 0
    posts: int = 0
    answers: int = 0
    lost: int = 0
    doubled: int = 0
    misordered: int = 0
    held: int = 0
    dead: int = 0
    broken: list[str] = field(default_factory=list)

    def add(self, made: Outcome) -> None:
        """Add one run."""
        found = made.verdict
        self.runs += 1
        self.kills += len(made.killed_at)
        for name in ("posts", "answers", "held", "dead"):
            setattr(self, name, getattr(self, name) + getattr(found, name))
        for name in ("lost", "doubled", "misordered"):
            setattr(self, name, getattr(self, name) + len(getattr(found, name)))
        if made.broken:
            self.broken.append(f"seed {made.seed}: {made.broken}")

    @property
    def good(self) -> bool:
        """Whether nothing is lost, doubled or misordered, and every run could be played."""
        return not (self.lost or self.doubled or self.misordered or self.broken)

    def line(self, seed: int) -> dict[str, int]:
        """Return the figures by name."""
        names = ("runs", "kills", "posts", "answers", "lost", "doubled", "misordered", "held", "dead")
        return {"seed": seed, **{name: getattr(self, name) for name in names}}


def play(orders: Iterable[Order], jobs: int) -> Iterator[tuple[Order, Outcome]]:
    """Play runs in ``jobs`` processes; yields their outcomes in the order asked for. A caller that has seen enough just
    closes the iterator."""
    context = multiprocessing.get_context("spawn")
    left = iter(orders)
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        hand = [(order, pool.submit(played, order)) for order in islice(left, jobs * AHEAD)]
        try:
            while hand:
                order, future = hand.pop(0)
                yield order, future.result()
                if (more := next(left, None)) is not None:
                    hand.append((more, pool.submit(played, more)))
        finally:
            for _, future in hand:
                future.cancel()


def recorded(seed: int, jobs: int, sabotage: str = "") -> Mapping[str, Sequence[int]]:
    """Return every failpoint that unkilled runs from ``seed`` on came by, and the seeds of those that did."""
    orders = [Order(each, kills=(), put_back=False, sabotage=sabotage) for each in range(seed, seed + RECORDED)]
    found: dict[str, list[int]] = {}
    for order, made in play(orders, jobs):
        for name in made.seen:
            if READS not in name:
                found.setdefault(name, []).append(order.seed)
    return dict(sorted(found.items()))


def at_failpoints(found: Mapping[str, Sequence[int]], jobs: int) -> Iterator[tuple[Order, Outcome]]:
    """Play for each failpoint a run that is killed there the first time it comes by. What goes wrong is a matter of
    moments, too: one that went another way is played again, ``TRIES`` times at most."""
    left = dict(found)
    for turn in range(TRIES):
        orders = [Order(seeds[turn % len(seeds)], (Kill(name),), put_back=False) for name, seeds in left.items()]
        for order, made in play(orders, jobs):
            for name in made.killed_at:
                left.pop(name, None)
            yield order, made


def as_command(order: Order) -> str:
    """Return the options by which a run is played again alone."""
    named = "".join(f" --at '{kill.name}'" for kill in order.kills or () if kill.name)
    put_back = " --put-back" if order.put_back else ""
    return f"--seed {order.seed} --runs 1{named}{put_back}{f' --sabotage {order.sabotage}' if order.sabotage else ''}"
