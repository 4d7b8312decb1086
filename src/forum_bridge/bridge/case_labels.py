"""Which labels a case carries, asked afresh each time. Where that cannot be told, nothing is assumed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from forum_bridge.bridge.desk import Desk
from forum_bridge.deskie import DeskDeclined, Priority
from forum_bridge.errors import Held, Retry
from forum_bridge.model import Clock, folded, normalised

KEPT = timedelta(hours=1)
AGAIN = timedelta(minutes=1)


class CaseLabels:
    """Keeps the titles of the desk's labels for an hour; a label that is not among them asks again at once."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock
        self._titles: Mapping[int, str] = {}
        self._asked: datetime | None = None

    async def carried(self, case_id: int, wanted: str) -> bool:
        """Say whether a case, or the one that it became a part of, carries a label named by its id or title.

        Raises Retry when Deskie cannot be asked now or has no such label, Held if the case is no more."""
        carried = await self._of(case_id, wanted)
        if carried and not normalised(wanted).isdigit():
            await self._learn(wanted, carried)
        return bool(carried & named(wanted, self._titles))

    async def _of(self, case_id: int, wanted: str) -> frozenset[int]:
        found: frozenset[int] = frozenset()
        seen: set[int] = set()
        following: int | None = case_id
        while following is not None and following not in seen:
            seen.add(following)
            case = await self._desk.client.case(following, priority=Priority.ANSWER)
            if case is None:
                raise Held(
                    f"case {following} does not exist any more, so nobody can tell whether it carried “{wanted}”",
                    explanation="The answer was not published: send it to the customer by hand.",
                )
            if case.labels is None:
                raise Retry(f"Deskie does not tell which labels case {following} carries", after=AGAIN)
            found |= case.labels
            following = case.parent_case_id
        return found

    async def _learn(self, wanted: str, carried: frozenset[int]) -> None:
        """Read the desk's labels, unless those that a case carries are known, and the wanted one is among the known."""
        stale = self._asked is None or self._clock() - self._asked > KEPT
        if stale or not carried <= self._titles.keys() or not named(wanted, self._titles):
            await self._ask()
        if not named(wanted, self._titles):
            raise Retry(
                f"Deskie has no label “{wanted}”, so nobody can tell whether the answer is private",
                after=AGAIN,
                explanation="Correct answers.private_label, or make the label in Deskie; until then answers wait.",
            )

    async def _ask(self) -> None:
        try:
            labels = await self._desk.client.labels(priority=Priority.ANSWER)
        except DeskDeclined as declined:
            raise Retry(
                f"Deskie does not show its labels: {declined}",
                after=AGAIN,
                explanation="Write the label's id in answers.private_label, or let the bridge's agent see labels.",
            ) from declined
        self._titles = {each.id: each.title for each in labels}
        self._asked = self._clock()


def named(wanted: str, titles: Mapping[int, str]) -> frozenset[int]:
    """Return the ids of the labels that are meant by an id or a title."""
    if (number := normalised(wanted)).isdigit():
        return frozenset({int(number)})
    return frozenset(each for each, title in titles.items() if folded(title) == folded(wanted))
