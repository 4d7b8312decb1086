"""A week of a forum at speed: posts in bursts, agents who answer, and every day a restart, a merge and closed cases.
Every post ends in one case, every answer in one post, in order."""

from __future__ import annotations

import importlib.util
import os
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.bridge.world import START, World

from forum_bridge.ledger.tables import answer
from forum_bridge.sandbox.desk.faults import What

TRACE = Path(os.environ.get("FORUM_TRACE", Path(__file__).resolve().parents[3] / "shared" / "bench" / "trace.py"))
DAY = 86_400.0
FOOTER = re.compile(r'\[forum\] <a href="[^"]*/post/(\d+)"')
MACRO = "Siparişiniz yolda."
NOTE = "Müşteriye söyleme"
THREADS = 60


def week() -> Iterator[tuple[float, int, int]]:
    """Yield seconds since the week began, thread and author of each post."""
    if not TRACE.is_file():
        pytest.skip(f"{TRACE} is not here; set FORUM_TRACE to a script with a function week()")
    spec = importlib.util.spec_from_file_location("trace", TRACE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for event in module.week(seed=1, threads=THREADS, forums=1):
        yield event["t"], event["thread"], event["author"]


class Week:
    """The people on both sides."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.dice = random.Random(seed)
        self.threads: dict[int, int] = {}
        self.posts: list[int] = []
        self.answers: list[tuple[int, int, str]] = []  # message, thread it was meant for, text
        self.merges = self.closed = self.restarts = 0

    def write(self, thread: int, author: int) -> int:
        """A customer opens the thread or writes into it."""
        forum, name = self.world.forum, f"Yazar {author}"
        person = forum.person(name) or forum.register(name, "uzun-parola")
        text = f"Mesaj {len(self.posts)} ğüşıöç 🙂"
        if thread in self.threads:
            made = forum.reply(self.threads[thread], person, text)
        else:
            made = forum.open_thread(person, f"Konu {thread}", text)
            self.threads[thread] = made.thread_id
        self.posts.append(made.id)
        return made.id

    async def respond(self, thread: int) -> None:
        """An agent answers in the newest case, now and then with a macro, or writes a note."""
        case = max(self.world.deskie.cases(), key=lambda case: (case.updated_at, case.case_id))
        if self.dice.random() < 0.1:
            await self.world.deskie.add_note(case.case_id, f"<p>{NOTE}</p>", 905)
            return
        text = MACRO if self.dice.random() < 0.2 else f"Yanıt {len(self.answers)}."
        message = await self.world.deskie.agent_reply(case.case_id, f"<p>{text}</p>", 905)
        self.answers.append((message.message_id, self.threads[thread], text))

    async def new_day(self) -> None:
        """The bridge is restarted in the middle of its work, two cases become one, others are closed."""
        desk = self.world.deskie
        living = [case.case_id for case in desk.cases() if not case.parent_case_id]
        if len(living) > 3:
            child, parent, done = self.dice.sample(living, 3)
            desk.merge(child, parent)
            desk.set_status(done, "closed")
            self.merges += 1
            self.closed += 1
        desk.faults.next(r"POST /api/cases", What.CUT_AFTER)
        self.world.forum.faults.next(r"POST /thread/\d+/reply", "cut_after")
        await self.world.restart()
        self.restarts += 1


async def test_a_week_ends_with_every_post_and_every_answer_in_its_place(
    world: World, figures: Callable[..., None]
) -> None:
    world.deskie.switches.rate_limit_per_minute = 750
    people, day = Week(world, 1), 0
    for at, thread, author in week():
        world.clock.now = max(world.clock.now, START + timedelta(seconds=at))
        if at // DAY > day:
            day = int(at // DAY)
            people.write(thread, author)
            await people.new_day()
        else:
            people.write(thread, author)
        await world.settle()
        if people.dice.random() < 0.4:
            await people.respond(thread)
            await world.settle()
    for _ in range(30):
        await world.later(minutes=2)

    messages = [html for htmls in world.messages().values() for html in htmls]
    standing = Counter(int(found) for html in messages for found in FOOTER.findall(html))
    lost = [post for post in people.posts if not standing[post]]
    doubled = [post for post in people.posts if standing[post] > 1]
    for htmls in world.messages().values():
        by_thread = defaultdict(list)
        for html in htmls:
            for found in FOOTER.findall(html):
                post = world.forum.post(int(found))
                by_thread[post.thread_id, post.author_name].append(post.id)
        assert all(ids == sorted(ids) for ids in by_thread.values())

    async with world.ledger.reading() as db:
        states = {row.message_id: row for row in await db.execute(select(answer))}
    held = [states[message] for message, _, _ in people.answers if states[message].state == "held"]
    assert all("threads" in row.reason for row in held), [row.reason for row in held]
    assert {states[message].state for message, _, _ in people.answers} <= {"sent", "held"}
    published = [(number, text) for number, _, text in people.answers if states[number].state == "sent"]
    ours = [post for post in world.forum.posts() if post.author_name == "acme_destek"]
    told = Counter(re.findall(r"Yanıt \d+\.|" + re.escape(MACRO), "\n".join(_said(post.text) for post in ours)))
    wanted = Counter(text for _, text in published)
    figures(
        "a week",
        posts=len(people.posts),
        cases=len(world.deskie.cases()),
        answers=len(people.answers),
        restarts=people.restarts,
        merges=people.merges,
        lost=len(lost) + (wanted - told).total(),
        doubled=len(doubled) + (told - wanted).total(),
        held=len(held),
    )
    assert (lost, doubled) == ([], [])
    assert told == wanted
    assert len(ours) == len(published)
    assert NOTE not in "".join(post.text for post in world.forum.posts())
    for place in world.forum.threads():
        said = [_said(post.text) for post in place.posts if post in ours]
        numbers = [int(number) for text in said for number in re.findall(r"Yanıt (\d+)\.", text)]
        assert numbers == sorted(numbers)


def _said(text: str) -> str:
    """What a post says itself, without what it quotes."""
    return "\n".join(line for line in text.splitlines() if not line.startswith(">"))
