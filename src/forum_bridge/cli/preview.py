"""``forum-bridge preview``: posts as the adapter sees them, and the cases that they would become."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from forum_bridge.cli.bar import at_work
from forum_bridge.cli.loading import DEFAULT, ConfigOption, Ready, ready
from forum_bridge.cli.preview_text import print_cases, print_posts
from forum_bridge.cli.run import now
from forum_bridge.cli.say import Lines, to_person, to_program
from forum_bridge.config import load
from forum_bridge.daemon.rehearsal import Rehearsal, rehearse
from forum_bridge.depth import too_much
from forum_bridge.errors import BridgeError, ConfigurationRefused, Unreadable
from forum_bridge.forums.reading.page import ThreadPage
from forum_bridge.forums.registry import Registry
from forum_bridge.markup.clean import clean_post
from forum_bridge.model import Post
from forum_bridge.web.address import nearest, shown
from forum_bridge.web.charset import decode

DATES = ["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]


def preview(
    url: Annotated[
        str | None, typer.Argument(metavar="URL", help="Address of a thread (any page) on a configured forum.")
    ] = None,
    adapter: Annotated[
        str | None,
        typer.Option("--adapter", metavar="NAME", help="Read with this adapter instead of the configured one."),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="PAGE", help="Read a saved page; needs --adapter and --url, and no network."),
    ] = None,
    address: Annotated[
        str | None, typer.Option("--url", metavar="URL", help="With --file: the address the page came from.")
    ] = None,
    date: Annotated[
        datetime | None,
        typer.Option(
            "--date", formats=DATES, help='With --file: when the page was saved, to which "yesterday" on it refers.'
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the posts as JSON instead.")] = False,
    config: ConfigOption = DEFAULT,
) -> None:
    """Show a thread's posts and the cases they would become.

    Reads one page of a thread, signed in as the bridge if an account is configured, and shows what the adapter makes
    of it; then what each post would become on the desk by the rules of the forum's configuration, as if every post
    were new. Nothing is written anywhere.

    With --file a saved page is read without configuration and without network: then only the posts are shown. Times in
    words ("today, 17:08") count from --date, or from when the file was last written.

    --json prints an object with the keys thread, posts and next (the address of the next page, or null).

    Exit status: 0 if posts were found, 1 if the page cannot be read, 2 if the configuration or the command has
    faults.
    """
    asked = url or address
    if asked is None or (file is not None and adapter is None):
        raise typer.BadParameter("give a thread's address, or: --file PAGE --adapter NAME --url URL")
    if file is not None:
        page, remark = _saved(file, _registry(config), str(adapter), asked, date)
        _tell(page.posts, page.next, as_json=as_json, remark=remark)
    else:
        loaded, name = _chosen(ready(config), asked, adapter)
        found = _live(loaded, name, asked)
        _tell(found.posts, found.next, as_json=as_json, rehearsal=found, forum=(loaded, name))


def _registry(config: Path) -> Registry:
    """Find adapters beside the configuration, if there is one; its faults do not matter here."""
    found = load(config, os.environ).adapters_dir if config.is_file() else None
    return Registry.load(found or config.parent / "adapters")


def _saved(file: Path, registry: Registry, adapter: str, url: str, date: datetime | None) -> tuple[ThreadPage, str]:
    """Return the page, and from which moment times in words were counted."""
    entry = registry.get(adapter)
    if entry.parse is None:
        raise ConfigurationRefused(
            f"The adapter {adapter} cannot be used: {entry.fault}"
            if entry.fault
            else f"The adapter {adapter} cannot read saved pages.",
            explanation=f"Mend {entry.source}." if entry.fault else "Give the thread's address instead of a file.",
        )
    try:
        html, _ = decode(file.read_bytes(), None)
        served = (date or datetime.fromtimestamp(file.stat().st_mtime, UTC)).astimezone()
    except OSError as error:
        raise BridgeError(
            f"{file} cannot be read: {error.strerror or error}.",
            explanation="Save a page of the thread as HTML and give the path of that file.",
        ) from None
    try:
        if much := too_much(html):
            raise Unreadable(f"it {much}")
        why = "as --date says" if date is not None else "when the file was last written; --date says otherwise"
        return entry.parse(html, url, served), f"Times in words count from {served:%Y-%m-%d %H:%M %Z}, {why}."
    except Unreadable as error:
        raise Unreadable(
            f"{file}: {error}",
            explanation=f"Is this a whole page of a thread, as the forum sent it, and is {adapter} the right adapter?"
            " If the theme has changed, mend the preset's selectors.",
        ) from None


def _live(loaded: Ready, name: str, url: str) -> Rehearsal:
    try:
        with at_work(to_person(stderr=True), f"reading {name}: {shown(url)}"):
            return asyncio.run(rehearse(loaded.config, loaded.registry, name, url, now))
    except Unreadable as error:
        raise Unreadable(
            str(error),
            explanation="Is this a thread's address? If the theme has changed, save the page, mend the preset's"
            " selectors, and read the saved page with --file until it is right.",
        ) from None


def _chosen(loaded: Ready, url: str, adapter: str | None) -> tuple[Ready, str]:
    """Return the configuration and the name of the forum that the address belongs to; ``adapter`` takes the place of
    the configured one and of its options."""
    forums = loaded.config.forums
    name = nearest(url, {name: forum.url for name, forum in forums.items()})
    if name is None:
        known = ", ".join(shown(forum.url) for forum in forums.values())
        whole = urlsplit(url).scheme in {"http", "https"}
        raise ConfigurationRefused(
            f"{shown(url)} is not on a configured forum." if whole else f"{shown(url)} is not a whole address.",
            explanation=f"Configured are: {known}. For any other page: --file PAGE --adapter NAME --url URL.",
        )
    if adapter is None:
        return loaded, name
    loaded.registry.get(adapter)  # an unknown one is refused here, with the names that are close
    changed = forums[name].model_copy(update={"adapter": adapter, "options": {}})
    return Ready(loaded.config.model_copy(update={"forums": {**forums, name: changed}}), loaded.registry), name


def _tell(
    posts: tuple[Post, ...],
    following: str | None,
    *,
    as_json: bool,
    rehearsal: Rehearsal | None = None,
    forum: tuple[Ready, str] | None = None,
    remark: str = "",
) -> None:
    if as_json:
        thread = posts[0].thread if posts else None
        told = {
            "thread": {"id": thread.id, "url": thread.url, "title": thread.title} if thread else None,
            "posts": [_post_json(post) for post in posts],
            "next": following,
        }
        to_program(told)
        return
    say = Lines(to_person())
    if not posts:
        say.line("The adapter found no posts.")
        return
    config = forum[0].config.forums[forum[1]] if forum else None
    print_posts(say, posts, rehearsal, config.zone if config else None)
    if rehearsal is not None and forum is not None and config is not None:
        print_cases(say, rehearsal)
        say.blank()
        say.line(f"Shown as if every post were new; start_from is {config.start_from}.", mark="•")
        if rehearsal.watch is None:
            to_add = f"- thread: {posts[0].thread.url}"
            say.line(f"Nothing watches this thread yet: add `{to_add}` to forums.{forum[1]}.watch.", mark="•")
        if rehearsal.remark:
            say.line(rehearsal.remark, mark="•", style="yellow")
    if remark:
        say.blank()
        say.line(remark, mark="•")
    if following:
        say.line(f"The next page is {following}", mark="•")


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
