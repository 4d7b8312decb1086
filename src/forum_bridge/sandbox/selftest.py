"""Plays the sandbox's round trip by itself: a customer writes on the forum, an agent answers, the answer stands in the
thread. Measures both ways."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from forum_bridge.sandbox.forum.records import Post, Thread
from forum_bridge.sandbox.sandbox import Sandbox

PATIENCE = 15.0  # seconds; a healthy round trip takes under two
QUESTION = "Siparişim **nerede**? 📦 Takip numarası: 44-19"
ANSWER = '<p>Merhaba, <b>yarın</b> teslim edilecek.</p><ul><li><a href="https://example.com/takip">Takip</a></li></ul>'


@dataclass(frozen=True, slots=True)
class Result:
    """How the round trip went; ``trouble`` says in one line where it ended if not ``ok``."""

    ok: bool
    post_to_case_ms: int | None = None
    answer_to_post_ms: int | None = None
    trouble: str = ""


async def play(sandbox: Sandbox) -> Result:
    """Play one round trip in a running sandbox."""
    forum, desk = sandbox.forum, sandbox.desk
    deniz = forum.person("Deniz")
    assert deniz is not None  # the seed made them
    cases = len(desk.cases())
    began = time.monotonic()
    question = forum.open_thread(deniz, "Kargo nerede?", QUESTION)
    try:
        await desk.wait_for(lambda: len(desk.cases()) > cases, PATIENCE)
    except TimeoutError:
        return Result(ok=False, trouble="the post did not become a case")
    post_to_case = _since(began)
    case = desk.cases()[0]
    if not any("nerede" in message.content_html for message in desk.messages(case)):
        return Result(ok=False, post_to_case_ms=post_to_case, trouble="the case does not hold the post's text")
    began = time.monotonic()
    await desk.agent_reply(case.case_id, ANSWER, next(iter(desk.agents)))
    if not await forum.bell.until(_answered(forum.thread(question.thread_id), question), PATIENCE):
        return Result(ok=False, post_to_case_ms=post_to_case, trouble="the answer did not reach the thread")
    return Result(ok=True, post_to_case_ms=post_to_case, answer_to_post_ms=_since(began))


def _answered(thread: Thread, question: Post) -> Callable[[], bool]:
    return lambda: any(post.id > question.id and "**yarın**" in post.text for post in thread.visible)


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
