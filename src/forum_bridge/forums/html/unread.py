"""Posts that stand on a page although none was read from them: elements that bear a post's id and hold a text, outside
of all that was read or left out. Reads ids and nothing else."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from selectolax.lexbor import LexborNode

from forum_bridge.forums.html.preset_parts import Posts

_NUMBER = re.compile(r"(?:^|[^0-9])([0-9]{1,18})$")
_BEARING = re.compile(r"^(?:id|name|data-[\w-]*id|data-[\w-]*post[\w-]*)$")
_DEPTH = 4  # how far the node around an anchor lies


def unread_posts(
    root: LexborNode, containers: Collection[LexborNode], posts: Posts, read: Collection[str]
) -> frozenset[str]:
    """Return the ids. A post that people deleted leaves at most a notice without a body; it is none of these."""
    ours = {body.mem_id for node in containers for body in node.css(posts.body)}
    others = [body for body in root.css(posts.body) if body.mem_id not in ours]
    if not others:
        return frozenset()
    bounds = {each.mem_id for node in containers for each in (node, *_above(node))}
    return frozenset(each for body in others for each in _around(body, bounds) if each not in read)


def _above(node: LexborNode) -> Iterator[LexborNode]:
    while (parent := node.parent) is not None:
        yield parent
        node = parent


def _around(body: LexborNode, bounds: Collection[int]) -> Iterator[str]:
    """Yield the numbers that the nodes around a body bear, up to what holds containers."""
    node: LexborNode | None = body
    for _ in range(_DEPTH):
        if node is None or node.mem_id in bounds:
            return
        yield from _borne(node)
        for anchor in node.css("a[id], a[name], [data-post-id]"):
            yield from _borne(anchor)
        node = node.parent


def _borne(node: LexborNode) -> Iterator[str]:
    for name, value in node.attributes.items():
        number = _NUMBER.search(value or "") if _BEARING.match(name) else None
        if number is not None:
            yield number[1]
