"""Posts an answer through the forum's own form and judges what the forum made of it. It sends a text twice only when
the forum has said that the first time posted nothing."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser

from forum_bridge.errors import Forbidden, Gone, NotPosted, Retry, SignInNeeded, Unclear, WatchTrouble
from forum_bridge.forums.html.address import under_root
from forum_bridge.forums.html.judge import as_posting_error, messages, said, shows_login
from forum_bridge.forums.html.pages import Pages
from forum_bridge.forums.html.parse import ThreadPage, any_present, parse_thread
from forum_bridge.forums.html.preset import Preset, Reply
from forum_bridge.forums.html.value import first_found
from forum_bridge.model import Draft, PostId, Receipt, ReceiptState, ThreadRef
from forum_bridge.web.forms import Form, find_form
from forum_bridge.web.page import Page
from forum_bridge.web.session import ForumSession


class Writer:
    """Writes into threads of one forum."""

    def __init__(self, preset: Preset, reply: Reply, session: ForumSession, pages: Pages) -> None:
        self._preset = preset
        self._reply = reply
        self._session = session
        self._pages = pages

    async def reply(self, thread: ThreadRef, draft: Draft) -> Receipt:
        """Post ``draft``. Raises Retry, SignInNeeded, NotPosted or Unclear; the receipt has no id where none was
        shown."""
        page, form = await self._form(thread)
        answer = await self._send(page, form, draft)
        word = said(answer.html, self._preset)
        if word is not None and word.meaning == "token" and self._posted(answer) is None:
            page, form = await self._form(thread)
            answer = await self._send(page, form, draft)
        elif word is not None and word.meaning == "again" and (form_again := find_form(answer, self._reply.form)):
            answer = await self._send(answer, form_again, draft)
        return self._receipt(answer)

    async def _form(self, thread: ThreadRef) -> tuple[Page, Form]:
        """Fetch the form afresh: its tokens age, and phpBB wants it to be older than a second but not by much."""
        address = thread.url if self._reply.page is None else under_root(self._reply.page, thread, self._preset)
        try:
            page = await self._session.get(address)
        except (Gone, Forbidden) as error:
            raise NotPosted(f"The form to reply is not to be had: {error}") from error
        except WatchTrouble as error:  # blocked, too large, led elsewhere: nothing was sent
            raise Retry(str(error), explanation=error.explanation) from error
        form = find_form(page, self._reply.form)
        if form is not None:
            self._pages.check_account(page)
            return page, form
        word = said(page.html, self._preset)
        if (refusal := as_posting_error(word) if word else None) is not None:
            raise refusal
        self._pages.check_account(page)
        shown = self._thread_page(page)
        if shown is not None and shown.locked:
            raise NotPosted("The thread is closed.")
        raise Retry(
            f"{page.url} shows no form to reply: nothing there is a {self._reply.form}",
            explanation="Open the address in a browser as the bridge's account: theme or rights may have changed.",
        )

    async def _send(self, page: Page, form: Form, draft: Draft) -> Page:
        """Submit the form once. What the session raises goes up as it is: it alone knows whether anything was sent."""
        if self._reply.preview is not None:
            page, form = await self._previewed(page, form, draft)
        filled = self._filled(form, draft, self._reply.button)
        try:
            return await self._session.submit(filled, referer=page.url)
        except WatchTrouble as error:  # a challenge, or a form that leads to another host: the forum has not seen it
            raise Retry(str(error), explanation=error.explanation) from error

    async def _previewed(self, page: Page, form: Form, draft: Draft) -> tuple[Page, Form]:
        """Ask for a preview, which posts nothing, and return the page with the form that posts."""
        try:
            shown = await self._session.submit(self._filled(form, draft, self._reply.preview), referer=page.url)
        except (Unclear, WatchTrouble) as error:
            raise Retry(str(error), explanation=error.explanation) from error
        again = find_form(shown, self._reply.form)
        if again is None:
            word = said(shown.html, self._preset)
            raise (as_posting_error(word) if word else None) or Retry(
                f"{shown.url} shows no form after the preview: {' '.join(messages(shown.html, self._preset))[:300]}"
            )
        return shown, again

    def _filled(self, form: Form, draft: Draft, button: str | None) -> Form:
        try:
            filled = form.filled({self._reply.text: draft.text})
            return filled.pressing(button) if button else filled
        except WatchTrouble as error:  # a field or button that the preset names is missing: nothing was sent
            raise Retry(str(error), explanation=error.explanation) from error

    def _receipt(self, answer: Page) -> Receipt:
        """Judge the page that followed: the new post's id first, then the forum's words, then what kind of page it
        is."""
        posted = self._posted(answer)
        if posted is not None:
            return posted
        word = said(answer.html, self._preset)
        if word is not None and word.meaning == "queued":
            return Receipt(state=ReceiptState.QUEUED)
        if (error := as_posting_error(word) if word else None) is not None:
            raise error
        if word is not None:
            raise Retry(f"The forum did not take the form: {word.words}")
        if answer.status == 401 or shows_login(answer.html, self._preset):
            raise SignInNeeded
        text = " ".join(messages(answer.html, self._preset))[:300]
        if answer.status >= 400:
            raise NotPosted(f"The forum refused the answer with status {answer.status}: {text}")
        if self._thread_page(answer) is not None:
            return Receipt()  # led back to the thread without a word, as SMF does: the post has to be looked for
        if find_form(answer, self._reply.form) is not None:
            raise NotPosted(f"The forum showed the form again: {text}")
        raise Unclear(f"The forum answered the post with a page that the adapter does not know: {text}")

    def _posted(self, answer: Page) -> Receipt | None:
        """Return the receipt when the addresses we were led over, or the page, name the new post."""
        root = LexborHTMLParser(answer.html).root
        waits = root is not None and any_present(self._reply.queued, root)
        state = ReceiptState.QUEUED if waits else ReceiptState.POSTED
        if self._reply.posted_at is not None:
            for address in (*answer.history, answer.url):
                if match := re.search(self._reply.posted_at, address):
                    return Receipt(PostId(match[1] if match.re.groups else match[0]), address, state)
        found = first_found(self._reply.posted, root) if root is not None else None
        return Receipt(PostId(found) if found else None, state=state) if found or waits else None

    def _thread_page(self, page: Page) -> ThreadPage | None:
        try:
            return parse_thread(page.html, page.url, self._preset)
        except WatchTrouble:
            return None
