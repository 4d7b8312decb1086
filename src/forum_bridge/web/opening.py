"""An answer opened into a page: charset, digest, depth. Long ones are opened off the event loop. Judges no status."""

from __future__ import annotations

import hashlib
from datetime import datetime

from multidict import CIMultiDict, CIMultiDictProxy

from forum_bridge.depth import too_much
from forum_bridge.errors import Unreadable
from forum_bridge.model import Clock
from forum_bridge.web.address import shown
from forum_bridge.web.aside import aside
from forum_bridge.web.charset import decode
from forum_bridge.web.exchange import Answer
from forum_bridge.web.page import Page, Validators
from forum_bridge.web.retry_after import http_date


async def opened(
    answer: Answer,
    clock: Clock,
    history: tuple[str, ...] = (),
    known: Validators | None = None,
    *,
    data: bool = False,
) -> Page:
    """Return the answer as a page, reached by way of ``history``; ``known`` are the validators it was asked with. Of
    ``data`` (JSON, in which HTML is escaped) only who takes it apart can say how deep it is nested.

    Raises Unreadable if parsers would choke on the page."""
    return await aside(len(answer.body), _open, answer, clock, history, known, data=data)


def told_time(answer: Answer, clock: Clock) -> datetime:
    """Return what the server's own clock said (its Date header), else what ours says."""
    return http_date(answer.headers.get("Date", "")) or clock()


def _open(answer: Answer, clock: Clock, history: tuple[str, ...], known: Validators | None, *, data: bool) -> Page:
    same = known or Validators()
    digest = same.digest if answer.status == 304 else hashlib.sha256(answer.body).hexdigest()
    unchanged = answer.status == 304 or digest == same.digest
    html, charset = decode(answer.body, answer.headers.get("Content-Type"))
    if not (data or unchanged) and (much := too_much(html)):
        raise Unreadable(
            f"{shown(answer.url)} {much}.",
            explanation="No forum needs that; if the page looks right in a browser, report its address to us.",
        )
    return Page(
        url=answer.url,
        status=answer.status,
        html=html,
        charset=charset,
        headers=_without_cookies(answer),
        date=told_time(answer, clock),
        validators=Validators(
            etag=answer.headers.get("ETag") or (same.etag if answer.status == 304 else None),
            modified=answer.headers.get("Last-Modified") or (same.modified if answer.status == 304 else None),
            digest=digest,
        ),
        unchanged=unchanged,
        history=history,
    )


def _without_cookies(answer: Answer) -> CIMultiDictProxy[str]:
    kept = CIMultiDict((name, value) for name, value in answer.headers.items() if name.lower() != "set-cookie")
    return CIMultiDictProxy(kept)
