"""Erases what forum and desk said that may speak of somebody who is to be forgotten: why something could not be written
or read, in their words. What stands in posts, answers and notes themselves is not its matter."""

from __future__ import annotations

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.ledger.batches import batched
from forum_bridge.ledger.tables import drift, forum, trail, watch
from forum_bridge.ledger.theirs import Person, Theirs, names_them
from forum_bridge.ledger.trail import Step

UNTOLD = "What was said is not kept: it named somebody who was to be forgotten."


async def forget(db: AsyncConnection, person: Person, theirs: Theirs) -> None:
    """Take all steps of their items, what was said in steps of others that quote them, whatever else names them, and
    what went with the forum's pages in quarantine, which are deleted before."""
    for road, items in (("post", theirs.posts), ("answer", theirs.answers), ("note", theirs.notes)):
        for ids in batched(items):
            await db.execute(delete(trail).where(trail.c.road == road, trail.c.item.in_(ids)))
    for road, items in (("post", theirs.quoting_posts), ("answer", theirs.quoting_answers)):
        for ids in batched(items):
            told = (trail.c.road == road, trail.c.item.in_(ids), trail.c.step != Step.DECIDED.value)
            await db.execute(update(trail).where(*told).values(detail=""))
    await db.execute(update(trail).where(names_them(person, trail.c.detail)).values(detail=""))
    await db.execute(update(drift).where(drift.c.forum == person.forum).values(page=None, detail=""))
    troubled = (watch.c.forum == person.forum, names_them(person, watch.c.trouble))
    await db.execute(update(watch).where(*troubled).values(trouble=UNTOLD))
    signed_in = (forum.c.name == person.forum, names_them(person, forum.c.sign_in_detail))
    await db.execute(update(forum).where(*signed_in).values(sign_in_detail=UNTOLD))
