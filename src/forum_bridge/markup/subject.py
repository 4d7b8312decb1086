"""The subject of a message that answers something. Pure."""

from __future__ import annotations

from forum_bridge.markup.characters import one_line

SUBJECT = 80  # characters; SMF and MyBB take about so many (`maxlength` of their forms), others more
RE = "Re: "


def subject_of(title: str) -> str:
    """Return the subject of a message about what bears this title."""
    return one_line(title if title.casefold().startswith(RE.casefold().strip()) else RE + title, SUBJECT)
