"""What Discourse makes of posts is brought back to what people wrote, in a time that grows with the post alone."""

from __future__ import annotations

import time

import pytest

from forum_bridge.forums.engines.discourse.cooked import as_written, attachments

LENGTH = 400_000  # characters

PUMPS = (
    'onebox <a href="/x">x</a>',
    '<a class="inline-onebox" href="/x">x</a>',
    '<aside class="onebox" data-onebox-src="http://x"></aside>',
    '<div class="lightbox-wrapper"><a class="lightbox" href="/x"><img src="a"></a></div>',
    '<p data-video-src="/x.mp4"></p>',
    '<aside class="quote" data-topic="1"><div class="title">',
    '<div class="lazy-video-container">',
    '<a class="attachment" href="/x">x</a>',
)


def took(html: str) -> float:
    before = time.process_time()
    attachments(as_written(html), "https://forum.example/t/1")
    return time.process_time() - before


@pytest.mark.parametrize("pump", PUMPS)
@pytest.mark.parametrize("before", ["", '<div class="lazy-video-container">' * 400])
def test_no_post_takes_long(pump: str, before: str) -> None:
    assert took(before + pump * (LENGTH // len(pump))) < 2  # seconds of the processor


def test_a_quoted_post_stays_and_a_linked_one_becomes_its_link() -> None:
    linked = '<aside class="quote" data-topic="1"><div class="title"><a href="/t/x/1">x</a></div>b</aside>'
    assert as_written(linked) == '<p><a href="/t/x/1">/t/x/1</a></p>'
    quoted = linked.replace("data-topic", 'data-username="ayse" data-topic')
    assert as_written(quoted) == quoted


def test_a_box_without_a_picture_stays() -> None:
    box = '<div class="lightbox-wrapper"><a class="lightbox" href="/a.png">x</a></div>'
    assert as_written(box) == box


def test_of_a_post_without_end_the_beginning_is_brought_back_and_the_rest_stays() -> None:
    preview = '<aside class="onebox" data-onebox-src="http://x"></aside>'
    long = preview + "<p>a" * 100_000 + preview
    assert as_written(long).startswith('<p><a href="http://x">http://x</a></p><p>a</p>')
    assert as_written(long).endswith(f"<p>a{preview}")
    assert len(as_written("x" * 300_000 + preview)) == 300_000 + len(preview)
