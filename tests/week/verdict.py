"""What became of the week: every post in exactly one case, every answer in exactly one post, in order. Reads the
forums, the desk and the ledger; changes nothing."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta

from tests.week.agents import MACROS, NOTE, Agents, Answer
from tests.week.bridge import Bridge
from tests.week.town import Town

from forum_bridge.sandbox.desk import Desk, Message
from forum_bridge.sandbox.forum import BRIDGE_USER

_SAID = re.compile("|".join([r"Yanıt \d+", *map(re.escape, MACROS)]))
SOON = timedelta(minutes=30)
Thread = tuple[str, int]


@dataclass(slots=True)
class Verdict:
    """Each list names what is wrong, so all have to be empty; ``held`` are the answers that only a person can place."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    misordered: list[str] = field(default_factory=list)
    misplaced: list[str] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> dict[str, list[str]]:
        """What is wrong, by its name."""
        names = ("lost", "doubled", "misordered", "misplaced", "unfinished")
        return {name: found for name in names if (found := getattr(self, name))}


async def verdict(town: Town, desk: Desk, agents: Agents, bridge: Bridge) -> Verdict:
    """Return what became of everything."""
    made = Verdict()
    _judge_posts(made, town, desk, agents)
    states = {row.message_id: (row.state, row.reason or "") for row in await bridge.rows("answer")}
    _judge_answers(made, town, desk, agents, states)
    for table in ("post", "answer", "agent_note"):
        for row in await bridge.rows(table):
            if row.state not in {"sent", "own", "old", "ignored", "held"} or (
                row.state == "held" and table != "answer"
            ):
                made.unfinished.append(f"{table} {row.id} is {row.state}: {row.reason}")
    return made


def _judge_posts(made: Verdict, town: Town, desk: Desk, agents: Agents) -> None:
    standing: defaultdict[str, list[Message]] = defaultdict(list)
    for number in sorted(desk.tables.messages):
        message = desk.tables.messages[number]
        post = agents.post_of(message) if message.user_id else None
        if post is not None:
            standing[post.url].append(message)
        elif message.user_id:
            made.misplaced.append(f"message {number} is no customer's post")
    order: defaultdict[tuple[str, int, str], list[tuple[int, int]]] = defaultdict(list)
    for url, post in town.written.items():
        times = len(standing[url])
        if not post.wanted and times:
            made.misplaced.append(f"{url} does not concern the desk")
        elif post.wanted and not times:
            made.lost.append(url)
        elif times > 1:
            made.doubled.append(f"{url} in cases {[each.case_id for each in standing[url]]}")
        order[post.place, post.thread, post.customer] += [(each.message_id, post.post) for each in standing[url]]
    for conversation, told in order.items():
        if [post for _, post in sorted(told)] != sorted(post for _, post in told):
            made.misordered.append(f"posts of {conversation}: {sorted(told)}")


def _judge_answers(made: Verdict, town: Town, desk: Desk, agents: Agents, states: dict[int, tuple[str, str]]) -> None:
    wanted: defaultdict[Thread, list[Answer]] = defaultdict(list)
    for answer in agents.answers:
        state, reason = states.get(answer.message, ("unknown", ""))
        if state == "held" and _may_be_held(answer, desk, agents):
            made.held.append(f"message {answer.message} in case {answer.case}: {reason}")
        else:
            if state == "held" or answer.ambiguous:
                what = "held" if state == "held" else "not held"
                made.misplaced.append(f"message {answer.message} in case {answer.case} is {what}: {reason}")
            wanted[answer.to.place, answer.to.thread].append(answer)
    for place in town.places:
        for thread in place.forum.threads():
            said = [_key(_own_words(post.text)) for post in thread.posts if post.author_name == BRIDGE_USER]
            _compare(made, f"{place.url}{thread.path}", wanted[place.name, thread.id], said)
        texts = [post.text for post in place.forum.posts()]
        made.misplaced += [f"an internal note stands on {place.url}: {text}" for text in texts if NOTE in text]


def _compare(made: Verdict, where: str, wanted: list[Answer], said: list[str]) -> None:
    """Compare a thread's answers with our posts in it; in order are those to one customer."""
    texts = Counter(_key(answer.text) for answer in wanted)
    made.lost += [f"{where}: {text}" for text in (texts - Counter(said)).elements()]
    made.doubled += [f"{where}: {text}" for text in (Counter(said) - texts).elements()]
    for customer in {answer.to.customer for answer in wanted} if texts == Counter(said) else ():
        told = [_key(answer.text) for answer in wanted if answer.to.customer == customer]
        if not _in_order(told, said):
            made.misordered.append(f"answers to {customer or 'all'} in {where}: {said}, not {told}")


def _in_order(told: list[str], said: list[str]) -> bool:
    """Whether ``told`` stands in ``said`` in its order, whatever stands between."""
    following = iter(said)
    return all(text in following for text in told)


def _may_be_held(answer: Answer, desk: Desk, agents: Agents) -> bool:
    """Whether nobody can tell for which thread an answer is: its case held several when it was written, or before it
    could be published, or its webhook never came and it was found later."""
    if answer.ambiguous:
        return True
    heard = any(each.accepted for each in desk.deliveries_of(answer.message))
    soon = answer.at + SOON
    merged = [merge for merge in agents.merges if answer.case in merge.cases and answer.at <= merge.at]
    return any(merge.at <= soon or not heard for merge in merged)


def _own_words(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith(">"))


def _key(text: str) -> str:
    found = _SAID.findall(text)
    return found[0] if len(found) == 1 else f"{found} in {text!r}"
