"""The ledger's entrance for posts: each is taken in once, judged, and tied to its conversation. Knows no network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.bridge.content import Digested, content_of
from forum_bridge.bridge.policy import Facts, Rules, Taken, judge
from forum_bridge.bridge.scope import conversation_of
from forum_bridge.bridge.site import Site
from forum_bridge.ledger import answers, bodies, conversations, posts, threads
from forum_bridge.ledger.conversations import Conversation
from forum_bridge.ledger.forums import ForumRow
from forum_bridge.ledger.posts import PostRow
from forum_bridge.ledger.states import State
from forum_bridge.ledger.threads import ThreadRow
from forum_bridge.ledger.watches import WatchRow
from forum_bridge.model import Post, Reading, ThreadId, ThreadSeen, WatchKind


@dataclass(frozen=True, slots=True)
class Entry:
    """A post or a revision about to be stored, and the conversation it belongs to: one that exists, or a wanted one."""

    item: Digested
    revision: int
    taken: Taken
    conversation_id: int | None = None
    wanted: Conversation | None = None

    @property
    def waits(self) -> bool:
        """Whether it goes to the desk."""
        return self.taken.state is State.WAITING

    @property
    def keeps_text(self) -> bool:
        """Whether its text is needed: to be sent, or (an edit) to compare the next follow-up with."""
        return self.waits or self.revision > 1


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

    async def take(self, reading: Reading, digested: Sequence[Digested]) -> tuple[set[int], int]:
        """Store the threads and posts of a reading, in few statements however many there are; return the conversations
        with new work and how many posts were new."""
        name, ids = self._site.name, [item.post.id for item in digested]
        met_before, known_threads = await self._threads(reading)
        known = await posts.latest(self._db, name, ids)
        ours = frozenset(await answers.with_receipts(self._db, name, ids))
        highest = await posts.highest_number(self._db, name)
        newest = await posts.highest_numbers(self._db, name, list(met_before))
        woken: set[int] = set()
        entries: list[Entry] = []
        fresh = 0
        for item in digested:
            thread_id = item.post.thread.id
            thread = known_threads[thread_id]
            before = known.get(item.post.id)
            facts = Facts(
                own_keys=self._own_keys,
                own_posts=ours,
                first_reading=self._watch.first or before is not None,
                since=self._watch.watch.since,
                thread_known=thread_id in met_before,
                newest_in_thread=newest.get(thread_id),
                highest=highest,
                starter_key=thread.starter_key,
            )
            if before is None:
                entries.append(self._first_time(item, thread, judge(item.post, facts, self._rules)))
                fresh += 1
            elif before.revision == 1 and before.state in (State.OWN, State.OLD, State.IGNORED):
                woken |= await self._second_opinion(item, before, thread, facts)
            elif (grown := await self._again(item, before, woken)) is not None:
                entries.append(grown)
        return woken | await self._insert(entries), fresh

    async def _threads(self, reading: Reading) -> tuple[set[ThreadId], dict[ThreadId, ThreadRow]]:
        """Store what the reading says of threads; return which were known before, and all as they stand now."""
        touched = {post.thread.id: ThreadSeen(post.thread) for post in reading.posts}
        touched |= {seen.ref.id: seen for seen in reading.threads}
        before = await threads.several(self._db, self._site.name, list(touched))
        for seen in touched.values():
            await threads.note(self._db, self._site.name, seen, before.get(seen.ref.id), now=self._now)
        return set(before), await threads.several(self._db, self._site.name, list(touched))

    def _first_time(self, item: Digested, thread: ThreadRow, taken: Taken) -> Entry:
        if taken.state is not State.WAITING:
            return Entry(item, 1, taken)
        return Entry(item, 1, taken, wanted=self._conversation(item.post, thread, joins_starter=taken.as_note))

    async def _second_opinion(self, item: Digested, known: PostRow, thread: ThreadRow, facts: Facts) -> set[int]:
        """A watch of the thread itself may want what the watch of its board left: by default it asks for everyone's
        posts, and its ``start_from`` may lie earlier. Return the conversation that has work by that."""
        again = known.state is State.IGNORED or (known.state is State.OLD and self._watch.first)
        if self._watch.watch.kind is not WatchKind.THREAD or not again or known.as_note:
            return set()
        entry = self._first_time(item, thread, judge(item.post, facts, self._rules))
        if entry.wanted is None:
            return set()
        (conversation_id,) = (
            await conversations.ensure(self._db, self._site.desk, self._site.name, [entry.wanted])
        ).values()
        (body_id,) = await bodies.keep(self._db, [item.post.html], now=self._now)
        await posts.change(self._db, known.id, **self._row(entry, conversation_id, body_id))
        return {conversation_id}

    async def _again(self, item: Digested, known: PostRow, woken: set[int]) -> Entry | None:
        """Handle a post that is known: the same, edited before it was sent, grown by a follow-up, or edited after."""
        if item.content.hash == known.body_hash:
            return None
        if known.state is State.WAITING and known.body_id is not None:
            await self._replace(item, known, known.body_id)
            woken |= {known.conversation_id} if known.conversation_id is not None else set()
            return None
        if await posts.had(self._db, known.forum, known.post_id, item.content.hash):
            return None  # an earlier revision once more: edited back, or a page from a cache
        if known.html is not None and item.content.grew_from(content_of(known.html, known.url, len(known.attachments))):
            taken = Taken(State.WAITING, as_note=known.as_note)
            return Entry(item, known.revision + 1, taken, known.conversation_id)
        if known.state is State.IGNORED and known.body_id is not None:
            await self._replace(item, known, known.body_id)
            return None
        taken = Taken(State.IGNORED, known.as_note, reason="edited on the forum after it was taken in")
        return Entry(item, known.revision + 1, taken, known.conversation_id)

    async def _replace(self, item: Digested, known: PostRow, body_id: int) -> None:
        post = item.post
        await bodies.replace(self._db, body_id, post.html, now=self._now)
        attachments = [asdict(attachment) for attachment in post.attachments]
        await posts.change(self._db, known.id, body_hash=item.content.hash, attachments=attachments)

    def _conversation(self, post: Post, thread: ThreadRow, *, joins_starter: bool) -> Conversation:
        return conversation_of(
            self._site.desk,
            self._site.name,
            self._forum.identity,
            self._forum.conversation,
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
        for entry in entries:
            conversation_id = ids[entry.wanted.scope_key] if entry.wanted is not None else entry.conversation_id
            if entry.waits and conversation_id is not None:
                woken.add(conversation_id)
            rows.append(self._row(entry, conversation_id, texts.get(id(entry))))
        await posts.insert_new(self._db, rows)
        return woken

    def _row(self, entry: Entry, conversation_id: int | None, body_id: int | None) -> dict[str, object]:
        post, taken = entry.item.post, entry.taken
        return {
            "forum": self._site.name,
            "post_id": post.id,
            "number": int(post.id) if post.id.isdigit() and len(post.id) < 19 else None,
            "revision": entry.revision,
            "thread_id": post.thread.id,
            "author_key": post.author.key,
            "author_name": post.author.name,
            "url": post.url,
            "opening": post.opening,
            "written_at": post.time,
            "seen_at": self._now,
            "body_id": body_id,
            "body_hash": entry.item.content.hash,
            "attachments": [asdict(attachment) for attachment in post.attachments],
            "conversation_id": conversation_id,
            "as_note": taken.as_note,
            "state": taken.state.value,
            "due_at": self._now if entry.waits else None,
            "reason": taken.reason,
        }
