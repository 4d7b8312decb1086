"""One item's story out of the ledger's rows: what happened, in order of time, and where it stands now. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping

from forum_bridge.command import command
from forum_bridge.ledger.operator import Item
from forum_bridge.ledger.states import WORK, State
from forum_bridge.ledger.tracing import NoteRow, Rows
from forum_bridge.ledger.trail import Mark, Step
from forum_bridge.markup.clean import clean_post
from forum_bridge.web.address import shown

Trails = Mapping[str, Mapping[int, list[Mark]]]  # by road and row
SIDE = {"post": "on Deskie", "answer": "on the forum", "note": "in the case"}
JUDGED = {
    State.OLD: "left out: older than the watch, or adopted",
    State.OWN: "left out: written by us",
    State.IGNORED: "left out: {reason}",
}
MOVED_BY = {
    State.HELD: ("retry", "mark-sent", "drop"),
    State.DEAD: ("retry", "mark-sent", "drop"),
    State.SENT: ("replay",),
    State.BY_HAND: ("mark-sent", "retry", "drop"),
    State.QUEUED: ("mark-sent", "drop"),
}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to an item; ``text`` is what somebody wrote."""

    at: datetime
    item: str
    what: str
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Now:
    """Where an item stands: until when it waits, why, and what can be done about it."""

    item: str
    state: State
    until: datetime | None
    reason: str | None
    commands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """``about`` tells of the conversations and their cases."""

    about: tuple[str, ...]
    events: tuple[Event, ...]
    now: tuple[Now, ...]


def story(rows: Rows, trails: Trails) -> Story:
    """Return the story of what was found. An edit of a post is an item of its own."""
    numbers = {row["case_id"]: row["number"] or str(row["case_id"]) for row in rows.cases}
    events: list[Event] = []
    now: list[Now] = []
    for row in rows.posts:
        name = str(Item("post", row["id"]))
        events += [*_of_post(name, row), *_on_the_way("post", name, row, trails), *_delivered(name, row, numbers)]
        now.append(_now(name, row))
    for row in rows.answers:
        name = str(Item("answer", row["message_id"], row["part"] if row["parts"] > 1 else None))
        events += [*_of_answer(name, row, numbers), *_on_the_way("answer", name, row, trails), *_published(name, row)]
        now.append(_now(name, row))
    for note in rows.notes:
        name = str(Item("note", note.id))
        events += [*_of_note(name, note, numbers), *_marks(name, trails.get("note", {}).get(note.id, ()), "note")]
        now.append(Now(name, note.state, note.due_at, note.reason, _commands(name, note.state)))
    return Story(tuple(_about(rows)), tuple(sorted(events, key=lambda each: each.at)), tuple(now))


def _about(rows: Rows) -> Iterator[str]:
    for talk in rows.conversations:
        yield f"conversation {talk['id']}: {talk['author_name']} in thread {talk['thread_id']} of {talk['forum']}"
    for case in rows.cases:
        went = f", merged into {case['absorbed_by']}" if case["absorbed_by"] else ""
        yield (
            f"case {case['number'] or case['case_id']} (id {case['case_id']}) of conversation"
            f" {case['conversation_id']}: {case['state']}{went}"
        )


def _of_post(name: str, row: RowMapping) -> Iterator[Event]:
    edit = f", revision {row['revision']}" if row["revision"] > 1 else ""
    text = None if row["text"] is None else clean_post(row["text"], row["url"]).text
    if row["written_at"] is not None and not edit:
        yield Event(row["written_at"], name, f"written by {row['author_name']}: {shown(row['url'])}")
    state = State(row["state"])
    fate = JUDGED.get(state, "a note for the case" if row["as_note"] else "a message for Deskie")
    fate = fate.format(reason=row["reason"] or "the configuration says so")
    yield Event(row["seen_at"], name, f"read{edit} (post {row['post_id']} of {row['forum']}), judged: {fate}", text)
    if row["moved_at"] is not None:
        yield Event(row["moved_at"], name, f"moved into thread {row['thread_id']}")
    if row["deleted_at"] is not None and not edit:
        yield Event(row["deleted_at"], name, "deleted on the forum")


def _delivered(name: str, row: RowMapping, numbers: Mapping[int, str]) -> Iterator[Event]:
    if row["sent_at"] is not None:
        by_hand = f", {row['reason']}" if row["reason"] else ""
        yield Event(row["sent_at"], name, f"stands in {_case(row, numbers)}{by_hand}")


def _of_answer(name: str, row: RowMapping, numbers: Mapping[int, str]) -> Iterator[Event]:
    text = row["text"]
    if text is not None and row["is_html"]:
        text = clean_post(text, "").text
    kind = "private answer" if row["private"] else "answer"
    yield Event(row["received_at"], name, f"{kind} of agent {row['staff_id']} taken in, {_case(row, numbers)}", text)


def _published(name: str, row: RowMapping) -> Iterator[Event]:
    if row["sent_at"] is not None:
        where = shown(row["receipt_url"]) if row["receipt_url"] else "its address is not known"
        how = f" ({row['receipt_state']})" if row["receipt_state"] else ""
        if row["state"] == State.QUEUED:
            yield Event(row["sent_at"], name, f"taken by {row['forum']}, waits for a moderator there")
            return
        by_hand = f", {row['reason']}" if row["reason"] else ""
        yield Event(row["sent_at"], name, f"stands on {row['forum']}{how}: {where}{by_hand}")


def _of_note(name: str, note: NoteRow, numbers: Mapping[int, str]) -> Iterator[Event]:
    case = numbers.get(note.case_id, str(note.case_id))
    text = clean_post(note.html, "").text
    yield Event(note.stored_at, name, f"note to agents for case {case}: {note.key}", text)
    if note.sent_at is not None:
        yield Event(note.sent_at, name, f"stands in case {case}, message {note.message_id or '?'}")


def _on_the_way(road: str, name: str, row: RowMapping, trails: Trails) -> Iterator[Event]:
    if row["first_tried_at"] is not None and row["first_tried_at"] != row["sending_at"]:
        yield Event(row["first_tried_at"], name, "first try")
    if row["sending_at"] is not None:
        yield Event(row["sending_at"], name, "write began" if not row["attempts"] else "last write began")
    yield from _marks(name, trails.get(road, {}).get(row["id"], ()), road)


def _marks(name: str, marks: tuple[()] | list[Mark], road: str) -> Iterator[Event]:
    for mark in marks:
        many = f" ({mark.times} times, until {mark.last_at:%Y-%m-%d %H:%M:%S} UTC)" if mark.times > 1 else ""
        said = mark.detail or "(what was said is not kept any more)"
        match mark.step:
            case Step.FAILED:
                what = f"could not be written, to be tried again: {said}"
            case Step.UNCLEAR:
                what = f"may have been written, to be looked up: {said}"
            case Step.FOUND:
                what = f"looked for {SIDE[road]}: it stands there"
            case Step.NOT_FOUND:
                what = f"looked for {SIDE[road]}: it is not there"
            case Step.DECIDED | Step.CHANGED:
                what = said if mark.step is Step.CHANGED else f"a person decided: {said}"
            case Step.HELD | Step.DEAD | Step.LEFT:
                what = f"{mark.step.value}: {said}"
        yield Event(mark.at, name, f"{what}{many}")


def _now(name: str, row: RowMapping) -> Now:
    state = State(row["state"])
    until = row["due_at"] if state in WORK else None
    return Now(name, state, until, row["reason"], _commands(name, state))


def _commands(name: str, state: State) -> tuple[str, ...]:
    """A note once written is not written again by itself nor by command."""
    if state is State.SENT and name.startswith("note-"):
        return ()
    return tuple(command(each, name) for each in MOVED_BY.get(state, ()))


def _case(row: RowMapping, numbers: Mapping[int, str]) -> str:
    if row["case_id"] is None:
        return "case not known"
    message = f", message {row['message_id']}" if row["message_id"] else ""
    return f"case {numbers.get(row['case_id'], row['case_id'])}{message}"
