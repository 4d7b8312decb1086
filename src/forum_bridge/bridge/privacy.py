"""Which answers are not for everybody, by what the configuration says marks them, in doubt more rather than fewer; and
their wording without the mark. Decides nothing of where they go."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace

from forum_bridge.bridge.answer_files import AnswerFiles
from forum_bridge.bridge.case_labels import CaseLabels
from forum_bridge.config import AnswersConfig
from forum_bridge.deskie import AgentAnswer
from forum_bridge.errors import Held
from forum_bridge.ledger.answers import AnswerRow
from forum_bridge.markup.marker import Marker
from forum_bridge.model import Attachment

Text = tuple[str, bool]
"""One wording of an answer, and whether it is HTML."""


class Privacy:
    """Reads the labels of cases; writes nothing."""

    def __init__(self, labels: CaseLabels, files: AnswerFiles) -> None:
        self._labels = labels
        self._files = files

    async def marked(self, config: AnswersConfig, answer: AnswerRow, wordings: Iterable[Text] = ()) -> bool:
        """Say whether the marker stands in an answer, another wording of it or its files."""
        if config.private_marker is None:
            return False
        texts = [*_texts(answer), *wordings, (self._files.html(answer), True)]
        return await asyncio.to_thread(_stands, Marker(config.private_marker), texts)

    async def labelled(self, config: AnswersConfig, answer: AnswerRow) -> bool:
        """Say whether an answer's case carries the label. Raises Retry while it cannot be read, Held if it never
        can."""
        if config.private_label is None:
            return False
        if answer.case_id is None:
            raise Held(
                "the webhook named no case, so nobody can tell whether it carries the label for private answers",
                explanation="The answer was not published: send it by hand where it belongs.",
            )
        return await self._labels.carried(answer.case_id, config.private_label)

    async def unmarked(self, config: AnswersConfig, answer: AnswerRow) -> AnswerRow:
        """Return an answer without the marker. Raises Held where it cannot be taken out."""
        if config.private_marker is None:
            return answer
        marker = Marker(config.private_marker)
        body = await asyncio.to_thread(marker.without, answer.body or "", is_html=answer.is_html)
        files = _renamed(marker, answer.attachments)
        bare = replace(answer, body=body, is_html=True, attachments=files)
        if marker.stands_in(self._files.html(bare), is_html=True):
            raise Held(
                "what marks the answer stands in a file's address, where it cannot be taken out",
                explanation="Answer again with the file under another name.",
            )
        return bare


def as_received(config: AnswersConfig, answer: AgentAnswer) -> tuple[AgentAnswer, bool]:
    """Return an answer as its webhook told it without the marker, and whether that stood there; so it is private from
    the beginning, whatever the configuration says later. Where it cannot be taken out now, it stays until the answer is
    sent."""
    if config.private_marker is None or not _stands(marker := Marker(config.private_marker), _texts(answer)):
        return answer, False
    with suppress(Held):
        body = marker.without(answer.body, is_html=True) if answer.is_html else marker.out_of(answer.body)
        answer = replace(answer, body=body, attachments=_renamed(marker, answer.attachments))
    return answer, True


def _texts(answer: AnswerRow | AgentAnswer) -> list[Text]:
    return [(answer.body or "", answer.is_html), *((file.name, False) for file in answer.attachments)]


def _stands(marker: Marker, texts: Iterable[Text]) -> bool:
    return any(marker.stands_in(body, is_html=is_html) for body, is_html in texts)


def _renamed(marker: Marker, files: Sequence[Attachment]) -> tuple[Attachment, ...]:
    return tuple(replace(file, name=marker.out_of(file.name)) for file in files)
