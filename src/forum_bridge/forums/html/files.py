"""Hangs an answer's files on the form that posts it: on the form itself, or one by one before it where the engine wants
that. Uploading posts nothing; what becomes of the post is judged elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from selectolax.lexbor import LexborHTMLParser

from forum_bridge.errors import BridgeError, FilesRefused, Retry, Unclear, WatchTrouble
from forum_bridge.forums.html.judge import as_posting_error, messages, said
from forum_bridge.forums.html.preset import Preset
from forum_bridge.forums.html.preset_parts import Reply, ReplyFiles
from forum_bridge.model import Attachment, Upload
from forum_bridge.web.forms import Form, find_form
from forum_bridge.web.page import Page
from forum_bridge.web.session import ForumSession

TOO_LARGE = 413  # what a server answers before the forum itself has seen anything


def takes(files: ReplyFiles, name: str, size: int | None) -> bool:
    """Return whether the forum takes a file of this name and size (bytes, if known)."""
    _, dot, kind = name.rpartition(".")
    fits = size is None or files.largest is None or size <= files.largest
    return fits and (not files.kinds or (bool(dot) and kind.lower() in files.kinds))


def held(page: Page, files: ReplyFiles) -> int:
    """Return how many files the forum shows to hold for the post that is being written."""
    root = LexborHTMLParser(page.html).root
    return sum(len(root.css(selector)) for selector in files.taken) if root is not None else 0


def left_out(sent: Iterable[Upload], shown: Sequence[Attachment]) -> tuple[str, ...]:
    """Return the names of files that were sent with a post and do not hang on it; all, where names do not tell which,
    since engines change them."""
    names = [file.name for file in sent]
    if len(shown) >= len(names):
        return ()
    there = {attachment.name.casefold() for attachment in shown}
    return tuple(name for name in names if name.casefold() not in there) or tuple(names)


class Hanging:
    """Hangs files on one forum's form."""

    def __init__(self, preset: Preset, reply: Reply, files: ReplyFiles, session: ForumSession) -> None:
        self._preset = preset
        self._reply = reply
        self._files = files
        self._session = session

    async def hang(self, page: Page, form: Form, text: str, files: Sequence[Upload]) -> tuple[Page, Form]:
        """Return the page and the form to post with.

        Raises FilesRefused if the forum does not take them, Retry and SignInNeeded; nothing is posted in any case."""
        if self._files.add is None:
            return page, self._carrying(form, files)
        for file in files:
            page, form = await self._add(self._files.add, page, form, text, file)
        return page, form

    async def _add(self, button: str, page: Page, form: Form, text: str, file: Upload) -> tuple[Page, Form]:
        try:
            filled = self._carrying(form, [file]).filled({self._reply.text: text}).pressing(button)
            answer = await self._session.submit(filled, referer=page.url, age=self._preset.form_age)
        except (Unclear, WatchTrouble) as error:
            raise Retry(str(error), explanation=error.explanation) from error
        again = find_form(answer, self._reply.form)
        if again is not None and held(answer, self._files) > held(page, self._files):
            return answer, again
        raise self._why_not(answer, file)

    def _why_not(self, answer: Page, file: Upload) -> BridgeError:
        word = said(answer.html, self._preset)
        told = f"The forum did not keep {file.name}: {' '.join(messages(answer.html, self._preset))[:300]}"
        if answer.status == TOO_LARGE:
            return FilesRefused(told)
        if word is not None:
            return as_posting_error(word) or Retry(told)
        return Retry(told) if find_form(answer, self._reply.form) is None else FilesRefused(told)

    def _carrying(self, form: Form, files: Sequence[Upload]) -> Form:
        try:
            return form.carrying(zip(self._fields(form, len(files)), files, strict=True))
        except (WatchTrouble, ValueError) as error:
            raise FilesRefused(f"The form to reply has no place for files: {error}") from error

    def _fields(self, form: Form, count: int) -> list[str]:
        """Return the fields for so many files; numbered ones as the page numbers them."""
        before, numbered, after = self._files.field.partition("{n}")
        if not numbered:
            return [self._files.field] * count
        name = re.compile(rf"{re.escape(before)}\d+{re.escape(after)}")
        return [each for each in form.takes if name.fullmatch(each)][:count]
