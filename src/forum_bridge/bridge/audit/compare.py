"""What is wrong with a thread, as a pure comparison of what was read of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from forum_bridge.bridge.answer_files import said
from forum_bridge.bridge.audit.facts import Facts
from forum_bridge.bridge.audit.finding import Finding, Kind
from forum_bridge.command import command
from forum_bridge.deskie import Message
from forum_bridge.ledger.answers import AnswerRow
from forum_bridge.ledger.operator import Item
from forum_bridge.ledger.posts import PostRow
from forum_bridge.ledger.states import WORK, State
from forum_bridge.markup.clean import clean_post
from forum_bridge.markup.compare import fingerprint, is_answer
from forum_bridge.markup.footer import footer_address, footer_permalink
from forum_bridge.model import Post

LATE = timedelta(hours=1)  # by then every ordinary trouble is over
COARSE = timedelta(minutes=2)  # forums print times by the minute
LEAST = 12  # letters of a note below which the same words say nothing
OURS = "forum-bridge · "  # what every note of the bridge ends with

Marks = Mapping[tuple[str, int], list[tuple[int, Message]]]
"""Messages by address and revision in their footers, each with its case."""


def marks(facts: Facts) -> Marks:
    """Return where posts stand in the cases. Agents' own messages may quote a footer: they do not count."""
    found: dict[tuple[str, int], list[tuple[int, Message]]] = {}
    for case_id, messages in facts.cases.items():
        for message in messages or ():
            if message.note or not message.staff_id:
                mark = footer_permalink(message.html or message.text)
                if mark is not None:
                    found.setdefault(mark, []).append((case_id, message))
    return found


def not_in_its_case(facts: Facts, there: Marks) -> Iterator[PostRow]:
    """Yield posts that count as sent and stand in none of the cases: somebody has to look for them elsewhere."""
    for row in facts.ledger.posts:
        if row.state is State.SENT and _recent(row.sent_at, facts.since):
            told = range(row.revision, max(each.revision for each in _revisions(facts, row)) + 1)
            if not any((footer_address(row.url), each) in there for each in told):
                yield row


def lost(row: PostRow) -> Finding:
    """Return the finding for a post that stands nowhere on the desk."""
    what = f"counts as sent, and stands in no case (it stood in case {row.case_id or 'not known'})"
    return Finding(Kind.MISSING, _post(row), row.url, what, command("replay", _post(row)))


def of_posts(facts: Facts, there: Marks, now: datetime) -> Iterator[Finding]:
    """Yield what is wrong on the way from the forum to the desk, but for what counts as sent and is not found."""
    for row in facts.ledger.posts:
        if row.state in (State.HELD, State.DEAD):
            what = f"is {row.state.value}, not on Deskie: {row.reason}"
            yield Finding(Kind.MISSING, _post(row), row.url, what, command("retry", _post(row)))
        elif row.state in WORK and row.seen_at < now - LATE:
            what = f"still waits: {row.reason or 'nobody knows why'}"
            yield Finding(Kind.MISSING, _post(row), row.url, what, command("trace", _post(row)))
        elif row.state is State.SENT:
            yield from _twice(row, there)
    if facts.forum is None:
        return
    again = command("backfill", facts.forum.ref.url, "--since", f"{facts.since:%Y-%m-%d}")
    for post in facts.forum.unknown:
        yield _unknown(post, there, again)
    for post in facts.forum.changed:
        yield Finding(Kind.STALE, _named(facts, post), post.url, "was edited, and nobody has seen that", again)
    yield from _stale(facts, {post.id for post in facts.forum.posts})


def _unknown(post: Post, there: Marks, again: str) -> Finding:
    """Return the finding for a post that the ledger has not got: to take one in that stands on the desk doubles it."""
    stands = there.get((footer_address(post.url), 1))
    if not stands:
        return Finding(Kind.MISSING, "", post.url, "stands on the forum, and the ledger does not know it", again)
    case_id, message = stands[0]
    what = f"stands on Deskie (case {case_id} message {message.id}), and the ledger does not know it"
    mend = f"by hand: once nothing else of its thread is missing, {command('adopt', post.thread.url)}"
    return Finding(Kind.STALE, "", post.url, what, mend)


def _twice(row: PostRow, there: Marks) -> Iterator[Finding]:
    stands = [one for one in there.get((footer_address(row.url), row.revision), []) if OURS not in one[1].html]
    if len(stands) > 1:
        stands.sort(key=lambda one: one[1].id)
        where = ", ".join(f"case {case_id} message {message.id}" for case_id, message in stands)
        too_many = " and ".join(f"message {message.id} in case {case_id}" for case_id, message in stands[1:])
        mend = f"by hand: delete {too_many} on Deskie"
        yield Finding(Kind.DOUBLED, _post(row), row.url, f"stands on Deskie {len(stands)} times: {where}", mend)


def _stale(facts: Facts, on_forum: set[str]) -> Iterator[Finding]:
    assert facts.forum is not None
    for row in facts.ledger.posts:
        if row.revision > 1 or row.state is not State.SENT:
            continue
        written = row.written_at
        gone = facts.forum.whole and written is not None and written >= facts.since + COARSE
        if gone and row.post_id not in on_forum and row.deleted_at is None:
            what = "stands on Deskie, and no more on the forum"
            yield Finding(Kind.STALE, _post(row), row.url, what, _tell(row))


def untold(row: PostRow, edit: PostRow) -> Finding:
    """Return the finding for an edit that the ledger has and of which agents were not told."""
    what = f"was edited, and agents were not told: {edit.reason}"
    known = row.case_id is not None and edit.html is not None
    return Finding(Kind.STALE, _post(row), row.url, what, _tell(row) if known else "by hand: tell the agents")


def _tell(row: PostRow) -> str:
    return command("tell", _post(row)) if row.case_id is not None else "by hand: tell the agents"


def edits(facts: Facts) -> Iterator[tuple[PostRow, PostRow]]:
    """Yield sent posts with the newest edit of each that agents do not have as a message."""
    for row in facts.ledger.posts:
        later = [each for each in _revisions(facts, row) if each.revision > row.revision]
        followed = any(each.state is State.SENT for each in later)
        if row.state is State.SENT and later and later[-1].state is State.IGNORED and not followed:
            yield row, later[-1]


def of_answers(facts: Facts, now: datetime) -> Iterator[Finding]:
    """Yield what is wrong on the way from the desk to the forum."""
    for answer in facts.ledger.answers:
        name, where = _answer(answer), answer.receipt_url or f"case {answer.case_id}"
        if answer.state in (State.HELD, State.DEAD):
            what = f"is {answer.state.value}, not on the forum: {answer.reason}"
            yield Finding(Kind.MISSING, name, where, what, command("retry", name))
        elif answer.state is State.BY_HAND:
            what = "waits for a person to post it"
            yield Finding(Kind.MISSING, name, where, what, command("mark-sent", name, "URL"))
        elif answer.state is State.QUEUED and answer.received_at < now - LATE:
            what = "waits for a moderator of the forum"
            yield Finding(Kind.MISSING, name, where, what, f"{command('mark-sent', name, 'URL')}, or drop it")
        elif answer.state in WORK and answer.received_at < now - LATE:
            what = f"still waits: {answer.reason or 'nobody knows why'}"
            yield Finding(Kind.MISSING, name, where, what, command("trace", name))
    if facts.forum is not None:
        yield from _removed(facts)
        yield from _standing_twice(facts)


def never_came(case_id: int, message: Message) -> Finding:
    """Return the finding for an agent's message that the ledger does not know."""
    what = f"message {message.id} is an answer that never came to the bridge"
    return Finding(Kind.MISSING, "", f"case {case_id}", what, command("replay", f"case-{case_id}"))


def _removed(facts: Facts) -> Iterator[Finding]:
    assert facts.forum is not None
    there = {post.id for post in facts.forum.posts}
    for answer in facts.ledger.answers:
        recent = answer.sent_at is not None and answer.sent_at >= facts.since + COARSE
        if answer.state is not State.SENT or answer.private or not (facts.forum.whole and recent):
            continue
        if answer.receipt_post is not None and answer.receipt_post not in there:
            name = _answer(answer)
            what = "counts as sent, and stands on the forum no more"
            yield Finding(Kind.MISSING, name, answer.receipt_url or "", what, command("replay", name))


def _standing_twice(facts: Facts) -> Iterator[Finding]:
    assert facts.forum is not None
    receipts = {answer.receipt_post for answer in facts.ledger.answers}
    spare = [post for post in own_posts(facts) if post.id not in receipts]
    for answer in facts.ledger.answers:
        if answer.state is not State.SENT or answer.private or answer.receipt_post is None:
            continue
        for post in list(spare):
            if is_answer(clean_post(post.html, post.url).text, said(answer)):
                spare.remove(post)
                what = f"stands on the forum twice: {answer.receipt_url} and {post.url}"
                yield Finding(Kind.DOUBLED, _answer(answer), post.url, what, f"by hand: delete {post.url} on the forum")


def notes(facts: Facts) -> Iterator[Finding]:
    """Yield internal notes that stand on the forum."""
    known = {answer.message_id: answer for answer in facts.ledger.answers if answer.state is State.SENT}
    ours = [(post, fingerprint(clean_post(post.html, post.url).text)) for post in own_posts(facts)]
    published = [fingerprint(said(answer)) for answer in facts.ledger.answers]
    for case_id, messages in facts.cases.items():
        for message in messages or ():
            if not message.note:
                continue
            if (answer := known.get(message.id)) is not None and not answer.private:
                yield _note(_answer(answer), answer.receipt_url or "", case_id)
                continue
            words = message.html or message.text
            wanted = fingerprint(clean_post(words, "").text)
            if OURS in words or footer_permalink(words) is not None or len(wanted) < LEAST:
                continue
            if any(wanted in each for each in published):
                continue  # the agent said the same aloud
            yield from (_note("", post.url, case_id) for post, text in ours if wanted in text)
    yield from (_note("", post.url, None) for post, text in ours if fingerprint(OURS) in text)


def own_posts(facts: Facts) -> list[Post]:
    """Return the posts of the bridge's own account in the thread."""
    if facts.forum is None:
        return []
    ours = {*facts.forum.own, *(row.post_id for row in facts.ledger.posts if row.state is State.OWN)}
    ours |= {answer.receipt_post for answer in facts.ledger.answers if answer.receipt_post is not None}
    return [post for post in facts.forum.posts if post.id in ours]


def _note(item: str, where: str, case_id: int | None) -> Finding:
    of = "the bridge's own" if case_id is None else f"in case {case_id}"
    return Finding(Kind.NOTE, item, where, f"an internal note, {of}, stands there", f"by hand, now: delete {where}")


def _revisions(facts: Facts, row: PostRow) -> list[PostRow]:
    return [each for each in facts.ledger.posts if each.post_id == row.post_id]


def _recent(when: datetime | None, since: datetime) -> bool:
    return when is not None and when >= since


def _named(facts: Facts, post: Post) -> str:
    return next((_post(row) for row in facts.ledger.posts if row.post_id == post.id), "")


def _post(row: PostRow) -> str:
    return str(Item("post", row.id))


def _answer(answer: AnswerRow) -> str:
    return str(Item("answer", answer.message_id, answer.part if answer.parts > 1 else None))
