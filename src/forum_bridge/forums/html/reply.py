"""Posts an answer through the forum's own form and judges what the forum made of it. It sends a text twice only when
the forum has said that the first time posted nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from secrets import token_hex

from selectolax.lexbor import LexborHTMLParser

from forum_bridge.errors import BridgeError, FilesRefused, NotPosted, Retry, SignInNeeded, Unclear, WatchTrouble
from forum_bridge.forums.html.address import under_root
from forum_bridge.forums.html.files import Hanging, held, left_out
from forum_bridge.forums.html.judge import as_posting_error, messages, said, shows_login
from forum_bridge.forums.html.pages import Pages
from forum_bridge.forums.html.parse import any_present, parse_thread
from forum_bridge.forums.html.preset import Preset
from forum_bridge.forums.html.preset_parts import Reply
from forum_bridge.forums.html.value import first_found
from forum_bridge.forums.reading.page import ThreadPage
from forum_bridge.markup.urls import without_session
from forum_bridge.model import Draft, PostId, Receipt, ReceiptState, ThreadRef, Upload, number_of
from forum_bridge.web.forms import Form, find_form
from forum_bridge.web.page import Page
from forum_bridge.web.refresh import leads_on
from forum_bridge.web.session import ForumSession
from forum_bridge.web.verdict import of_reading


class Writer:
    """Writes into threads of one forum. ``fields`` are sent besides the text; ``never`` finds the addresses where
    nothing may be written, whatever a form leads to."""

    def __init__(
        self,
        preset: Preset,
        reply: Reply,
        session: ForumSession,
        pages: Pages,
        *,
        fields: Mapping[str, str] | None = None,
        never: str | None = None,
    ) -> None:
        self._preset = preset
        self._reply = reply
        self._session = session
        self._pages = pages
        self._fields = fields or {}
        self._never = never

    async def reply(self, thread: ThreadRef, draft: Draft) -> Receipt:
        """Post ``draft``. Raises Retry, SignInNeeded, NotPosted (FilesRefused where its files are the reason) or
        Unclear; the receipt has no id where none was shown."""
        page = self._reply.page
        address = thread.url if page is None else under_root(page, thread, self._preset)
        newest = await self._newest(thread) if self._reply.merges else None
        receipt = await self.write(address, draft)
        posted = number_of(receipt.post_id or "")
        if newest is None or posted is None or posted > newest or receipt.state is not ReceiptState.POSTED:
            return receipt
        return replace(receipt, state=ReceiptState.MERGED)

    async def _newest(self, thread: ThreadRef) -> int | None:
        """Return the highest number of a post at the thread's end; None where it cannot be read, which forbids no
        answer. Raises SignInNeeded."""
        try:
            page = await self._pages.thread(thread.url)
            last = page if page.pages.last is None else await self._pages.thread(page.pages.last)
        except SignInNeeded:
            raise
        except BridgeError:
            return None
        return max((number for post in last.posts if (number := number_of(post.id)) is not None), default=None)

    async def write(self, address: str, draft: Draft) -> Receipt:
        """Post ``draft`` by the form at an address. Raises as ``reply``."""
        page, form = await self._form(address)
        answer = await self._send(page, form, draft)
        word = said(answer.html, self._preset)
        if word is not None and word.meaning == "token" and self._posted(answer) is None:
            page, form = await self._form(address)
            answer = await self._send(page, form, draft)
        elif word is not None and word.meaning == "again" and (form_again := find_form(answer, self._reply.form)):
            left = self._still_to_hang(page, answer, draft)
            answer = await self._send(answer, form_again, replace(draft, files=left))
        return await self._receipt(answer, draft)

    def _still_to_hang(self, before: Page, answer: Page, draft: Draft) -> tuple[Upload, ...]:
        """Some engines keep the files of a form that they show again."""
        files = self._reply.files
        return draft.files[max(0, held(answer, files) - held(before, files)) :] if files is not None else draft.files

    async def _form(self, address: str) -> tuple[Page, Form]:
        """Fetch the form afresh: its tokens age."""
        try:
            page = await self._session.get(address, refusals=True)
        except WatchTrouble as error:  # blocked, too large, led elsewhere: nothing was sent
            raise Retry(str(error), explanation=error.explanation) from error
        trouble = of_reading(page)
        form = find_form(page, self._reply.form) if trouble is None else None
        if form is not None:
            self._pages.check_account(page)
            return page, form
        word = said(page.html, self._preset)
        if (refusal := as_posting_error(word) if word else None) is not None:
            raise refusal
        if trouble is not None:
            await self._pages.check_session(trouble)
            raise NotPosted(f"The form to reply is not to be had: {trouble}")
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
        self._keep_private(page, form)
        if self._reply.preview is not None:
            page, form = await self._previewed(page, form, draft)
        if draft.files:
            page, form = await self._hung(page, form, draft)
        filled = self._filled(form, draft, self._reply.button)
        self._keep_private(page, filled)
        try:
            return await self._session.submit(filled, referer=page.url, age=self._preset.form_age)
        except WatchTrouble as error:  # a challenge, or a form that leads to another host: the forum has not seen it
            raise Retry(str(error), explanation=error.explanation) from error

    def _keep_private(self, page: Page, form: Form) -> None:
        if self._never is not None and any(re.search(self._never, each) for each in (page.url, form.action)):
            raise NotPosted(f"The form leads from the private conversation to a public place: {page.url}")

    async def _hung(self, page: Page, form: Form, draft: Draft) -> tuple[Page, Form]:
        if self._reply.files is None:
            raise FilesRefused("The adapter does not know how to hang files on an answer.")
        hanging = Hanging(self._preset, self._reply, self._reply.files, self._session)
        return await hanging.hang(page, form, draft.text, draft.files)

    async def _previewed(self, page: Page, form: Form, draft: Draft) -> tuple[Page, Form]:
        """Ask for a preview, which posts nothing, and return the page with the form that posts."""
        try:
            filled = self._filled(form, draft, self._reply.preview)
            shown = await self._session.submit(filled, referer=page.url, age=self._preset.form_age)
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
        own = {name: value.replace("{random}", token_hex(16)) for name, value in self._reply.fields.items()}
        try:
            filled = form.filled({**form.fitting(own), **self._fields, self._reply.text: draft.text})
            return filled.pressing(button) if button else filled
        except WatchTrouble as error:  # a field or button that the preset names is missing: nothing was sent
            raise Retry(str(error), explanation=error.explanation) from error

    async def _receipt(self, answer: Page, draft: Draft) -> Receipt:
        """Judge the page that followed: the new post's id first, then the forum's words, then what kind of page it is.
        A refusal that nobody foresaw is laid to the files if there are any: without them a second try tells."""
        posted = self._posted(answer)
        if posted is not None:
            shown = await self._led_on(answer) if draft.files else answer
            return replace(posted, without=self._without(shown, posted, draft))
        word = said(answer.html, self._preset)
        if word is not None and word.meaning == "queued":
            return Receipt(state=ReceiptState.QUEUED)
        if word is not None and word.meaning == "file_refused" and self._thread_page(answer) is not None:
            raise Unclear(f"The forum shows the thread and says of a file: {word.words}")
        if (error := as_posting_error(word) if word else None) is not None:
            raise error
        if word is not None:
            raise Retry(f"The forum did not take the form: {word.words}")
        if answer.status == 401 or shows_login(answer.html, self._preset):
            raise SignInNeeded
        text = " ".join(messages(answer.html, self._preset))[:300]
        if answer.status >= 400:
            refused = FilesRefused if draft.files else NotPosted
            raise refused(f"The forum refused the answer with status {answer.status}: {text}")
        if self._thread_page(answer) is not None:
            return Receipt()  # led back to the thread without a word, as SMF does: the post has to be looked for
        if (form := find_form(answer, self._reply.form)) is not None:
            unsent = dict(form.fields).get(self._reply.text, "").strip()  # an empty form may follow a post
            refused = FilesRefused if draft.files and unsent else NotPosted
            raise refused(f"The forum showed the form again: {text}")
        raise Unclear(f"The forum answered the post with a page that the adapter does not know: {text}")

    def _posted(self, answer: Page) -> Receipt | None:
        """Return the receipt when the addresses we were led over, or the page, name the new post."""
        root = LexborHTMLParser(answer.html).root
        waits = root is not None and any_present(self._reply.queued, root)
        state = ReceiptState.QUEUED if waits else ReceiptState.POSTED
        if self._reply.posted_at is not None:
            for address in filter(None, (*answer.history, answer.url, leads_on(answer))):
                if match := re.search(self._reply.posted_at, address):
                    return Receipt(PostId(match[1] if match.re.groups else match[0]), without_session(address), state)
        found = first_found(self._reply.posted, root) if root is not None else None
        done = root is not None and any_present(self._reply.done, root)
        return Receipt(PostId(found) if found else None, state=state) if found or waits or done else None

    async def _led_on(self, answer: Page) -> Page:
        """Return the page that a page in between leads to; the post stands, whatever happens on the way to it."""
        target = leads_on(answer)
        try:
            return await self._session.get(target) if target is not None else answer
        except BridgeError:
            return answer

    def _without(self, answer: Page, posted: Receipt, draft: Draft) -> tuple[str, ...]:
        """Return the names of files that the forum has not hung on the post, as far as the page that followed shows
        it."""
        if not draft.files:
            return ()
        page = self._thread_page(answer)
        post = next((each for each in page.posts if each.id == posted.post_id), None) if page is not None else None
        if post is not None:
            return left_out(draft.files, post.attachments)
        word = said(answer.html, self._preset)
        refused = word is not None and word.meaning == "file_refused"
        return tuple(file.name for file in draft.files) if refused else ()

    def _thread_page(self, page: Page) -> ThreadPage | None:
        try:
            return parse_thread(page.html, page.url, self._preset, page.date)
        except WatchTrouble:
            return None
