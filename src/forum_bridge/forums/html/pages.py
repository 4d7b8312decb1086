"""Fetches pages of one forum and hands them on parsed, or says by an error why that is impossible. It keeps no
cursor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import structlog
from selectolax.lexbor import LexborHTMLParser

from forum_bridge.errors import (
    BridgeError,
    Evidence,
    Forbidden,
    Gone,
    Retry,
    RobotsForbid,
    SignInNeeded,
    Unreadable,
    WatchTrouble,
)
from forum_bridge.forums.html import address
from forum_bridge.forums.html.judge import as_reading_error, said, shows_login
from forum_bridge.forums.html.parse import any_present, parse_board, parse_thread
from forum_bridge.forums.html.preset import Preset
from forum_bridge.forums.reading.page import BoardPage, ThreadPage
from forum_bridge.model import ThreadRef
from forum_bridge.web.aside import aside
from forum_bridge.web.page import Page, Validators
from forum_bridge.web.session import ForumSession
from forum_bridge.web.verdict import of_reading

T = TypeVar("T")


class Pages:
    """The forum's pages as a preset sees them: the source of ``reading``."""

    def __init__(self, preset: Preset, session: ForumSession) -> None:
        self._preset = preset
        self._session = session
        self._bells = True
        self.pages_a_poll = preset.pages_a_poll
        self.threads_a_poll = preset.threads_a_poll

    def require_account(self) -> None:
        """Raise SignInNeeded when the bridge has an account there and is not signed in."""
        if self._preset.login is not None and self._session.credentials is not None and not self._session.signed_in:
            raise SignInNeeded

    async def thread(self, url: str) -> ThreadPage:
        """Return one page of a thread. Raises what ``ForumSession.get`` raises, SignInNeeded, Forbidden, Gone,
        Unreadable."""
        return await self._thread(await self._get(url))

    async def revisit(self, url: str, validators: Validators) -> tuple[ThreadPage | None, Validators]:
        """Return a page of a thread again, None if it is unchanged, and the marks for the next time. Raises as
        ``thread``."""
        rung = await self._rung(url, validators)
        if rung is not None:
            return (None, validators) if rung.unchanged else (await self.thread(url), rung.validators)
        page = await self._get(url, validators)
        if page.unchanged:
            return None, validators
        return await self._thread(page), page.validators

    async def _rung(self, url: str, validators: Validators) -> Page | None:
        """Ask the thread's bell; None where it has none. One that cannot be asked is not asked again."""
        bell = address.bell(url, self._preset) if self._bells else None
        if bell is None:
            return None
        try:
            return await self._get(bell, validators)
        except (Gone, Forbidden, RobotsForbid, Unreadable) as error:
            structlog.get_logger().info("thread.no_bell", bell=bell, reason=str(error))
            self._bells = False
            return None

    async def board(self, url: str) -> BoardPage:
        """Return one page of a board. Raises as ``thread`` does."""
        page = await self._get(url)
        return await self._parsed(page, lambda: parse_board(page.html, page.url, self._preset, page.date))

    def ref(self, url: str) -> ThreadRef:
        """Return the thread that an address names. Raises WatchTrouble when it names none."""
        return address.thread_ref(url, self._preset)

    def named(self, url: str) -> str | None:
        """Return the id of the thread that an address names; None for a post's address."""
        if address.names_post(url, self._preset):
            return None
        try:
            return self.ref(url).id
        except WatchTrouble:
            return None

    def entrance(self, url: str) -> str:
        """Return the address to begin reading at; see ``address.entrance``."""
        return address.entrance(url, self._preset)

    async def _get(self, url: str, validators: Validators | None = None) -> Page:
        """Fetch a page. What the forum refuses is explained by its own words: SMF answers 403 for a topic that is gone.
        Where we are let in no longer, find out whether that is because the session has ended."""
        page = await self._session.get(url, validators=validators, refusals=True)
        trouble = of_reading(page)
        if trouble is None:
            return page
        self._explain(page)
        await self.check_session(trouble)
        raise trouble

    async def check_session(self, trouble: BridgeError) -> None:
        """Raise SignInNeeded when we were refused because the session has ended, as far as that can be seen."""
        login = self._preset.login
        if login is None or not (isinstance(trouble, Forbidden) and self._session.signed_in):
            return
        try:
            home = await self._session.get(address.at_root(self._session.base_url, login.home))
        except WatchTrouble:
            return
        self.check_account(home)

    async def _thread(self, page: Page) -> ThreadPage:
        evidence = Evidence(page.url, page.html)

        def parse() -> ThreadPage:
            return replace(parse_thread(page.html, page.url, self._preset, page.date), evidence=evidence)

        return await self._parsed(page, parse)

    async def _parsed(self, page: Page, parse: Callable[[], T]) -> T:
        return await aside(len(page.html), self._judged, page, parse)

    def _judged(self, page: Page, parse: Callable[[], T]) -> T:
        """Parse a page; where that fails, let the page's own words explain it. A signed-out page is never read as
        ours."""
        try:
            parsed = parse()
        except Unreadable as error:
            _seen_on(page, error)
            self._explain(page)
            raise
        self.check_account(page)
        return parsed

    def check_account(self, page: Page) -> None:
        """Raise SignInNeeded when we should be signed in and the page shows that we are not."""
        if not self._session.signed_in or self._session.credentials is None or not self._preset.signed_in:
            return
        root = LexborHTMLParser(page.html).root
        if root is not None and not any_present(self._preset.signed_in, root):
            self._session.signed_in = False
            raise _seen_on(page, SignInNeeded(f"{page.url} was made for a guest: the forum has signed us out."))

    def _explain(self, page: Page) -> None:
        """Raise what the page says. A form to sign in says more than words: to guests SMF calls a topic gone that only
        members may see."""
        account = self._session.credentials is not None
        word = said(page.html, self._preset)
        error = as_reading_error(word, page.url, account=account) if word else None
        if not isinstance(error, Retry) and shows_login(page.html, self._preset):
            error = SignInNeeded() if account else error
            error = error or Forbidden(f"{page.url} shows a form to sign in instead of posts.")
            _seen_on(page, error)
        if isinstance(error, SignInNeeded):
            self._session.signed_in = False
        if error is not None:
            raise error from None


def _seen_on(page: Page, error: BridgeError) -> BridgeError:
    error.evidence = Evidence(page.url, page.html)
    return error
