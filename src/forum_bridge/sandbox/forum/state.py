"""The sandbox forum's rules: who may write what, and what becomes of it. Knows no HTTP and no HTML."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count

from forum_bridge.model import Clock, normalised
from forum_bridge.sandbox.forum.faults import Faults
from forum_bridge.sandbox.forum.messages import Messages
from forum_bridge.sandbox.forum.records import File, Person, Post, Refused, Switches, Thread
from forum_bridge.sandbox.look.bell import Bell

BOARD_TITLE = "Genel Destek / General Support"
THREADS_A_PAGE = 20


def utc_now() -> datetime:
    """Return the time of the machine's clock, aware, in UTC."""
    return datetime.now(UTC)


class Forum:
    """A forum in memory with one board. ``bell`` rings after every change; an act that raises Refused changed
    nothing."""

    def __init__(self, clock: Clock = utc_now, switches: Switches | None = None) -> None:
        self.clock = clock
        self.switches = switches or Switches()
        self.faults = Faults()
        self.bell = Bell()
        self.messages = Messages(clock, self.switches, self.bell.ring)
        self.change = 0
        self._people: dict[str, Person] = {}
        self._threads: dict[int, Thread] = {}
        self._posts: dict[int, Post] = {}
        self._files: dict[int, File] = {}
        self._next = count(1)
        self._next_person = count(1)

    # -- people

    def register(self, name: str, password: str, *, signature: str = "", staff: bool = False) -> Person:
        """Open an account; Refused ``name_taken`` for an empty or taken name or a password under eight characters."""
        name = normalised(name)
        if not name or len(name) > 40 or name.casefold() in self._people or len(password) < 8:
            raise Refused("name_taken")
        person = Person(next(self._next_person), name, self.clock(), password, signature, staff)
        self._people[name.casefold()] = person
        return person

    def person(self, name: str) -> Person | None:
        """Return the account of that name, without regard to case."""
        return self._people.get(normalised(name).casefold())

    def person_by_id(self, person_id: int) -> Person:
        """Return the account; Refused ``gone`` if there is none."""
        for person in self._people.values():
            if person.id == person_id:
                return person
        raise Refused("gone")

    # -- reading

    def threads(self) -> Sequence[Thread]:
        """Return the threads that hold a visible post, newest activity first."""
        shown = [thread for thread in self._threads.values() if thread.visible]
        return sorted(shown, key=lambda thread: thread.visible[-1].id, reverse=True)

    def thread(self, thread_id: int) -> Thread:
        """Return the thread; Refused ``gone`` if there is none or nothing in it is visible."""
        thread = self._threads.get(thread_id)
        if thread is None or not thread.visible:
            raise Refused("gone")
        return thread

    def moved(self, thread_id: int) -> Thread | None:
        """Return the thread to which the address of one that was moved or merged leads."""
        thread = self._threads.get(thread_id)
        return self._threads[thread.moved_to] if thread is not None and thread.moved_to is not None else None

    def post(self, post_id: int) -> Post:
        """Return the visible post; Refused ``gone`` otherwise."""
        post = self._posts.get(post_id)
        if post is None or post.pending:
            raise Refused("gone")
        return post

    def posts(self) -> Sequence[Post]:
        """Return every post, those that wait for a moderator too, oldest first."""
        return list(self._posts.values())

    def file(self, file_id: int) -> File:
        """Return a file; Refused ``gone`` if there is none."""
        if file_id not in self._files:
            raise Refused("gone")
        return self._files[file_id]

    def page_of(self, post: Post) -> int:
        """Return the number of the thread page a visible post stands on, from 1."""
        return self.in_turn(self.thread(post.thread_id)).index(post) // self.posts_a_page + 1

    def in_turn(self, thread: Thread) -> Sequence[Post]:
        """Return a thread's visible posts as its pages show them, one behind the other."""
        return thread.visible[::-1] if self.switches.newest_first else thread.visible

    @property
    def posts_a_page(self) -> int:
        """How many posts a page of a thread shows."""
        return max(1, self.switches.posts_a_page)

    # -- writing

    def open_thread(self, author: Person | str, title: str, text: str) -> Post:
        """Open a thread and return its first post."""
        author = self._writer(author)
        title = normalised(title)[:120]
        if not title:
            raise Refused("empty")
        self._check(author, text)
        return self._add(self.empty_thread(title), author, text)

    def reply(self, thread_id: int, author: Person | str, text: str) -> Post:
        """Add a post and return it: a new one, a ``pending`` one, or (merged) the author's previous one, now longer."""
        author = self._writer(author)
        thread = self.thread(thread_id)
        if thread.locked:
            raise Refused("locked")
        self._check(author, text)
        last = thread.visible[-1]
        if self.switches.merge_posts and last.author == author and not self.switches.moderation:
            return self.edit(last.id, "\n\n".join(filter(None, (last.text, self.switches.merge_mark, text.strip()))))
        return self._add(thread, author, text)

    def edit(self, post_id: int, text: str) -> Post:
        """Replace a post's text and mark it as edited."""
        post = self.post(post_id)
        self._check_text(text)
        post.text, post.edited = text.strip(), self.clock()
        self._changed(self._threads[post.thread_id], post)
        return post

    def attach(self, post_id: int, name: str, mime: str, data: bytes) -> File:
        """Hang a file on a visible post; it may be of any kind and size."""
        return self.hang(self.post(post_id), name, mime, data)

    def hang(self, post: Post, name: str, mime: str, data: bytes) -> File:
        """Hang a file on a post."""
        file = File(len(self._files) + 1, name, mime, data)
        self._files[file.id] = file
        post.files.append(file)
        self._changed(self._threads[post.thread_id], post)
        return file

    def delete(self, post_id: int) -> None:
        """Take a post away; a thread that loses its last post is gone too."""
        post = self.post(post_id)
        thread = self._threads[post.thread_id]
        thread.posts.remove(post)
        del self._posts[post_id]
        self._changed(thread)
        thread.removed[post_id] = thread.change

    def approve(self, post_id: int) -> Post:
        """Let a post that waits for a moderator stand."""
        post = self._posts.get(post_id)
        if post is None:
            raise Refused("gone")
        post.pending = False
        self._changed(self._threads[post.thread_id], post)
        return post

    def empty_thread(self, title: str) -> Thread:
        """Make a thread that nobody sees until a post stands in it."""
        thread = Thread(len(self._threads) + 1, title)
        self._threads[thread.id] = thread
        return thread

    def put(self, post: Post, into: Thread) -> None:
        """Put a post into another thread, where its id belongs."""
        left = self._threads[post.thread_id]
        left.posts.remove(post)
        into.posts.append(post)
        into.posts.sort(key=lambda each: each.id)
        post.thread_id = into.id
        self._changed(left)
        left.removed[post.id] = left.change
        self._changed(into, post)

    def close_account(self, person: Person, name: str) -> None:
        """Delete an account; its posts stay, under a guest's ``name``."""
        del self._people[person.name.casefold()]
        self.messages.close_account(person, name)
        for post in self._posts.values():
            if post.author is person:
                post.author = name
                self._changed(self._threads[post.thread_id], post)

    def lock(self, thread_id: int, locked: bool = True) -> Thread:
        """Lock or unlock a thread."""
        thread = self.thread(thread_id)
        thread.locked = locked
        self._changed(thread)
        return thread

    # -- within

    def _writer(self, author: Person | str) -> Person | str:
        if isinstance(author, Person):
            if author.banned:
                raise Refused("banned")
            return author
        name = normalised(author)
        if not name or len(name) > 40 or name.casefold() in self._people:
            raise Refused("guest_name")
        return name

    def _check_text(self, text: str) -> None:
        if not text.strip():
            raise Refused("empty")
        if len(text) > self.switches.max_chars:
            raise Refused("too_long")

    def _check(self, author: Person | str, text: str) -> None:
        self._check_text(text)
        own = [post.time for post in self._posts.values() if post.author == author]
        if own and self.switches.flood_seconds:
            left = self.switches.flood_seconds - (self.clock() - max(own)).total_seconds()
            if left > 0:
                raise Refused("flood", wait=int(left) + (left % 1 > 0))

    def _add(self, thread: Thread, author: Person | str, text: str) -> Post:
        pending = self.switches.moderation and bool(thread.visible)
        post = Post(next(self._next), thread.id, author, text.strip(), self.clock(), 0, pending=pending)
        thread.posts.append(post)
        self._posts[post.id] = post
        self._changed(thread, post)
        return post

    def _changed(self, thread: Thread, post: Post | None = None) -> None:
        self.change += 1
        thread.change += 1
        if post is not None:
            post.change = thread.change
        self.bell.ring()
