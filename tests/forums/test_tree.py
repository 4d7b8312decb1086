"""Links on pages that name another base than their own address."""

from __future__ import annotations

from selectolax.lexbor import LexborNode

from forum_bridge.forums.html.tree import tree_of

HERE = "https://forum.example/forum/threads/7-kargo"
LINKS = '<a href="threads/7-kargo/page2">2</a><a href="#p9">#</a><a href="http://[x">?</a><img src="images/a.png">'


def read(html: str) -> LexborNode:
    root = tree_of(html, HERE)
    assert root is not None
    return root


def links(root: LexborNode) -> list[str | None]:
    return [node.attributes.get("href", node.attributes.get("src")) for node in root.css("a, img")]


def test_links_lead_where_the_pages_base_says() -> None:
    root = "https://forum.example/forum/"
    wanted = [f"{root}threads/7-kargo/page2", "#p9", "http://[x", f"{root}images/a.png"]
    assert links(read(f'<base href="{root}">{LINKS}')) == wanted
    assert links(read(f'<base href="/forum/">{LINKS}')) == wanted


def test_a_page_without_a_base_stays_as_it_is() -> None:
    for html in (LINKS, f"<base target=_blank>{LINKS}"):
        assert links(read(html)) == ["threads/7-kargo/page2", "#p9", "http://[x", "images/a.png"]
