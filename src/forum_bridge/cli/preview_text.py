"""How a preview looks on a terminal: the posts, what becomes of each, and the cases. Reads nothing itself."""

from __future__ import annotations

from datetime import tzinfo

from forum_bridge.cli.say import Lines
from forum_bridge.daemon.rehearsal import CaseToBe, Rehearsal
from forum_bridge.ledger.posts import PostRow
from forum_bridge.ledger.states import State
from forum_bridge.markup.clean import clean_post
from forum_bridge.markup.text import plain_text
from forum_bridge.model import Post

LONGEST = 12  # lines of one text; --json has it whole
COLUMN = 15


def print_posts(say: Lines, posts: tuple[Post, ...], rehearsal: Rehearsal | None, zone: tzinfo | None) -> None:
    """Print title, address and every post; with a rehearsal also what would become of each."""
    thread = posts[0].thread
    say.line(thread.title or "(no title)", style="bold")
    say.line(thread.url)
    for post in posts:
        say.blank()
        say.line(f"#{post.id} {_heading(post, zone)}", style="bold")
        if rehearsal is not None:
            fate, style = _fate(rehearsal.fates[post.id], rehearsal.cases)
            say.line(fate, indent=4, mark="→", style=style)
        _print_text(say, clean_post(post.html, post.url).text or "(no text)", 4)
        for file in post.attachments:
            say.line(f"file: {file.name or file.url}", indent=4)


def print_cases(say: Lines, rehearsal: Rehearsal) -> None:
    """Print the first case whole, the others in a line each."""
    say.blank()
    if not rehearsal.cases:
        say.line("No post on this page would open a case.", style="bold")
        return
    first, *others = rehearsal.cases
    say.line("Case 1 as it would be opened", style="bold")
    for name, value in _fields(first):
        say.line(value, indent=4, mark=f"{name:<{COLUMN}}")
    say.line("first message:", indent=4)
    _print_text(say, plain_text(first.case.html), 6)
    for number, other in enumerate(others, 2):
        case = other.case
        say.line(
            f"Case {number}: {case.subject} — {case.user_full_name} ({case.user_custom_id}), {_many(other)}",
            style="bold",
        )


def _heading(post: Post, zone: tzinfo | None) -> str:
    when = post.time.astimezone(zone or post.time.tzinfo).strftime("%Y-%m-%d %H:%M") if post.time else "time unknown"
    parts = [f"{post.author.name} ({post.author.id or 'guest'})", when]
    return " · ".join([*parts, *(["opening post"] if post.opening else []), *(["edited"] if post.edited else [])])


def _fate(row: PostRow, cases: tuple[CaseToBe, ...]) -> tuple[str, str]:
    """Return in words, and in which colour, what would become of a post."""
    number = next((number for number, each in enumerate(cases, 1) if row.post_id in each.posts), None)
    if number is not None:
        opens = cases[number - 1].posts[0] == row.post_id
        what = "opens" if opens else "is a note in" if row.as_note else "is a message in"
        return f"{what} case {number}", "green"
    if row.state is State.OWN:
        return "left out: written by us (login.user, own_authors)", "yellow"
    if row.as_note:
        return "left out: a note needs a case, and there is none yet", "yellow"
    return f"left out: {row.reason or row.state.value}", "yellow"


def _fields(made: CaseToBe) -> list[tuple[str, str]]:
    case = made.case
    told: list[tuple[str, object]] = [
        ("subject", case.subject),
        ("customer", case.user_full_name),
        ("user_custom_id", case.user_custom_id),
        ("channel", case.channel),
        ("company", case.company),
        ("email", case.email),
        ("phone", case.phone),
        ("group", case.group_id),
        ("labels", ", ".join(map(str, case.labels))),
        ("priority", case.priority),
        ("language", case.language_id),
        *((name, value) for name, value in case.custom_fields.items()),
        ("posts", _many(made)),
    ]
    return [(name, str(value)) for name, value in told if value not in (None, "")]


def _many(made: CaseToBe) -> str:
    return "1 post" if len(made.posts) == 1 else f"{len(made.posts)} posts of this page"


def _print_text(say: Lines, text: str, indent: int) -> None:
    lines = [line for line in text.splitlines() if line.strip()]
    for line in lines[:LONGEST]:
        say.line(line, indent=indent, mark="│")
    if len(lines) > LONGEST:
        say.line(f"… and {len(lines) - LONGEST} more lines", indent=indent, mark="│")
