"""The nodes that hold the posts of a page, each whole: what an old board lays into several rows side by side is put
together first. Changes the tree it is given; reads nothing out of it."""

from __future__ import annotations

from selectolax.lexbor import LexborNode

from forum_bridge.forums.html.preset_parts import Posts


def containers(root: LexborNode, posts: Posts) -> list[LexborNode]:
    """Return the node of each post, in the order of the page. Siblings that are ``beside`` become the last children of
    the container they follow, up to the next one."""
    heads = root.css(posts.container)
    if posts.beside is not None:
        gather(root, heads, posts.beside)
    return heads


def gather(root: LexborNode, heads: list[LexborNode], beside: str) -> None:
    """Move into each head the siblings behind it that match ``beside``, up to the next head."""
    bounds = {head.mem_id for head in heads}
    wanted = {node.mem_id for node in root.css(beside)}
    for head in heads:
        sibling = head.next
        while sibling is not None and sibling.mem_id not in bounds:
            following = sibling.next
            if sibling.mem_id in wanted:
                head.insert_child(sibling)  # a copy
                sibling.decompose()
            sibling = following
