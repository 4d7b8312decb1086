"""A post's body as the engine wrote it → safe, compact HTML and plain text for a case. Knows no adapter and no page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forum_bridge.markup.flow import Flow
from forum_bridge.markup.safe import safe
from forum_bridge.markup.text import plain_text
from forum_bridge.markup.tree import beginning

FURNITURE = (
    # signatures
    ".signature, .message-signature, .post-signature, .postsignature, .signaturecontainer, .signature-content",
    '[data-role="memberSignature"]',
    # edit notices
    ".message-lastEdit, .post_edit, .edited_post, .lastedited, .post-last-edit, [data-excludequote]",
    # unfolding and copying
    ".bbCodeBlock-expandLink, .bbCodeBlock-shrinkLink, .post-quote-expand, .quote-controls",
    # titles over code
    ".codebox > p, .codebox > dt, .codeheader, .codeblock > .title, .bbCodeBlock--code .bbCodeBlock-title",
    # what a browser does not show, and Discourse's counters under pictures and links
    "[hidden], .lightbox .meta, .badge-notification.clicks",
)
"""Selectors of what engines put into a body that its author did not write (default themes; presets add their own)."""


@dataclass(frozen=True, slots=True)
class CleanPost:
    """A post fit to be shown: ``html`` for a case, ``text`` for previews and comparison, the pictures' addresses;
    ``whole`` unless it is so long that this is its beginning only."""

    html: str
    text: str
    images: tuple[str, ...]
    whole: bool = True


def clean_post(html: str, base_url: str, drop: Sequence[str] = ()) -> CleanPost:
    """Clean the body of one post, already cut out of its page.

    ``base_url`` is the page's address; ``drop`` holds the preset's CSS selectors of what is not the author's text.
    Never raises for any HTML; raises ConfigurationRefused for a selector that cannot be read.
    """
    flow = Flow(base_url)
    root, whole = beginning(html, (*FURNITURE, *drop))
    blocks = safe(flow.blocks(root.children))
    return CleanPost(blocks, plain_text(blocks), tuple(flow.images), whole)
