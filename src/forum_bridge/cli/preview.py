"""``forum-bridge preview``: posts as the adapter sees them, and the case that the first of them would become."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer
from rich.console import Console
from rich.panel import Panel

from forum_bridge.cli.loading import DEFAULT, ConfigOption, Ready, ready
from forum_bridge.cli.run import now
from forum_bridge.config import ForumConfig
from forum_bridge.daemon.compose import open_forum
from forum_bridge.errors import BridgeError, ConfigurationRefused
from forum_bridge.forums.entry import AdapterEntry
from forum_bridge.forums.html.parse import ThreadPage
from forum_bridge.forums.registry import Registry
from forum_bridge.markup.clean import clean_post
from forum_bridge.model import Post, Watch, WatchKind
from forum_bridge.web.charset import decode
from forum_bridge.web.pacer import Pacer


@dataclass(frozen=True, slots=True)
class Seen:
    """What the adapter made of one address; ``next`` is the next page's address where the reading tells it."""

    posts: tuple[Post, ...]
    next: str | None = None


def preview(
    url: Annotated[str | None, typer.Argument(help="A thread's address on a configured forum.")] = None,
    adapter: Annotated[str | None, typer.Option("--adapter", help="With --file: the adapter that reads it.")] = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="Read a saved page; no configuration, no network.")
    ] = None,
    address: Annotated[str | None, typer.Option("--url", help="With --file: the address the page came from.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the posts as JSON.")] = False,
    config: ConfigOption = DEFAULT,
) -> None:
    """Show the posts of a thread as the adapter sees them, and the case they would become. Writes nothing."""
    if file is not None:
        seen = _saved(file, adapter, address or url)
    elif url is not None or address is not None:
        seen = asyncio.run(_live(ready(config), url or address or "", adapter))
    else:
        raise typer.BadParameter("give a thread's address, or --file PAGE --adapter NAME --url URL")
    if as_json:
        typer.echo(json.dumps(_as_json(seen), ensure_ascii=False, indent=2))
    else:
        _print(seen)


def _saved(file: Path, adapter: str | None, url: str | None) -> Seen:
    if adapter is None or url is None:
        raise typer.BadParameter("--file needs --adapter NAME and --url URL beside it")
    entry = Registry.load(Path("adapters")).get(adapter)
    if entry.parse is None:
        raise ConfigurationRefused(
            f"The adapter {adapter} cannot read saved pages.",
            explanation="Adapters made from presets can; give the thread's address instead of a file.",
        )
    try:
        html, _ = decode(file.read_bytes(), None)
    except OSError as error:
        raise BridgeError(f"{file}: {error.strerror}", explanation="Save the page and give its path.") from None
    page: ThreadPage = entry.parse(html, url)
    return Seen(page.posts, page.next)


async def _live(loaded: Ready, url: str, adapter: str | None) -> Seen:
    forum = _forum_of(loaded, url)
    entry: AdapterEntry = loaded.registry.get(adapter or forum.adapter)
    async with open_forum(forum, Pacer(now, asyncio.sleep), now) as session:
        reader = entry.build(forum.options if adapter is None else {}, session, timezone=forum.timezone)
        if hasattr(reader, "sign_in") and forum.login is not None:
            await reader.sign_in()
        reading = await reader.read(Watch(WatchKind.THREAD, url), None)
    return Seen(reading.posts)


def _forum_of(loaded: Ready, url: str) -> ForumConfig:
    host = urlsplit(url).netloc
    for forum in loaded.config.forums.values():
        if urlsplit(forum.url).netloc == host:
            return forum
    known = ", ".join(forum.url for forum in loaded.config.forums.values())
    raise ConfigurationRefused(
        f"No configured forum has the host {host or url!r}.", explanation=f"Configured are: {known}."
    )


def _as_json(seen: Seen) -> dict[str, object]:
    thread = seen.posts[0].thread if seen.posts else None
    return {
        "thread": {"id": thread.id, "url": thread.url, "title": thread.title} if thread else None,
        "posts": [_post_json(post) for post in seen.posts],
        "next": seen.next,
    }


def _post_json(post: Post) -> dict[str, object]:
    clean = clean_post(post.html, post.url)
    return {
        "id": post.id,
        "author": post.author.name,
        "author_id": post.author.id,
        "time": post.time.isoformat() if post.time else None,
        "url": post.url,
        "html": clean.html,
        "text": clean.text,
        "edited": post.edited.isoformat() if post.edited else None,
        "attachments": [{"url": each.url, "name": each.name} for each in post.attachments],
    }


def _print(seen: Seen) -> None:
    console = Console(highlight=False, markup=False)
    if not seen.posts:
        console.print("No posts.")
        return
    thread = seen.posts[0].thread
    console.print(f"{thread.title or '(no title)'}\n{thread.url}\n", style="bold")
    for post in seen.posts:
        who = f"{post.author.name} ({post.author.id or 'guest'})"
        when = post.time.isoformat(sep=" ", timespec="minutes") if post.time else "time unknown"
        title = f"#{post.id} · {who} · {when}{' · opening' if post.opening else ''}"
        console.print(Panel(_post_text(post), title=title, title_align="left"))
    first = seen.posts[0]
    console.print(f"As a case: “{thread.title}” from {first.author.name}, with {len(seen.posts)} posts to read.")
    if seen.next:
        console.print(f"Next page: {seen.next}")


def _post_text(post: Post) -> str:
    files = "".join(f"\n📎 {each.name or each.url}" for each in post.attachments)
    return (clean_post(post.html, post.url).text or "(no text)") + files
