"""The status for programs: one JSON object. Reads nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from forum_bridge.bridge.account import todo_of
from forum_bridge.cli.standing import ForumStanding, Standing
from forum_bridge.daemon.pulse import Pulse
from forum_bridge.ledger.drift import DriftRow
from forum_bridge.ledger.watches import WatchRow
from forum_bridge.model import SignInState


def as_json(standing: Standing, alive: Pulse) -> dict[str, object]:
    """Return what the status tells; moments are in ISO 8601, counts by state as the ledger calls it."""
    return {
        "well": not (standing.needs_a_person or alive.troubles) and alive.running,
        "bridge": {"running": alive.running, "troubles": dict(alive.troubles)},
        "forums": [_forum(each) for each in standing.forums],
        "posts": {state.value: number for state, number in standing.posts.items()},
        "answers": {state.value: number for state, number in standing.answers.items()},
        "under_way": [{**asdict(each), "due_at": _moment(each.due_at)} for each in standing.under_way],
        "stuck": [asdict(each) for each in standing.stuck],
        "not_configured": list(standing.orphaned),
        "put_back": standing.put_back and {"at": _moment(standing.put_back.at), "doubtful": standing.doubtful},
    }


def _forum(forum: ForumStanding) -> dict[str, object]:
    row = forum.row
    return {
        "name": forum.name,
        "sign_in": row.sign_in if row else None,
        "sign_in_detail": row.sign_in_detail if row else None,
        "sign_in_since": _moment(row.sign_in_since or row.sign_in_at) if row else None,
        "sign_in_next": _moment(row.sign_in_next) if row else None,
        "sign_in_todo": todo_of(SignInState(row.sign_in), row.name) if row and row.sign_in else None,
        "signed_out": row.signed_out if row else 0,
        "preset_suspected": forum.suspected,
        "watches": [_watch(each, forum.drift) for each in forum.watches],
    }


def _watch(row: WatchRow, drift: Sequence[DriftRow]) -> dict[str, object]:
    return {
        "kind": row.watch.kind.value,
        "target": row.watch.target,
        "read_at": _moment(row.read_at),
        "due_at": _moment(row.due_at),
        "trouble": row.trouble,
        "drift": [_drift(each) for each in drift if each.watch_id == row.id],
    }


def _drift(row: DriftRow) -> dict[str, object]:
    return {
        "place": row.place,
        "what": row.what,
        "hard": row.hard,
        "since": _moment(row.since),
        "seen_at": _moment(row.seen_at),
        "page": row.page,
        "url": row.url,
    }


def _moment(when: datetime | None) -> str | None:
    return None if when is None else when.isoformat()
