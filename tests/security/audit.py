"""Asks PyPI whether anything that the bridge runs on has a known hole (`python tests/security/audit.py`): status 1 for
one, 0 otherwise. What nobody answered for is counted and named, never called sound."""

from __future__ import annotations

import asyncio
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

import aiohttp
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

SERVICE = "https://pypi.org/pypi"  # https://docs.pypi.org/api/json/, `vulnerabilities`
SECONDS = 10.0  # for one package, from connecting to the last byte
AT_ONCE = 16
ACCEPTED: Mapping[str, str] = {}  # a hole's id: why it does not concern the bridge


@dataclass(frozen=True, slots=True)
class Hole:
    """A known hole in what is installed."""

    package: str
    id: str
    mended_in: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.package}: {self.id}, mended in {', '.join(self.mended_in) or 'no version yet'}"


@dataclass(frozen=True, slots=True)
class Audit:
    """What came of it: how many packages were answered for, which were not, and the holes."""

    answered: int
    unanswered: tuple[str, ...]
    holes: tuple[Hole, ...]

    @property
    def status(self) -> int:
        return 1 if self.holes else 0

    def lines(self) -> Iterator[str]:
        """Return what to say of it."""
        yield from (f"audit: HOLE: {hole}" for hole in self.holes)
        if self.unanswered:
            what = "nothing was audited" if not self.answered else f"not audited: {', '.join(self.unanswered)}"
            yield f"audit: WARNING: no answer for {len(self.unanswered)} packages; {what}"
        if self.answered:
            yield f"audit: {self.answered} packages audited, {len(self.holes)} known holes"


def needed() -> dict[str, str]:
    """Return name and version of all that the bridge needs to run here, and what that needs."""
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found: dict[str, str] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    todo = _wanted(project["dependencies"], frozenset())
    while todo:
        name, extras = todo.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue  # `pip check` tells of what is missing
        todo += _wanted(requires(name) or (), extras)
    return found


def _wanted(lines: Iterable[str], extras: frozenset[str]) -> list[tuple[str, frozenset[str]]]:
    """Return names and extras of the requirements that count on this machine and with these extras."""
    every = [Requirement(line) for line in lines]
    here = [each for each in every if each.marker is None or any(map(each.marker.evaluate, _asked(extras)))]
    return [(canonicalize_name(each.name), frozenset(each.extras)) for each in here]


def _asked(extras: Iterable[str]) -> list[dict[str, str]]:
    return [{"extra": extra} for extra in ("", *extras)]


async def audit(packages: Mapping[str, str], service: str = SERVICE) -> Audit:
    """Ask for each package; raises nothing for a service that does not answer."""
    turn = asyncio.Semaphore(AT_ONCE)
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    async with aiohttp.ClientSession(timeout=timeout, trust_env=True) as http:

        async def ask(name: str, installed: str) -> list[Hole] | None:
            try:
                async with turn, http.get(f"{service}/{name}/{installed}/json") as answer:
                    return _holes(name, await answer.json()) if answer.status == 200 else None
            except (aiohttp.ClientError, TimeoutError, ValueError):
                return None

        answers = await asyncio.gather(*(ask(name, installed) for name, installed in packages.items()))
    told = dict(zip(packages, answers, strict=True))
    return Audit(
        answered=sum(each is not None for each in answers),
        unanswered=tuple(name for name, each in told.items() if each is None),
        holes=tuple(hole for each in answers for hole in each or ()),
    )


def _holes(name: str, document: object) -> list[Hole] | None:
    """Return what a document tells, None if it tells nothing of holes, as those of some mirrors do."""
    told = document.get("vulnerabilities") if isinstance(document, dict) else None
    if not isinstance(told, list):
        return None
    counted = (each for each in told if isinstance(each, dict) and not each.get("withdrawn"))
    holes = (Hole(name, str(each.get("id")), tuple(map(str, each.get("fixed_in") or ()))) for each in counted)
    return [hole for hole in holes if hole.id not in ACCEPTED]


def main() -> int:
    done = asyncio.run(audit(needed()))
    for line in done.lines():
        print(line)  # noqa: T201 -- a command's output
    return done.status


if __name__ == "__main__":
    sys.exit(main())
