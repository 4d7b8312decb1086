"""An answer's full wording, and for whom it is. Deskie's webhook is only known to carry plain text (api: `content`),
and anybody who knows its address can send one; so what is published is what the case shows, bold, links and lists with
it, unless that is an internal note."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace

from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.bridge.addressee import Addressee
from forum_bridge.bridge.answer_files import said
from forum_bridge.bridge.around import Around
from forum_bridge.bridge.desk_word import DeskWord, NotShown, Shown, among
from forum_bridge.bridge.owner import claimed, owner_of
from forum_bridge.bridge.privacy import Privacy
from forum_bridge.bridge.site import Site
from forum_bridge.config import AnswersConfig, Echo
from forum_bridge.deskie import Message, Origin
from forum_bridge.deskie.answer_body import body_of
from forum_bridge.errors import BridgeError, Held, NotAnAnswer
from forum_bridge.ledger import answers, bodies, put_back
from forum_bridge.ledger.answers import AnswerRow
from forum_bridge.ledger.conversations import Conversation
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.states import State
from forum_bridge.markup.answer import answer_text
from forum_bridge.markup.compare import fingerprint
from forum_bridge.model import Clock


class Wording:
    """Asks Deskie for each answer, and keeps what it learned in the ledger: that an answer is private before anything
    else, so that nothing which goes wrong later can make it public."""

    def __init__(
        self, ledger: Ledger, word: DeskWord, addressee: Addressee, around: Around, privacy: Privacy, clock: Clock
    ) -> None:
        self._ledger = ledger
        self._word = word
        self._addressee = addressee
        self._around = around
        self._privacy = privacy
        self._clock = clock
        self._looked: dict[str, set[int]] = {}
        self._not_shown: set[int] = set()

    async def full(self, site: Site, answer: AnswerRow) -> tuple[AnswerRow, Conversation]:
        """Return the answer with its HTML, or as it is if Deskie has none, and its conversation.

        Raises NotAnAnswer if it is an internal note, the customer's own message or a rule's that is to stay inside,
        whatever its webhook said; NotShown or NeverShown if Deskie does not show it; Retry when Deskie cannot be asked
        now; and what ``Addressee.check``, ``Privacy``, ``owner_of`` and ``Around.check`` raise."""
        if answer.parts > 1:  # what was split has its full wording, and must stay as it is
            return answer, await self._owner(answer)
        messages, customers = await self._word.newest(answer), await self._customers(answer)
        told = among(messages or (), answer)
        shown = Shown(told, answer.case_id, messages or ()) if told is not None and answer.case_id is not None else None
        if shown is None and (site.config.answers.verify or answer.origin == Origin.UNTOLD):
            answer, shown = await self._elsewhere(site, answer, customers)
            messages = shown.beside
        if shown is not None:
            _check_is_one(site.config.answers, shown.message)
            await self._addressee.check(site, answer, customers, shown)
        answer = await self._settled(site, answer, shown)
        owner = await self._owner(answer)
        if messages is not None:
            holder = answer.case_id if shown is None else shown.case_id
            await self._around.check(replace(answer, case_id=holder), owner, messages)
        return answer, owner

    async def look_early(self, site: Site, waiting: Sequence[AnswerRow]) -> bool:
        """Note of answers whose turn has not come yet that they are private: until then their case may lose its label.
        False if Deskie could not be asked about all; then this is to be done again soon."""
        config = site.config.answers
        looked = self._looked.get(site.name, set()) & {each.id for each in waiting}
        self._looked[site.name] = looked
        for answer in waiting if config.private_label is not None else ():
            if answer.id in looked or answer.private or answer.parts > 1 or await self._may_stand_in_public(answer):
                continue
            try:
                if await self._privacy.labelled(config, answer):
                    await self._make_private(answer)
            except Held:
                pass  # it is told once its turn has come
            except BridgeError:
                return False
            looked.add(answer.id)
        return True

    async def _may_stand_in_public(self, answer: AnswerRow) -> bool:
        """Whether a public write of an answer was begun: then it is looked for where that wrote. Of one that only a
        lost ledger can have written nobody knows where it did."""
        if answer.state is State.WAITING:
            return False
        async with self._ledger.reading() as db:
            return await put_back.doubted(db, answer.sending_at) is None

    async def _make_private(self, answer: AnswerRow) -> None:
        await self._ledger.commit(lambda db: answers.change(db, answer.id, private=True))

    def stands_aside(self, answer: AnswerRow) -> bool:
        """Whether an answer keeps no other back: Deskie does not show it, so it may never be one."""
        return answer.id in self._not_shown

    async def _customers(self, answer: AnswerRow) -> frozenset[str]:
        """Return the ids that we gave the customers to whom an answer may belong."""
        async with self._ledger.reading() as db:
            return frozenset(each.custom_id for each in await claimed(db, answer))

    async def _elsewhere(self, site: Site, answer: AnswerRow, customers: frozenset[str]) -> tuple[AnswerRow, Shown]:
        """Return an answer, its case known if its webhook named none, and where Deskie shows its message."""
        self._not_shown.discard(answer.id)
        try:
            shown = await self._word.elsewhere(answer, customers, site.channel)
        except NotShown:
            self._not_shown.add(answer.id)
            raise
        if answer.case_id is None:
            answer = replace(answer, case_id=shown.case_id)
            await self._ledger.commit(lambda db: answers.change(db, answer.id, case_id=shown.case_id))
        return answer, shown

    async def _owner(self, answer: AnswerRow) -> Conversation:
        return await self._ledger.commit(lambda db: owner_of(db, answer))

    async def _settled(self, site: Site, answer: AnswerRow, shown: Shown | None) -> AnswerRow:
        """Return the answer as it is to be sent, once the ledger has it so."""
        config, told = site.config.answers, shown.message if shown is not None else None
        worded = _worded(answer, told, alone=config.verify)
        told_too = [(told.html, True), (told.text, False)] if told is not None else []
        marked = await self._privacy.marked(config, worded, told_too)
        if answer.private and not marked and fingerprint(said(worded)) != fingerprint(said(answer)):
            # what the case says more may be its mark, which the configuration does not know any more
            return _among(worded, answer) if config.verify and told is not None else answer
        if answer.private or marked or await self._labelled(config, answer, shown):
            await self._make_private(answer)
            worded = replace(await self._privacy.unmarked(config, worded), private=True)
        if worded != answer:
            await self._keep(worded)
        return worded

    async def _labelled(self, config: AnswersConfig, answer: AnswerRow, shown: Shown | None) -> bool:
        """Whether the label stands on any case in which an answer may have been written."""
        if config.private_label is None:
            return False
        if await self._privacy.labelled(config, answer):
            return True
        for case_id in await self._addressee.written_in(answer, shown) if shown is not None else ():
            if await self._privacy.labelled(config, replace(answer, case_id=case_id)):
                return True
        return False

    async def _keep(self, answer: AnswerRow) -> None:
        now = self._clock()
        files = [asdict(file) for file in answer.attachments]

        async def work(db: AsyncConnection) -> None:
            if answer.body_id is not None:
                await bodies.replace(db, answer.body_id, answer.body or "", now=now)
            await answers.change(db, answer.id, is_html=answer.is_html, attachments=files)

        await self._ledger.commit(work)


def _check_is_one(config: AnswersConfig, told: Message) -> None:
    """Raise NotAnAnswer if a message is no answer that may leave the desk."""
    if told.note:
        raise NotAnAnswer("it is an internal note")
    if told.user_id and not told.staff_id and not told.sent_via_rule:
        raise NotAnAnswer("the customer wrote it")
    if told.sent_via_rule and config.from_rules is Echo.IGNORE:
        raise NotAnAnswer("a rule sent it, and answers.from_rules is ignore")


def _worded(answer: AnswerRow, told: Message | None, *, alone: bool) -> AnswerRow:
    """Return the answer with what the case tells: that ``alone``, else only where it tells it better: its HTML, and the
    files' names where the webhook may give bare addresses."""
    if told is None:
        return answer
    if alone or (told.attachments and len(told.attachments) >= len(answer.attachments)):
        answer = replace(answer, attachments=told.attachments)
    body, is_html = body_of(told.html, told.text)
    return replace(answer, body=body, is_html=is_html) if body or alone else answer


def _among(worded: AnswerRow, answer: AnswerRow) -> AnswerRow:
    """Return a private answer as its webhook told it, with the files that its case shows. Raises Held if the case does
    not say that."""
    bare = answer_text(answer.body or "", answer.is_html)
    if fingerprint(bare) not in fingerprint(answer_text(worded.body or "", worded.is_html)):
        raise Held(
            "its webhook told it as a private answer, and in other words than Deskie shows",
            explanation="Nothing was sent. Answer once more on Deskie, then drop this item.",
        )
    return replace(answer, attachments=worded.attachments)
