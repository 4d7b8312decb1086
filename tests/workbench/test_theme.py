"""A theme of a known engine: only what it has otherwise is written, and the rest is the engine's."""

from __future__ import annotations

from pathlib import Path

from tests.engines.place import START, registry

from forum_bridge.forums.registry import Registry
from forum_bridge.testkit.recording import load
from forum_bridge.web.charset import decode
from forum_bridge.workbench.detect import detected
from forum_bridge.workbench.fitting import fit
from forum_bridge.workbench.guess.preset import Pages
from forum_bridge.workbench.look import Seen
from forum_bridge.workbench.making import Made, made
from forum_bridge.workbench.writing import save_new

RECORDING = load(Path(__file__).parent.parent / "pages" / "mybb" / "thread.recording")


def themed(**renamed: str) -> Seen:
    """Return the first page of a recorded thread, in a theme whose author renamed these classes."""
    html, _ = decode(RECORDING.pages[0].body, RECORDING.pages[0].mime)
    for old, new in renamed.items():
        assert old in html
        html = html.replace(old, new)
    return Seen(RECORDING.pages[0].url, html, served=START)


def fitted(page: Seen) -> Made:
    match = detected(page, registry()).match
    assert match is not None
    assert match.entry.name == "mybb"
    return made("tema", fit(Pages(page)), match, START)


def test_only_what_differs_is_written(tmp_path: Path) -> None:
    page = themed(post_body="ileti_metni", post_date="ileti_tarihi")
    result = fitted(page)
    tree = result.draft.plain()
    assert tree == {"posts": {"time": tree["posts"]["time"], "body": ".ileti_metni"}}  # type: ignore[index]
    assert "\nextends: mybb\n" in result.text
    assert "The engine is MyBB" in result.text
    save_new(result.text, tmp_path, "tema")
    entry = Registry.load(tmp_path).get("tema")
    assert entry.parse is not None
    read = entry.parse(page.html, page.url)
    assert [post.id for post in read.posts] == [str(each["id"]) for each in RECORDING.expected[:20]]
    assert "reply" in entry.capabilities  # as the engine's own


def test_another_container_is_taken_over_with_what_lies_in_it() -> None:
    result = fitted(themed(**{'class="post "': 'class="ileti"', "post_1": "ileti_1", "largetext": "yazan"}))
    posts = result.draft.plain()["posts"]
    assert isinstance(posts, dict)
    assert posts["container"] == ".ileti"
    assert posts["id"] == r"@id =~ ^ileti_(\d+)"
    assert "body" not in posts  # the engine's own still finds it
    assert result.reading.page is not None
    assert len(result.reading.page.posts) == 20
