"""How a try of an adapter looks on a terminal and as JSON: posts, keys, what is missing, the case, an answer. Reads
nothing itself."""

from __future__ import annotations

from datetime import datetime, tzinfo

from rich.table import Table
from rich.text import Text

from forum_bridge.cli.adapter_new_text import print_posts
from forum_bridge.cli.preview_text import print_cases
from forum_bridge.cli.say import Lines, harmless
from forum_bridge.daemon.rehearsal import Rehearsal
from forum_bridge.forums.reading.page import BoardPage
from forum_bridge.markup.clean import clean_post
from forum_bridge.workbench.trying.attempt import Attempt
from forum_bridge.workbench.trying.examine import Examined
from forum_bridge.workbench.trying.findings import as_usual, keys
from forum_bridge.workbench.trying.wording import advice, status, told, words

MOST = 12  # rows of a board


def print_attempt(say: Lines, attempt: Attempt, zone: tzinfo) -> None:
    """Print what was read, what each key finds and what is missing; times in the forum's zone."""
    if attempt.thread is not None:
        say.line(attempt.thread.ref.title or "(no title)", style="bold")
        print_posts(say, attempt.thread, zone)
    elif isinstance(attempt.page, BoardPage):
        _print_rows(say, attempt.page, zone)
    if attempt.examined is not None:
        say.blank()
        _print_keys(say, attempt.examined)
        _print_findings(say, attempt)
    say.blank()
    good = attempt.page is not None
    say.line(status(attempt, words()), mark="✓" if good else "✗", mark_style="green" if good else "red")
    if attempt.trouble:
        say.line(attempt.trouble, indent=2)
    if attempt.thread is not None and attempt.thread.next:
        say.line(f"The next page is {attempt.thread.next}", mark="•")


def print_outcome(say: Lines, rehearsal: Rehearsal, answers: tuple[str, ...]) -> None:
    """Print the case that the page would become, and an answer as it would be posted."""
    print_cases(say, rehearsal)
    for answer in answers:
        say.blank()
        say.line("An answer, as it would be posted:", style="bold")
        for line in answer.splitlines():
            say.line(line, indent=4, mark="│")
    if rehearsal.remark:
        say.line(rehearsal.remark, mark="•", style="yellow")


def as_json(attempt: Attempt, outcome: tuple[Rehearsal, tuple[str, ...]] | None) -> dict[str, object]:
    """Return all of it as a tree."""
    found, thread, page = attempt.examined, attempt.thread, attempt.page
    cases = outcome[0].cases if outcome is not None else ()
    return {
        "reads": page is not None,
        "trouble": attempt.trouble or None,
        "url": found.seen.url if found is not None else thread.url if thread is not None else None,
        "posts": [
            {
                "id": post.id,
                "author": post.author.name,
                "author_id": post.author.id,
                "time": _iso(post.time),
                "text": clean_post(post.html, post.url).text,
            }
            for post in (thread.posts if thread is not None else ())
        ],
        "rows": [
            {"thread": row.ref.url, "title": row.ref.title, "time": _iso(row.time), "moved": row.mark}
            for row in (page.rows if isinstance(page, BoardPage) else ())
        ],
        "keys": {name: {"value": value, "found": count, "of": total} for name, value, count, total in keys(found)}
        if found is not None
        else None,
        "findings": [
            {
                "kind": each.kind.value,
                "key": each.key,
                "needed": each.needed,
                "told": told(each, words()),
                "close": list(each.close),
                "instead": each.instead or None,
            }
            for each in attempt.findings
        ],
        "cases": [
            {
                "subject": each.case.subject,
                "customer": each.case.user_full_name,
                "user_custom_id": each.case.user_custom_id,
                "posts": list(each.posts),
                "message": each.case.html,
            }
            for each in cases
        ],
        "answer": next(iter(outcome[1]), None) if outcome is not None else None,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None


def _print_keys(say: Lines, found: Examined) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False, expand=False, width=say.width)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, justify="right")
    table.add_column(no_wrap=True, overflow="ellipsis", ratio=1, style="dim")
    for name, value, count, total in keys(found):
        style = "" if as_usual(name.partition(".")[2], count, total) else "yellow" if count else "red"
        table.add_row(Text(name), Text(f"{count}/{total}", style=style), Text(harmless(value)))
    say.console.print(table)


def _print_findings(say: Lines, attempt: Attempt) -> None:
    if not attempt.findings:
        return
    say.blank()
    for finding in attempt.findings:
        style = "red" if finding.needed else "yellow"
        say.line(told(finding, words()), mark="✗" if finding.needed else "?", mark_style=style)
        for each in advice(finding, words()):
            say.line(each, indent=2, mark="→")


def _print_rows(say: Lines, page: BoardPage, zone: tzinfo) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim", expand=False, width=say.width)
    table.add_column("title", no_wrap=True, overflow="ellipsis", ratio=1)
    table.add_column("last post", no_wrap=True)
    table.add_column("what changes", no_wrap=True, max_width=30)
    for row in page.rows[:MOST]:
        when = f"{row.time.astimezone(zone):%Y-%m-%d %H:%M}" if row.time is not None else "unknown"
        table.add_row(*(Text(harmless(each)) for each in (row.ref.title, when, row.mark)))
    say.console.print(table)
