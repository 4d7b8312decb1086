"""The promises of reading, on pages with something wrong: what is not understood is refused aloud, and what moved is
not lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from forum_bridge.errors import BridgeError, Forbidden, Gone, Retry, SignInNeeded, Unreadable, WatchTrouble
from forum_bridge.testkit import faults, shifting
from forum_bridge.testkit.reading import Check
from forum_bridge.testkit.recording import Recorded
from forum_bridge.testkit.shifting import Arrange
from forum_bridge.testkit.stage import Stage

Spoil = Callable[[Recorded], Recorded]
_REFUSALS = (Unreadable, Forbidden, SignInNeeded, Gone, Retry)


def refused(spoil: Spoil) -> Check:
    """Return the check that a page spoilt so, whichever of the thread's it is, ends the poll with an error."""

    async def check(stage: Stage) -> str | None:
        pages = stage.recording.pages
        for place, page in enumerate(pages):
            found = await _outcome(stage, [*pages[:place], spoil(page), *pages[place + 1 :]])
            if found is not None:
                return f"page {place + 1}: {found}"
        return None

    return check


def answered(status: int, *expected: type[BridgeError]) -> Check:
    """Return the check that a forum which answers everything with ``status`` is told by such an error."""

    async def check(stage: Stage) -> str | None:
        stage.replay.status = status
        try:
            await stage.read()
        except expected:
            return None
        except BridgeError as error:
            return f"it raised {type(error).__name__}: {error}"
        finally:
            stage.replay.status = None
        return "it went on as if nothing were wrong"

    return check


async def wrong_charset(stage: Stage) -> str | None:
    """A server that mislabels its pages costs letters, but no post."""
    return await _still_all(stage, [faults.wrong_charset(page) for page in stage.recording.pages], stage.ids)


async def turned_round(stage: Stage) -> str | None:
    """Pages that show the newest post first lose none."""
    return await _still_all(stage, _arranged(stage, shifting.turn_round), stage.ids)


async def shown_twice(stage: Stage) -> str | None:
    """A post that stands on a page twice is one post."""
    pages = _arranged(stage, shifting.show_twice)
    stage.replay.shows(pages)
    try:
        found = [post.id for post in (await stage.read()).posts]
    finally:
        stage.replay.shows(stage.recording.pages)
    return None if found == stage.ids else f"it read {found}"


async def moved_up(stage: Stage) -> str | None:
    """When a post is deleted and all later ones move up, the newest is found all the same."""
    ids = stage.ids
    if len(ids) < 3:
        return None
    stage.replay.shows(_arranged(stage, shifting.take_away(-1)))
    try:
        before = await stage.read()
        stage.replay.shows(_arranged(stage, shifting.take_away(1)))
        after = await stage.read(before.cursor)
    finally:
        stage.replay.shows(stage.recording.pages)
    found = {post.id for post in (*before.posts, *after.posts)}
    lacking = [each for each in ids if each not in found]
    return f"missing {lacking}" if lacking else None


TROUBLE: dict[str, Check] = {
    "refuses half a page": refused(faults.half),
    "refuses an empty page": refused(faults.empty),
    "refuses a form to sign in with status 200": refused(faults.sign_in_instead),
    "refuses a page whose theme has changed": refused(faults.other_theme),
    "tells a closed door (403)": answered(403, Forbidden, SignInNeeded),
    "tells a thread that is gone (404)": answered(404, Gone),
    "waits for a server in trouble (503)": answered(503, Retry),
    "loses no post to a wrong charset": wrong_charset,
    "loses no post to another order": turned_round,
    "reads a post that is shown twice once": shown_twice,
    "loses no post when a deleted one shifts the pages": moved_up,
}


async def _outcome(stage: Stage, pages: Sequence[Recorded]) -> str | None:
    """Read these pages, which cannot be understood; return what is wrong if that went well."""
    stage.replay.shows(pages)
    try:
        reading = await stage.read()
    except _REFUSALS:
        return None
    except WatchTrouble as error:
        return f"it raised {type(error).__name__}: {error}"
    finally:
        stage.replay.shows(stage.recording.pages)
    found = {post.id for post in reading.posts}
    lacking = [each for each in stage.ids if each not in found]
    return f"it went on in silence without {lacking}" if lacking else None


async def _still_all(stage: Stage, pages: Sequence[Recorded], ids: Iterable[str]) -> str | None:
    stage.replay.shows(pages)
    try:
        found = {post.id for post in (await stage.read()).posts}
    finally:
        stage.replay.shows(stage.recording.pages)
    lacking = [each for each in ids if each not in found]
    return f"missing {lacking}" if lacking else None


def _arranged(stage: Stage, arrange: Arrange) -> list[Recorded]:
    """Raises CannotShift."""
    return shifting.shifted(stage.recording.pages, stage.ids, stage.container, arrange)
