"""The ledger's entrance for posts: each is taken in once, judged, and tied to its conversation. Knows no network."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.bridge.policy import Facts, Rules, Taken, judge
from forum_bridge.bridge.scope import conversation_of
from forum_bridge.bridge.site import Site
from forum_bridge.ledger import answers, bodies, conversations, posts, threads
from forum_bridge.ledger.forums import ForumRow
from forum_bridge.ledger.posts import PostRow
from forum_bridge.ledger.states import State
from forum_bridge.ledger.threads import ThreadRow
from forum_bridge.ledger.watches import WatchRow
from forum_bridge.markup.clean import clean_post
from forum_bridge.markup.compare import fingerprint
from forum_bridge.model import Post, Reading, ThreadSeen


@dataclass(frozen=True, slots=True)
class Digested:
    """A post with the fingerprint of its visible text, made off the ledger's transaction."""

    post: Post
    text: str

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()[:32]


def digest(reading: Reading) -> list[Digested]:
    """Return the posts of a reading with their fingerprints. Pure and possibly slow: fit to run off the loop."""
    return [Digested(post, fingerprint(clean_post(post.html, post.url).text)) for post in reading.posts]


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
        """Store the threads and posts of a reading; return the conversations with new work and how many posts were
        new."""
        name = self._site.name
        touched = {post.thread.id: ThreadSeen(post.thread) for post in reading.posts}
        touched |= {seen.ref.id: seen for seen in reading.threads}
        met_before = {thread_id for thread_id in touched if await threads.get(self._db, name, thread_id)}
        for seen in touched.values():
            await threads.note(self._db, name, seen, now=self._now)
        ids = [item.post.id for item in digested]
        known = await posts.latest(self._db, name, ids)
        ours = frozenset(await answers.with_receipts(self._db, name, ids))
        highest = await posts.highest_number(self._db, name)
        newest = {thread_id: await posts.highest_number(self._db, name, thread_id) for thread_id in met_before}
        woken: set[int] = set()
        fresh = 0
        for item in digested:
            thread = await threads.get(self._db, name, item.post.thread.id)
            assert thread is not None  # noted above, in this transaction
            if item.post.id in known:
                conversation_id = await self._again(item, known[item.post.id])
            else:
                facts = Facts(
                    own_keys=self._own_keys,
                    own_posts=ours,
                    first_reading=self._watch.first,
                    since=self._watch.watch.since,
                    thread_known=item.post.thread.id in met_before,
                    newest_in_thread=newest.get(item.post.thread.id),
                    highest=highest,
                    starter_key=thread.starter_key,
                )
                conversation_id = await self._first_time(item, thread, judge(item.post, facts, self._rules))
                fresh += 1
            if conversation_id is not None:
                woken.add(conversation_id)
        return woken, fresh

    async def _first_time(self, item: Digested, thread: ThreadRow, taken: Taken) -> int | None:
        conversation_id = None
        if taken.state is State.WAITING:
            conversation_id = await self._conversation(item.post, thread, joins_starter=taken.as_note)
        await self._insert(item, 1, taken, conversation_id)
        return conversation_id

    async def _again(self, item: Digested, known: PostRow) -> int | None:
        """Handle a post that is known: the same, edited before it was sent, grown by a follow-up, or edited after."""
        if item.hash == known.body_hash or known.state in (State.OWN, State.OLD, State.IGNORED):
            return None
        if known.state is State.WAITING and known.attempts == 0 and known.body_id is not None:
            await bodies.replace(self._db, known.body_id, item.post.html, now=self._now)
            await posts.change(self._db, known.id, body_hash=item.hash)
            return known.conversation_id
        grown = known.html is not None and item.text.startswith(fingerprint(clean_post(known.html, known.url).text))
        taken = Taken(State.WAITING if grown else State.IGNORED, as_note=known.as_note)
        if not grown:
            taken = replace(taken, reason="edited on the forum after it was delivered")
        await self._insert(item, known.revision + 1, taken, known.conversation_id)
        return known.conversation_id if grown else None

    async def _conversation(self, post: Post, thread: ThreadRow, *, joins_starter: bool) -> int:
        wanted = conversation_of(
            self._site.desk,
            self._site.name,
            self._forum.identity,
            self._forum.conversation,
            thread,
            post.author,
            joins_starter=joins_starter,
        )
        return await conversations.ensure(self._db, wanted)

    async def _insert(self, item: Digested, revision: int, taken: Taken, conversation_id: int | None) -> None:
        post = item.post
        keep_text = taken.state is State.WAITING
        row: dict[str, object] = {
            "forum": self._site.name,
            "post_id": post.id,
            "number": int(post.id) if post.id.isdigit() and len(post.id) < 19 else None,
            "revision": revision,
            "thread_id": post.thread.id,
            "author_key": post.author.key,
            "author_name": post.author.name,
            "url": post.url,
            "opening": post.opening,
            "written_at": post.time,
            "seen_at": self._now,
            "body_id": await bodies.keep(self._db, post.html, now=self._now) if keep_text else None,
            "body_hash": item.hash,
            "attachments": [asdict(attachment) for attachment in post.attachments],
            "conversation_id": conversation_id,
            "as_note": taken.as_note,
            "state": taken.state.value,
            "due_at": self._now if keep_text else None,
            "reason": taken.reason,
        }
        await posts.insert_new(self._db, [row])
