"""The ledger's entrance for posts: each is taken in once, judged, and tied to its conversation. Knows no network."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.bridge import deletions
from forum_bridge.bridge.content import Digested
from forum_bridge.bridge.edits import ChangesTold
from forum_bridge.bridge.entry import Entry
from forum_bridge.bridge.forgotten import without_forgotten
from forum_bridge.bridge.moved import follow
from forum_bridge.bridge.our_posts import OurPosts
from forum_bridge.bridge.policy import Facts, Rules, Taken, judge
from forum_bridge.bridge.revisions import Revisions, as_known
from forum_bridge.bridge.scope import AUTHOR_IN_THREAD, conversation_of
from forum_bridge.bridge.site import Site
from forum_bridge.ledger import answers, bodies, conversations, posts, put_back, threads
from forum_bridge.ledger.conversations import Conversation
from forum_bridge.ledger.forums import ForumRow
from forum_bridge.ledger.posts import PostRow
from forum_bridge.ledger.put_back import PutBack
from forum_bridge.ledger.states import WORK, State
from forum_bridge.ledger.threads import ThreadRow
from forum_bridge.ledger.watches import WatchRow
from forum_bridge.model import Post, Reading, ThreadId, ThreadSeen, WatchKind, number_of

A_TURN = 500  # posts; then whatever else the loop has to do has its turn
TOLD = frozenset({*WORK, State.SENT, State.HELD})


class Intake:
    """One reading of one watch on its way into the ledger; lives for one transaction."""

    def __init__(self, db: AsyncConnection, site: Site, row: ForumRow, watch: WatchRow, rules: Rules, now: datetime):
        self._db = db
        self._site = site
        self._forum = row
        self._watch = watch
        self._rules = rules
        self._now = now
        self._own_keys = frozenset(filter(None, [row.own_key]))
        self._told = ChangesTold(db, site, now)
        self._our_posts = OurPosts(db, site, now)
        self._revisions = Revisions(db, self._told, now)
        self._put_back: PutBack | None = None
        self._spoke: dict[ThreadId, Entry | int] = {}  # by thread: whose message an agent's post on the forum answers

    @property
    def tells_at(self) -> datetime | None:
        """When the first note to agents is due that was put into the outbox."""
        due = (self._told.due_at, self._our_posts.due_at)
        return min((each for each in due if each is not None), default=None)

    async def take(self, reading: Reading, digested: Sequence[Digested]) -> tuple[set[int], list[Entry]]:
        """Store the threads and posts of a reading, in few statements however many there are; return the conversations
        with new work, and what is new: posts and revisions. What waits for a moderator is not there yet."""
        reading, digested = await without_forgotten(self._db, self._site.name, reading, digested)
        digested = [item for item in digested if not item.post.waits]
        name, ids = self._site.name, [item.post.id for item in digested]
        self._put_back = await put_back.known(self._db)
        known = await posts.latest(self._db, name, ids)
        await follow(self._db, name, reading, known, now=self._now)
        met_before, known_threads = await self._threads(reading)
        receipts = await answers.with_receipts(self._db, name, ids)
        newest = await posts.highest_numbers(self._db, name, list(known_threads))
        starters = await threads.starters(self._db, name, list(known_threads))
        woken: set[int] = set()
        entries: list[Entry] = []
        for number, item in enumerate(digested, 1):
            if number % A_TURN == 0:
                await asyncio.sleep(0)
            if (tomb := known.get(item.post.id)) is not None and tomb.forgotten_at is not None:
                continue
            thread_id = item.post.thread.id
            thread = known_threads[thread_id]
            before = await self._restored(known.get(item.post.id), woken)
            facts = Facts(
                own_keys=self._own_keys,
                own_posts=frozenset(receipts),
                first_reading=self._watch.first or before is not None,
                since=self._watch.watch.since,
                thread_known=thread_id in met_before or thread_id in newest,
                newest_in_thread=newest.get(thread_id),
                highest=self._watch.highest,
                starters=starters[thread_id],
                adopted=self._adopted(thread),
            )
            await self._our_posts.let_through(item.post, receipts.get(item.post.id, ()))
            if before is None:
                taken = judge(item, facts, self._rules)
                if item.post.id not in receipts:
                    taken = await self._recognised(item, taken)
                entries.append(await self._first_time(item, thread, taken))
            else:
                same = as_known(item, before)
                if _was_left(before):
                    woken |= await self._second_opinion(same, before, thread, facts)
                elif (grown := await self._revisions.again(same, before, thread.ref.id)) is not None:
                    entries.append(grown)
            self._listen(thread.ref.id, before, entries)
        await deletions.follow(self._db, name, reading.deleted, self._told, now=self._now)
        return woken | self._revisions.woken | await self._insert(entries), entries

    async def _threads(self, reading: Reading) -> tuple[set[ThreadId], dict[ThreadId, ThreadRow]]:
        """Store what the reading says of threads; return which were known before, and all as they stand now."""
        touched = {ref.id: ThreadSeen(ref) for ref in reading.moved.values()}
        for post in reading.posts:
            if post.thread.id not in touched or post.opening:
                touched[post.thread.id] = ThreadSeen(post.thread, post if post.opening else None)
        touched |= {seen.ref.id: seen for seen in reading.threads}
        before = await threads.several(self._db, self._site.name, list(touched))
        for seen in touched.values():
            await threads.note(self._db, self._site.name, seen, before.get(seen.ref.id), now=self._now)
        return set(before), await threads.several(self._db, self._site.name, list(touched))

    async def _restored(self, known: PostRow | None, woken: set[int]) -> PostRow | None:
        if known is None or known.deleted_at is None:
            return known
        before = await deletions.restored(self._db, known, self._told, now=self._now)
        if before.state in WORK and before.conversation_id is not None:
            woken.add(before.conversation_id)
        return before

    async def _first_time(self, item: Digested, thread: ThreadRow, taken: Taken) -> Entry:
        thread_id = thread.ref.id
        if taken.by_agent:
            return await self._by_hand(item, thread, taken)
        if taken.state is not State.WAITING:
            return Entry(item, thread_id, 1, taken)
        wanted = self._conversation(item.post, thread, joins_starter=taken.as_note)
        return Entry(item, thread_id, 1, taken, wanted=wanted)

    async def _recognised(self, item: Digested, taken: Taken) -> Taken:
        """What our people post may be an answer: then it is our own."""
        if not (taken.by_agent or taken.state is State.OWN):
            return taken
        if await self._our_posts.recognise(item):
            return Taken(State.OWN)
        if not taken.by_agent and not self._watch.first:
            await self._our_posts.in_other_words(item.post)
        return taken

    async def _by_hand(self, item: Digested, thread: ThreadRow, taken: Taken) -> Entry:
        """What our people write on the forum under their own names is told to whoever looks after the case that it
        answers; where there is none, nobody asked."""
        answered = self._spoke.get(thread.ref.id)
        if isinstance(answered, Entry):
            return Entry(item, thread.ref.id, 1, taken, answered.conversation_id, answered.wanted)
        number, name = number_of(item.post.id), self._site.name
        found = answered or await posts.answered_by(self._db, name, thread.ref.id, number, thread.starter_key)
        return Entry(item, thread.ref.id, 1, taken if found else Taken(State.OWN), found)

    def _listen(self, thread_id: ThreadId, known: PostRow | None, entries: Sequence[Entry]) -> None:
        """Remember the customer who spoke last in a thread."""
        if known is not None:
            if known.conversation_id is not None and not known.as_note and known.state in TOLD:
                self._spoke[thread_id] = known.conversation_id
        elif entries[-1].waits and not entries[-1].taken.as_note:
            self._spoke[thread_id] = entries[-1]

    async def _second_opinion(self, item: Digested, known: PostRow, thread: ThreadRow, facts: Facts) -> set[int]:
        """A watch of the thread itself may want what the watch of its board left: by default it asks for everyone's
        posts, and its ``start_from`` may lie earlier. And a follow-up may have gone into a post that was old. Return
        the conversation that has work by that."""
        again = known.state is State.IGNORED or (known.state is State.OLD and self._watch.first)
        left = self._watch.watch.kind is WatchKind.THREAD and again
        grown = known.state is State.OLD and item.content.grew_onto(known.body_hash)
        if known.as_note or not (left or grown):
            return set()
        post = replace(item.post, time=item.post.edited or self._now) if grown else item.post
        taken = judge(replace(item, post=post), facts, self._rules)
        if taken.by_agent or taken.state is not State.WAITING:
            return set()
        wanted = self._conversation(item.post, thread, joins_starter=taken.as_note)
        entry = Entry(item, thread.ref.id, 1, taken, wanted=wanted)
        (conversation_id,) = (await conversations.ensure(self._db, self._site.desk, self._site.name, [wanted])).values()
        (body_id,) = await bodies.keep(self._db, [item.post.html], now=self._now)
        await posts.change(self._db, known.id, **self._row(entry, conversation_id, body_id))
        return {conversation_id}

    def _adopted(self, thread: ThreadRow) -> datetime | None:
        """Until when people dealt with a thread themselves, by the forum's clock."""
        moments = [each for each in (self._watch.adopted_at, thread.adopted_at) if each is not None]
        if not moments or self._watch.backfill:
            return None
        return max(moments) + (self._site.ahead() or timedelta(0))

    def _conversation(self, post: Post, thread: ThreadRow, *, joins_starter: bool) -> Conversation:
        # Who began a private thread may be we ourselves, who are nobody's customer.
        mode = AUTHOR_IN_THREAD if thread.ref.private else self._forum.conversation
        return conversation_of(
            self._site.desk,
            self._site.name,
            self._forum.identity,
            mode,
            thread,
            post.author,
            joins_starter=joins_starter,
        )

    async def _insert(self, entries: Sequence[Entry]) -> set[int]:
        """Store new posts and revisions; return the conversations that have work by them."""
        wanted = [entry.wanted for entry in entries if entry.wanted is not None]
        ids = await conversations.ensure(self._db, self._site.desk, self._site.name, wanted)
        kept = [entry for entry in entries if entry.keeps_text]
        made = await bodies.keep(self._db, [entry.item.post.html for entry in kept], now=self._now)
        texts = {id(entry): body_id for entry, body_id in zip(kept, made, strict=True)}
        woken: set[int] = set()
        rows: list[dict[str, object]] = []
        for number, entry in enumerate(entries, 1):
            if number % A_TURN == 0:
                await asyncio.sleep(0)
            conversation_id = ids[entry.wanted.scope_key] if entry.wanted is not None else entry.conversation_id
            if entry.waits and conversation_id is not None:
                woken.add(conversation_id)
            rows.append(self._row(entry, conversation_id, texts.get(id(entry))))
        await posts.insert_new(self._db, rows)
        return woken

    def _row(self, entry: Entry, conversation_id: int | None, body_id: int | None) -> dict[str, object]:
        return entry.row(self._site.name, conversation_id, body_id, now=self._now, put_back=self._put_back)


def _was_left(known: PostRow) -> bool:
    """Whether a post did not concern the desk when it was taken in. What had a conversation was ignored later, for a
    reason that no other watch undoes: a person gave it up, it was deleted, or a note had no case."""
    if known.revision > 1:
        return False
    never = known.state is State.IGNORED and known.conversation_id is None
    return never or known.state in (State.OWN, State.OLD)
