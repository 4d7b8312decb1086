"""What stands around the bridge while it is killed: a forum and a desk on loopback, the people at both, and what they
wrote. Everybody's clock stands still until it is moved."""

from __future__ import annotations

import heapq
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Protocol

from forum_bridge.markup.footer import footer_permalink
from forum_bridge.sandbox.desk import Case, Desk, Status, Switches
from forum_bridge.sandbox.desk.correspondence import Writing
from forum_bridge.sandbox.desk.records import Message
from forum_bridge.sandbox.forum import Forum
from forum_bridge.sandbox.forum.records import Person, Post
from forum_bridge.sandbox.forum.records import Switches as ForumSwitches
from forum_bridge.sandbox.forum.seed import seeded
from forum_bridge.sandbox.forum.text import quoted

START = datetime(2026, 3, 2, 9, 0, 30, tzinfo=UTC)
ELIF = 905
MACROS = ("Siparişiniz yolda, yarın sizde.", "Fatura e-posta ile gelir.")
NOTE = "Müşteriye söyleme"
PRIVATE = "[private]"
TOKEN = re.compile(r"k\d{4}k")
SAID = re.compile("|".join([r"c\d{4}c", *map(re.escape, MACROS)]))
CUSTOMERS = ("Deniz", "Elif Şahin", "Harry Whitlock", "Misafir Can")  # the last one is a guest
MEMBERS = CUSTOMERS[:3]


class Hands(Protocol):
    """A clock that is moved by hand."""

    now: datetime

    def __call__(self) -> datetime: ...


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@dataclass(slots=True)
class Piece:
    """Something a customer wrote, told by its token; ``post`` may hold several where the forum merges."""

    token: str
    post: int
    author: str
    thread: int
    excused: bool = False


@dataclass(slots=True)
class Answer:
    """What an agent or a rule answered: ``said`` is what tells it on the forum, ``to`` the customer it speaks to;
    ``ambiguous`` if posts from several threads stood in its case then."""

    message: int
    case: int
    thread: int
    to: str
    said: str
    private: bool
    ambiguous: bool = False
    excused: bool = False


@dataclass(slots=True)
class Scene:
    """Forum, desk and what was written. ``agenda`` holds what will happen at a later time."""

    clock: Hands
    forum: Forum
    desk: Desk
    dice: random.Random
    pieces: list[Piece] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    threads: list[int] = field(default_factory=list)
    permanent: set[str] = field(default_factory=set)  # causes that nobody mends: moderation, lock
    url: str = ""
    _agenda: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    _numbers: count[int] = field(default_factory=lambda: count(1))
    _tokens: count[int] = field(default_factory=count)

    @classmethod
    def of(cls, dice: random.Random, *, merges: bool) -> Scene:
        """Return a scene with nothing in it yet."""
        clock = Clock()
        switches = Switches(rate_limit_per_minute=3000)
        return cls(clock, seeded(clock, ForumSwitches(merge_posts=merges)), Desk(clock=clock, switches=switches), dice)

    def at(self, moment: datetime, act: Callable[[], None]) -> None:
        """Have something happen later."""
        heapq.heappush(self._agenda, (moment, next(self._numbers), act))

    def advance(self, span: timedelta) -> None:
        """Let time pass, and what was due in it happen."""
        until = self.clock.now + span
        while self._agenda and self._agenda[0][0] <= until:
            moment, _, act = heapq.heappop(self._agenda)
            self.clock.now = max(self.clock.now, moment)
            act()
        self.clock.now = until

    # -- customers

    def open_thread(self) -> None:
        """A customer opens a thread."""
        name, token = self.dice.choice(MEMBERS), self._token()
        post = self.forum.open_thread(self._person(name), f"Konu {len(self.threads)}: kargo & iade", self._text(token))
        self.threads.append(post.thread_id)
        self.pieces.append(Piece(token, post.id, name, post.thread_id))

    def write(self, *, quoting: bool = False, approved_after: timedelta | None = None) -> None:
        """A customer writes into a thread, perhaps with a quote; a moderator may let it stand only later."""
        thread = self.forum.thread(self._open_thread_id())
        name, token = self.dice.choice(CUSTOMERS), self._token()
        text = self._text(token)
        if quoting:
            cited = self.dice.choice(thread.visible)
            text = f"{quoted(cited.author_name, f'/post/{cited.id}', 'yazdı', cited.text)}\n\n{text}"
        before = self.forum.switches.moderation
        self.forum.switches.moderation = before or approved_after is not None
        post = self.forum.reply(thread.id, self._person(name), text)
        self.forum.switches.moderation = before
        self._stands(Piece(token, post.id, name, thread.id), post, approved_after or timedelta())

    def follow_up(self) -> None:
        """The customer who wrote last writes once more; some forums put that into the post before."""
        last = self.pieces[-1]
        if not self.forum.thread(last.thread).locked:
            token = self._token()
            post = self.forum.reply(last.thread, self._person(last.author), self._text(token))
            self._stands(Piece(token, post.id, last.author, last.thread), post, timedelta())

    def edit(self) -> None:
        """A customer changes what they wrote; the token stays where it is."""
        piece = self.dice.choice(self.pieces)
        post = self._post(piece.post)
        if post is not None:
            self.forum.edit(post.id, f"Düzeltme: {post.text}")

    def delete(self) -> None:
        """A customer takes a post back; whether it reached the desk before is all the same."""
        piece = self.pieces[-1]
        post = self._post(piece.post)
        if post is not None and len(self.forum.thread(post.thread_id).visible) > 1:
            self.forum.delete(post.id)
            for each in self.pieces:
                each.excused = each.excused or each.post == piece.post

    # -- agents

    def answer(self, *, macro: str = "", private: bool = False, rule: bool = False) -> None:
        """An agent answers a case (or a rule does)."""
        if (case := self._some_case()) is None:
            return
        posts = self.posts_in(case)
        told = macro or f"Yanıt c{len(self.answers):04}c: bakıyoruz."
        said = macro or f"c{len(self.answers):04}c"
        private = private and posts[-1].author in MEMBERS and len({each.author for each in posts}) == 1
        html = f"<p>{told}{' ' + PRIVATE if private else ''}</p>"
        made = self.desk.correspondence.by_agent(case.case_id, ELIF, Writing(html=html), via_rule=rule)
        last = posts[-1]
        ambiguous = len({each.thread for each in posts}) > 1
        self.answers.append(Answer(made.message_id, case.case_id, last.thread, last.author, said, private, ambiguous))

    def answer_twice(self) -> None:
        """An agent sends the same macro twice."""
        for _ in range(2):
            self.answer(macro=MACROS[0])

    def note(self) -> None:
        """An agent writes an internal note."""
        if (case := self._some_case()) is not None:
            self.desk.correspondence.note(case.case_id, ELIF, Writing(html=f"<p>{NOTE} {len(self.answers)}</p>"))

    def close(self) -> None:
        """An agent closes a case."""
        if (case := self._some_case()) is not None:
            self.desk.set_status(case.case_id, Status.CLOSED, done_by=f"staff_{ELIF}")

    def merge(self) -> None:
        """An agent merges two cases: of one thread, or of two, after which nobody can tell for which an answer is."""
        cases = [case for case in self.desk.cases() if self.posts_in(case)]
        if len(cases) < 2:
            return
        child, parent = self.dice.sample(cases, 2)
        self.desk.merge(child.case_id, parent.case_id)

    def purge(self) -> None:
        """The desk deletes a case for good, and what stands in it or waits for it."""
        if (case := self._some_case()) is not None:
            gone = {footer_permalink(each.content_html) for each in self.desk.messages(case)}
            for piece in self.pieces:
                piece.excused |= any(mark is not None and mark[0].endswith(f"/post/{piece.post}") for mark in gone)
            for answer in self.answers:
                message = self.desk.tables.messages.get(answer.message)
                answer.excused |= message is None or message.case_id == case.case_id
            self.desk.purge(case.case_id)

    # -- the forum's own people

    def lock(self) -> None:
        """A moderator closes a thread for good."""
        self.permanent.add("lock")
        self.forum.lock(self.dice.choice(self.threads))

    def moderate(self) -> None:
        """From now on a moderator reads every post first; the customers' at once, ours never."""
        self.permanent.add("moderation")
        self.forum.switches.moderation = True

    def unclear(self, answer: Answer, *, by_thread: bool) -> bool:
        """Whether nobody can tell where an answer belongs: its case holds several threads, or for a private one
        several customers write there or in its conversation (``by_thread``: that is the thread)."""
        message = self.desk.tables.messages.get(answer.message)
        if message is None:
            return True
        posts = self.posts_in(self.desk.case(message.case_id))
        if answer.private:
            posts += [each for each in self.pieces if by_thread and each.thread == answer.thread]
            return answer.ambiguous or len({each.author for each in posts}) > 1
        return answer.ambiguous or len({each.thread for each in posts}) > 1

    def deserted(self, answer: Answer) -> bool:
        """Whether all posts in its case were deleted: a bridge that lost its ledger cannot know whose it is."""
        message = self.desk.tables.messages.get(answer.message)
        return message is None or all(each.excused for each in self.posts_in(self.desk.case(message.case_id)))

    def posts_in(self, case: Case) -> list[Piece]:
        """Return what customers wrote that stands in a case, oldest message first."""
        found = (self.piece_of(message) for message in self.desk.messages(case) if message.user_id)
        return [piece for piece in found if piece is not None]

    def piece_of(self, message: Message) -> Piece | None:
        """Return the last piece of the post that a message is."""
        mark = footer_permalink(message.content_html or message.content)
        post = mark[0].rpartition("/")[2] if mark is not None else ""
        return next((each for each in reversed(self.pieces) if str(each.post) == post), None)

    # -- within

    def _stands(self, piece: Piece, post: Post, after: timedelta) -> None:
        """Note what a customer wrote once everybody sees it: that is when its turn is."""
        if not post.pending:
            self.pieces.append(piece)
        elif not after:
            self.forum.approve(post.id)
            self.pieces.append(piece)
        else:
            self.at(self.clock() + after, lambda: self._stands(piece, post, timedelta()))

    def _some_case(self) -> Case | None:
        cases = [case for case in self.desk.cases() if self.posts_in(case)]
        return self.dice.choice(cases[:6]) if cases else None

    def _open_thread_id(self) -> int:
        unlocked = [each for each in self.threads if not self.forum.thread(each).locked]
        return self.dice.choice(unlocked or self.threads)

    def _post(self, post_id: int) -> Post | None:
        return next((post for post in self.forum.posts() if post.id == post_id and not post.pending), None)

    def _person(self, name: str) -> Person | str:
        return self.forum.person(name) or name

    def _token(self) -> str:
        return f"k{next(self._tokens):04}k"

    def _text(self, token: str) -> str:
        return f"Gönderi {token}: kargom nerede? ğüşıöç 🙂\n\nİkinci paragraf, *acil*."
