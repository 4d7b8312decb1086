"""The promises of reading, on pages as they were recorded."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from forum_bridge.testkit.stage import Stage
from forum_bridge.web.address import belongs

Check = Callable[[Stage], Awaitable[str | None]]  # returns what is wrong, None if the promise is kept

LARGEST_CURSOR = 256_000  # characters of JSON; it is written with each poll that found something


async def every_post_once(stage: Stage) -> str | None:
    """All posts of the thread are read, each once, oldest first."""
    found = [post.id for post in (await stage.read()).posts]
    if found == stage.ids:
        return None
    lacking, more = [each for each in stage.ids if each not in found], [each for each in found if each not in stage.ids]
    return f"missing {lacking}, not expected {more}" if lacking or more else f"the order is {found}"


async def as_recorded(stage: Stage) -> str | None:
    """Author, time, address, text and files of each post are those that were recorded."""
    found = stage.told(await stage.read())
    for post, expected in zip(found, stage.recording.expected, strict=False):
        wrong = [key for key, value in expected.items() if post.get(key) != value]
        if wrong:
            told = "; ".join(f"{key}: {_short(post.get(key))} instead of {_short(expected[key])}" for key in wrong)
            return f"post {expected['id']}: {told}"
    return None if len(found) == len(stage.recording.expected) else f"{len(found)} posts"


async def times_are_moments(stage: Stage) -> str | None:
    """Times have an offset and do not lie in the future."""
    latest = stage.now() + timedelta(minutes=5)
    for post in (await stage.read()).posts:
        if post.time is not None and (post.time.tzinfo is None or post.time > latest):
            return f"post {post.id} has the time {post.time.isoformat()}"
    return None


async def permalinks_lead_home(stage: Stage) -> str | None:
    """The address of each post lies on the forum, and no two posts share one."""
    posts = (await stage.read()).posts
    for post in posts:
        if not belongs(post.url, stage.replay.base):
            return f"post {post.id} has the address {post.url}"
    return None if len({post.url for post in posts}) == len(posts) else "two posts have the same address"


async def never_writes(stage: Stage) -> str | None:
    """Reading sends nothing but GET."""
    stage.replay.asked.clear()
    await stage.read()
    sent = [f"{method} {target}" for method, target in stage.replay.asked if method not in {"GET", "HEAD"}]
    return f"sent {sent[0]}" if sent else None


async def nothing_new_the_second_time(stage: Stage) -> str | None:
    """A second poll brings no post that the first one did not."""
    first = await stage.read()
    known = {(post.id, post.html) for post in first.posts}
    new = [post.id for post in (await stage.read(first.cursor)).posts if (post.id, post.html) not in known]
    return f"the second poll brought {new}" if new else None


async def a_small_cursor(stage: Stage) -> str | None:
    """The cursor is JSON, and small."""
    cursor = (await stage.read()).cursor
    if cursor is None:
        return "there is no cursor"
    size = len(json.dumps(cursor.state))
    return f"it has {size} characters" if size > LARGEST_CURSOR else None


async def from_a_moment_on(stage: Stage) -> str | None:
    """A watch that begins in the middle of the thread misses nothing of what came after."""
    times = {
        str(post["id"]): datetime.fromisoformat(str(post["time"])) for post in stage.recording.expected if post["time"]
    }
    if not times:
        return None
    since = sorted(times.values())[len(times) // 2]
    found = {post.id for post in (await stage.read(since=since)).posts}
    lacking = [post_id for post_id, time in times.items() if time >= since and post_id not in found]
    return f"missing {lacking}" if lacking else None


READING: dict[str, Check] = {
    "reads every post once, oldest first": every_post_once,
    "reads each post as it was recorded": as_recorded,
    "tells times as moments": times_are_moments,
    "gives each post an address of its own on the forum": permalinks_lead_home,
    "writes nothing while it reads": never_writes,
    "brings nothing new the second time": nothing_new_the_second_time,
    "keeps a small cursor": a_small_cursor,
    "misses nothing when it begins in the middle": from_a_moment_on,
}


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:119]}…"
