"""The agents of the week: they read what reaches the desk and answer it in due time, write notes, close and merge
cases. What they do follows from the seed and from which post they read, not from when it came."""

from __future__ import annotations

import heapq
import math
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.week.town import Town, Written

from forum_bridge.markup.footer import footer_permalink
from forum_bridge.model import Clock
from forum_bridge.sandbox.desk import Case, Desk, Message, Status
from forum_bridge.sandbox.desk.correspondence import Writing

ELIF = 905
MACROS = ("Siparişiniz yolda, yarın sizde.", "Fatura e-posta ile gelir: gelen kutunuza bakın.")
NOTE = "Müşteriye söyleme"
MINUTES = 12.0  # an agent's usual delay


@dataclass(frozen=True, slots=True)
class Answer:
    """What an agent or a rule answered: the message, where and when, the post it speaks to, its text. ``ambiguous`` if
    its case held posts from several threads when it was written."""

    message: int
    case: int
    at: datetime
    to: Written
    text: str
    ambiguous: bool


@dataclass(frozen=True, slots=True)
class Merge:
    """Two cases that became one."""

    cases: tuple[int, int]
    at: datetime


class Agents:
    """``look`` reads what is new, ``act`` does what is due."""

    def __init__(self, desk: Desk, town: Town, clock: Clock, seed: int) -> None:
        self.answers: list[Answer] = []
        self.merges: list[Merge] = []
        self.closed = self.notes = 0
        self._desk = desk
        self._town = town
        self._clock = clock
        self._seed = seed
        self._newest = 0
        self._plans: list[tuple[float, int, Callable[[], None]]] = []
        self._planned = 0
        self._posts_of: dict[int, Written] = {}

    @property
    def next_due(self) -> float | None:
        """When somebody acts next, as a timestamp."""
        return self._plans[0][0] if self._plans else None

    def look(self) -> None:
        """Read what customers' messages are new on the desk, and make up one's mind."""
        fresh: list[Message] = []
        for number in reversed(self._desk.tables.messages):
            if number <= self._newest:
                break
            fresh.append(self._desk.tables.messages[number])
        if fresh:
            self._newest = fresh[0].message_id
        for message in reversed(fresh):
            post = self.post_of(message)
            if post is not None and message.user_id:
                self._posts_of[message.message_id] = post
                self._consider(message, post)

    def act(self) -> None:
        """Do what is due."""
        while self._plans and self._plans[0][0] <= self._clock().timestamp():
            heapq.heappop(self._plans)[2]()

    def post_of(self, message: Message) -> Written | None:
        """Return the post that a message is."""
        found = footer_permalink(message.content_html or message.content)
        return None if found is None else self._town.written.get(found[0])

    def posts_in(self, case: Case) -> list[Written]:
        """Return the posts that stand in a case, oldest message first."""
        found = (self._posts_of.get(message.message_id) for message in self._desk.messages(case) if message.user_id)
        return [post for post in found if post is not None]

    def close(self, dice: random.Random, times: int) -> None:
        """Close some of the cases that were touched last."""
        lively = [case for case in self._living() if case.status is not Status.CLOSED][:30]
        for case in dice.sample(lively, min(times, len(lively))):
            self._desk.set_status(case.case_id, Status.CLOSED, done_by=f"staff_{ELIF}")
            self.closed += 1

    def merge(self, dice: random.Random, *, same_thread: bool) -> None:
        """Merge two cases of one thread, or of one author in two threads, among those touched last."""
        groups: defaultdict[tuple[str, object], list[Case]] = defaultdict(list)
        for case in self._living()[:60]:
            for place, key in {
                (each.place, each.thread if same_thread else each.author) for each in self.posts_in(case)
            }:
                groups[place, key].append(case)
        pairs = [cases for _, cases in sorted(groups.items(), key=str) if len(cases) > 1]
        if pairs:
            first, second = sorted(dice.choice(pairs)[:2], key=lambda case: case.case_id)
            self._desk.merge(second.case_id, first.case_id)
            self.merges.append(Merge((second.case_id, first.case_id), self._clock()))

    def _consider(self, message: Message, post: Written) -> None:
        dice = random.Random(f"{self._seed} {post.place} {post.post}")
        if dice.random() < 0.05:
            self._answer(message.message_id, "", rule=True)
        if dice.random() < 0.1:
            self._later(dice, lambda: self._note(message.message_id))
        if dice.random() < 0.5:
            text = dice.choice(MACROS) if dice.random() < 0.3 else ""
            self._later(dice, lambda: self._answer(message.message_id, text))
            if dice.random() < 0.2:
                self._later(dice, lambda: self._answer(message.message_id, text))

    def _later(self, dice: random.Random, act: Callable[[], None]) -> None:
        delay = timedelta(minutes=math.exp(dice.gauss(math.log(MINUTES), 1.0)))
        self._planned += 1
        heapq.heappush(self._plans, ((self._clock() + delay).timestamp(), self._planned, act))

    def _answer(self, to: int, text: str, *, rule: bool = False) -> None:
        post, case = self._posts_of[to], self._case(to)
        text = text or f"Yanıt {len(self.answers):06}: bakıyoruz, *birazdan* yazarız."
        ambiguous = len({(each.place, each.thread) for each in self.posts_in(case)}) > 1
        made = self._desk.correspondence.by_agent(case.case_id, ELIF, _html(text), via_rule=rule)
        self.answers.append(Answer(made.message_id, case.case_id, self._clock(), post, text, ambiguous))

    def _note(self, to: int) -> None:
        self.notes += 1
        self._desk.correspondence.note(self._case(to).case_id, ELIF, _html(f"{NOTE} {self.notes}"))

    def _case(self, message: int) -> Case:
        return self._desk.case(self._desk.tables.messages[message].case_id)

    def _living(self) -> list[Case]:
        return sorted(self._desk.cases(), key=lambda case: (case.updated_at, case.case_id), reverse=True)


def _html(text: str) -> Writing:
    return Writing(html=f"<p>{text}</p>")
