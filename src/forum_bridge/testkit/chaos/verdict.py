"""Compares the three ledgers after a run: what stands on the forum, what stands on the desk, and what the bridge wrote
down of it. Changes nothing."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from forum_bridge.bridge.found_again import SAYS_SOMETHING_ELSE
from forum_bridge.bridge.owner import NO_CONVERSATION
from forum_bridge.markup.footer import footer_permalink
from forum_bridge.sandbox.forum import BRIDGE_USER
from forum_bridge.testkit.chaos.scene import NOTE, SAID, TOKEN, Answer, Piece, Scene

PUBLIC = "the thread"


@dataclass(slots=True)
class Verdict:
    """Each list names what is wrong, item by item; ``held`` and ``dead`` count the ledger's rows."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    misordered: list[str] = field(default_factory=list)
    posts: int = 0
    answers: int = 0
    held: int = 0
    dead: int = 0

    @property
    def wrong(self) -> dict[str, list[str]]:
        """What is wrong, by its name."""
        every = {"lost": self.lost, "doubled": self.doubled, "misordered": self.misordered}
        return {name: found for name, found in every.items() if found}


def verdict(scene: Scene, ledger: Path, *, by_thread: bool) -> Verdict:
    """Return what became of everything; ``by_thread``: a thread is one conversation, whoever writes."""
    made = Verdict(posts=len(scene.pieces), answers=len(scene.answers))
    states = rows(ledger)
    counts = Counter(state for table in ("post", "answer") for _, state, _ in states[table])
    made.held, made.dead = counts["held"], counts["dead"]
    for table, found in states.items():
        made.lost += [f"{table} {key} never came to rest: {reason}" for key, state, reason in found if state in _WORK]
    _posts(made, scene, states["post"], by_thread=by_thread)
    answers = {int(key): (state, reason) for key, state, reason in states["answer"]}
    _answers(made, scene, ledger, answers, by_thread=by_thread)
    return made


_WORK = ("waiting", "sending", "unclear")


def rows(ledger: Path) -> Mapping[str, list[tuple[str, str, str]]]:
    """Return key, state and reason of every row that is work, by table."""
    keys = {"post": "url", "answer": "message_id", "agent_note": "key"}
    found: dict[str, list[tuple[str, str, str]]] = {}
    with closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as db:
        for table, key in keys.items():
            query = f"SELECT {key}, state, reason FROM {table}"  # noqa: S608 -- of two constants
            found[table] = [(str(each[0]), each[1], each[2] or "") for each in db.execute(query)]
    return found


def told(scene: Scene) -> set[int]:
    """Return the answers whose webhook was told 200: from then on the ledger has to have them."""
    ours = {answer.message for answer in scene.answers}
    return {each.message_id for each in scene.desk.deliveries if each.accepted} & ours


def _posts(made: Verdict, scene: Scene, states: Sequence[tuple[str, str, str]], *, by_thread: bool) -> None:
    changed = {url for url, state, reason in states if state == "held" and SAYS_SOMETHING_ELSE in reason}
    first: dict[str, int] = {}
    urls: defaultdict[str, set[str]] = defaultdict(set)
    marks: Counter[tuple[str, int]] = Counter()
    for number in sorted(scene.desk.tables.messages):
        message = scene.desk.tables.messages[number]
        mark = footer_permalink(message.content_html)
        if not message.user_id or mark is None:
            continue
        marks[mark] += 1
        for token in TOKEN.findall(_own_words(message.content_html)):
            first.setdefault(token, number)
            urls[token].add(mark[0])
    made.doubled += [f"post {url} revision {revision}: {n} messages" for (url, revision), n in marks.items() if n > 1]
    made.doubled += [f"{token} stands as {sorted(found)}" for token, found in urls.items() if len(found) > 1]
    conversations: defaultdict[tuple[int, str], list[Piece]] = defaultdict(list)
    for piece in scene.pieces:
        if piece.token in first:
            conversations[piece.thread, "" if by_thread else piece.author].append(piece)
        elif not piece.excused and f"{scene.url}/post/{piece.post}" not in changed:
            made.lost.append(f"post {piece.post} of {piece.author} ({piece.token})")
    for (thread, author), said in conversations.items():
        # What a moderator let stand late may go before or behind what was written meanwhile: two orders are right.
        if any(a.post <= b.post and first[a.token] > first[b.token] for a, b in combinations(said, 2)):
            stands = sorted((piece.token for piece in said), key=first.__getitem__)
            made.misordered.append(f"posts of {author or 'all'} in thread {thread}: {stands}")


def _answers(
    made: Verdict, scene: Scene, ledger: Path, states: Mapping[int, tuple[str, str]], *, by_thread: bool
) -> None:
    wanted: defaultdict[tuple[int, str], list[tuple[Answer, bool]]] = defaultdict(list)
    for answer in scene.answers:
        state, reason = states.get(answer.message, ("unknown", ""))
        nobody_can = bool(scene.permanent) or scene.unclear(answer, by_thread=by_thread)
        nobody_can |= reason == NO_CONVERSATION and scene.deserted(answer)
        excused = answer.excused or (state in {"held", "dead"} and nobody_can)
        wanted[(0, answer.to) if answer.private else (answer.thread, PUBLIC)].append((answer, excused))
    said = _said(scene)
    unknown = _queued_unknown(scene, ledger)
    for place in sorted({*wanted, *said}):
        here, there = wanted[place], said.get(place, [])
        may = Counter(answer.said for answer, _ in here)
        must = Counter(answer.said for answer, excused in here if not excused)
        for text in (must - Counter(there)).elements():
            which = [f"{each.message}: {states.get(each.message)}" for each, _ in here if each.said == text]
            made.lost.append(f"answer {text!r} in {place}: {which}")
        doubled = Counter(there) - may - Counter(unknown.get(place, ()))
        made.doubled += [f"answer {text!r} in {place}" for text in doubled.elements()]
        if must == may == Counter(there):
            _order(made, place, here, there)
    texts = [post.text for post in scene.forum.posts()] + [each.text for each in scene.forum.messages.everything()]
    made.doubled += [f"an internal note stands on the forum: {text!r}" for text in texts if NOTE in text]


def _order(made: Verdict, place: tuple[int, str], here: list[tuple[Answer, bool]], there: list[str]) -> None:
    for customer, thread in sorted({(answer.to, answer.thread) for answer, _ in here}):
        theirs = [answer for answer, _ in here if (answer.to, answer.thread) == (customer, thread)]
        told = [answer.said for answer in sorted(theirs, key=lambda each: each.message)]
        following = iter(there)
        if not all(text in following for text in told):
            cases = sorted({answer.case for answer in theirs})
            made.misordered.append(f"answers to {customer} in {place}: {there}, not {told}; cases {cases}")


def _queued_unknown(scene: Scene, ledger: Path) -> dict[tuple[int, str], list[str]]:
    """Return what moderators got before the bridge could know that they get it. A forum that holds a post back does not
    show it, so what was lost then cannot be found: one of the limits in docs/reliability.md."""
    with closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as db:
        (known,) = db.execute("SELECT min(sent_at) FROM answer WHERE receipt_state='queued'").fetchone()
    until = datetime.fromisoformat(known).replace(tzinfo=UTC) if known else datetime.max.replace(tzinfo=UTC)
    early: defaultdict[tuple[int, str], list[str]] = defaultdict(list)
    for post in scene.forum.posts():
        if post.author_name == BRIDGE_USER and post.pending and post.time <= until:
            early[post.thread_id, PUBLIC] += SAID.findall(_unquoted(post.text))
    return early


def _said(scene: Scene) -> dict[tuple[int, str], list[str]]:
    """Return what the bridge said, place by place, in the order in which it stands there."""
    said: defaultdict[tuple[int, str], list[str]] = defaultdict(list)
    for post in sorted(scene.forum.posts(), key=lambda each: each.id):
        if post.author_name == BRIDGE_USER:
            said[post.thread_id, PUBLIC] += SAID.findall(_unquoted(post.text))
    for each in scene.forum.messages.everything():
        if each.author_name == BRIDGE_USER and each.person is not None:
            reader = scene.forum.messages.conversation(each.conversation_id, each.person).other(each.person)
            said[0, reader.name] += SAID.findall(_unquoted(each.text))
    return said


def _unquoted(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith(">"))


def _own_words(html: str) -> str:
    tree = LexborHTMLParser(html)
    for quote in tree.css("blockquote"):
        quote.decompose()
    return tree.text()
