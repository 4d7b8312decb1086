"""How a round of readings looks on a terminal. Reads nothing itself."""

from __future__ import annotations

from collections.abc import Sequence

from forum_bridge.cli.say import Lines
from forum_bridge.daemon.news import PostNews, Stand, WatchNews

STYLES = {Stand.THERE: "green", Stand.WAITS: "yellow", Stand.STUCK: "red", Stand.LEFT_OUT: ""}


def print_news(say: Lines, news: WatchNews) -> None:
    """Print a watch, what is new in it and what became of that."""
    mark, style = ("✓", "green") if news.well else ("✗", "red")
    what = f"{news.kind.value} {news.target}".strip()
    say.line(f"{news.forum}: {what}", mark=mark, mark_style=style)
    if news.trouble is not None:
        say.line(news.trouble, indent=2)
        return
    shown = [post for post in news.posts if post.stand is not Stand.LEFT_OUT]
    say.line(_sum(len(shown), len(news.posts) - len(shown)), indent=2)
    for post in shown:
        _print_post(say, post)
    if news.more:
        say.line("There is more than one reading may take: poll again.", indent=2)


def print_end(say: Lines, every: Sequence[WatchNews], *, dry_run: bool) -> None:
    """Print the sum of it."""
    say.blank()
    stands = [post.stand for news in every for post in news.posts]
    unread, waits, stuck = (
        sum(news.trouble is not None for news in every),
        stands.count(Stand.WAITS),
        stands.count(Stand.STUCK),
    )
    if unread:
        say.line(f"{_many(unread, 'watch', 'watches')} could not be read.", style="bold red")
    if stuck:
        say.line(
            f"{_many(stuck, 'post waits', 'posts wait')} for a person: see `forum-bridge status`.", style="bold red"
        )
    if waits:
        say.line(
            f"{_many(waits, 'post waits', 'posts wait')}: a running bridge goes on with it by itself, and so does the"
            " next poll.",
            style="bold yellow",
        )
    if dry_run:
        say.line("Nothing was written.")
    elif not unread and not waits and not stuck:
        say.line("All is well.", style="bold green")


def _print_post(say: Lines, post: PostNews) -> None:
    say.line(f"#{post.post_id} {post.author} · {post.url}", indent=4)
    say.line(post.fate, indent=6, mark="→", style=STYLES[post.stand])


def _sum(new: int, left_out: int) -> str:
    told = _many(new, "new post", "new posts") if new else "nothing new"
    return f"{told}; {_many(left_out, 'other', 'others')} left out" if left_out else told


def _many(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"
