"""The files of agents' answers as the forum's readers get them: where the bridge has a public address through it, under
a link that cannot be guessed; else from the desk's own address. Stores nothing: a link carries what it names and the
proof that we made it, and holds as long as ``webhook.secret``, since the post that shows it has no end either."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from contextlib import AbstractAsyncContextManager
from html import escape
from urllib.parse import quote

from forum_bridge.ledger.answers import AnswerRow
from forum_bridge.markup.answer import answer_text
from forum_bridge.model import Attachment
from forum_bridge.web.address import belongs
from forum_bridge.web.fetch import Bounds, Fetcher
from forum_bridge.web.file_name import clean_name, name_in
from forum_bridge.web.incoming import Incoming

BOUNDS = Bounds(25_000_000, 300.0)  # a reader may be slow
_TOKEN = re.compile(r"([0-9]{1,19})-([0-9]{1,4})-([A-Za-z0-9_-]{32})", re.ASCII)
_PICTURES = frozenset(("png", "jpg", "jpeg", "gif", "webp", "avif"))


class AnswerFiles:
    """Makes links to one desk's files, knows its own again, and fetches what they name: from the desk's host alone,
    which may redirect to another public one where it keeps its files."""

    def __init__(self, desk: str, desk_url: str, public_url: str | None, secret: str, fetcher: Fetcher) -> None:
        self.desk = desk
        self._desk_url = desk_url
        self._public_url = public_url.rstrip("/") if public_url else None
        self._secret = secret.encode()
        self._fetcher = fetcher

    def html(self, answer: AnswerRow, hung: frozenset[int] = frozenset()) -> str:
        """Return an answer's files as HTML, "" without any: each a link with its name, below a picture where we serve
        one; of those at the places ``hung``, which hang on the post, the bare name."""
        places = range(len(answer.attachments))
        return "".join(self._name(answer, each) if each in hung else self._one(answer, each) for each in places)

    def token(self, message_id: int, index: int) -> str:
        """Return what names and proves one file of one answer."""
        what = f"{message_id}-{index}"
        proof = hmac.digest(self._secret, f"answer's file\0{self.desk}\0{what}".encode(), hashlib.sha256)[:24]
        return f"{what}-{base64.urlsafe_b64encode(proof).decode()}"

    def named(self, token: str) -> tuple[int, int] | None:
        """Return the message id and the file's index that a token of ours names; None for any other text."""
        parts = _TOKEN.fullmatch(token)
        if parts is None:
            return None
        message_id, index = int(parts[1]), int(parts[2])
        return (message_id, index) if hmac.compare_digest(token, self.token(message_id, index)) else None

    def open(self, file: Attachment, bounds: Bounds = BOUNDS) -> AbstractAsyncContextManager[Incoming]:
        """Fetch a file that ``serves`` allows. Raises as ``Fetcher.open``."""
        return self._fetcher.open(file.url, bounds)

    def serves(self, file: Attachment) -> bool:
        """Say whether a file lies on the desk's host, so that we pass it on."""
        return belongs(file.url, self._desk_url)

    def _name(self, answer: AnswerRow, index: int) -> str:
        return f"<p>📎 {escape(name_of(answer.attachments[index]))}</p>"

    def _one(self, answer: AnswerRow, index: int) -> str:
        file = answer.attachments[index]
        name, address = name_of(file), escape(self._address(answer, index))
        link = f'<p>📎 <a href="{address}">{escape(name)}</a></p>'
        picture = self._passed_on(file) and name.rpartition(".")[2].lower() in _PICTURES
        return f'<p><img src="{address}" alt="{escape(name)}"></p>{link}' if picture else link

    def _address(self, answer: AnswerRow, index: int) -> str:
        file = answer.attachments[index]
        if not self._passed_on(file):
            return file.url
        return f"{self._public_url}/files/{self.token(answer.message_id, index)}/{quote(name_of(file), safe='')}"

    def _passed_on(self, file: Attachment) -> bool:
        return self._public_url is not None and self.serves(file)


def said(answer: AnswerRow) -> str:
    """Return the visible text of an answer with its files' lines, to be looked for in a post."""
    lines = [answer_text(answer.body or "", answer.is_html), *(f"📎 {name_of(file)}" for file in answer.attachments)]
    return "\n\n".join(filter(None, lines))


def name_of(file: Attachment) -> str:
    """Return the name under which an answer's file stands on the forum."""
    return clean_name(file.name or name_in(file.url), file.mime or "")
