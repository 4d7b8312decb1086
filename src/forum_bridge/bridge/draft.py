"""Turns an agent's answer from the ledger into a draft in the engine's markup: quote, mention, answer, signature."""

from __future__ import annotations

from forum_bridge.bridge.agents import Agents
from forum_bridge.bridge.answer_files import AnswerFiles
from forum_bridge.bridge.answer_uploads import Packed
from forum_bridge.bridge.context import Names, names_of
from forum_bridge.bridge.layout import Layout
from forum_bridge.bridge.sealed import OpenDraft, SealedDraft
from forum_bridge.bridge.site import Site
from forum_bridge.forums.contract import CanQuote
from forum_bridge.ledger import posts
from forum_bridge.ledger.answers import AnswerRow
from forum_bridge.ledger.conversations import Conversation
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.posts import PostRow
from forum_bridge.ledger.threads import ThreadRow
from forum_bridge.markup import quote as common
from forum_bridge.markup.answer import to_markup
from forum_bridge.markup.clean import clean_post
from forum_bridge.model import Draft, Markup, Quote, author_of
from forum_bridge.web.aside import aside


class Drafting:
    """Reads the ledger and the agents' names; writes nothing."""

    def __init__(self, ledger: Ledger, agents: Agents, files: AnswerFiles) -> None:
        self._ledger = ledger
        self._agents = agents
        self._files = files

    async def draft(
        self, site: Site, answer: AnswerRow, owner: Conversation, thread: ThreadRow, packed: Packed
    ) -> OpenDraft | SealedDraft:
        """Return the post to write, with the files that hang on it; sealed where not everybody may read it, and then
        without any. Raises NotPosted if nothing would be left to say, Retry if Deskie must be asked first."""
        layout = await self.layout(site, answer, owner, thread)
        files = self._files.html(answer, packed.places)
        body, part, parts = answer.body or "", answer.part, answer.parts
        length = len(body) + len(files)
        text = await aside(length, layout.text, body, is_html=answer.is_html, files=files, part=part, parts=parts)
        key = f"{answer.desk}:{answer.message_id}:{part}"
        draft = Draft(text, packed.uploads, key, to=layout.to, agent=layout.speaker)
        return SealedDraft(draft) if _for_one_reader(answer, thread) else OpenDraft(draft)

    async def layout(self, site: Site, answer: AnswerRow, owner: Conversation, thread: ThreadRow) -> Layout:
        """Return what stands around the answer. Raises Retry if Deskie must be asked first."""
        agent = await self._agents.public_name(answer.staff_id, site.config.answers.aliases)
        async with self._ledger.reading() as db:
            asked = await posts.newest_delivered(db, owner.id, answer.received_at)
        length, alone = len((asked and asked.html) or ""), _for_one_reader(answer, thread)
        return await aside(length, layout_of, site, thread, asked, agent, for_one_reader=alone)

    def linked(self, answer: AnswerRow) -> str:
        """Return the answer's files as HTML, all of them as links: the longest way to show them."""
        return self._files.html(answer)


def layout_of(site: Site, thread: ThreadRow, asked: PostRow | None, agent: str, *, for_one_reader: bool) -> Layout:
    """Return what stands around an answer by ``agent`` (a public name) to the post ``asked``. Pure."""
    markup, quoted = site.adapter.markup, _quote(site, asked) if asked else None
    return Layout(
        site.config.answers.template,
        markup,
        _in_engine(site, quoted, "quote"),
        "" if for_one_reader else _in_engine(site, quoted, "mention"),
        _safe(agent, markup),
        _escaped(names_of(site, thread, asked), markup),
        quoted,
        agent,
    )


def _for_one_reader(answer: AnswerRow, thread: ThreadRow) -> bool:
    return answer.private or thread.ref.private


def _escaped(names: Names, markup: Markup) -> Names:
    """What people wrote elsewhere (names, titles) must not act as markup here; addresses and ids stay as they are."""
    spoken = {"name", "title"}
    return {
        root: {key: _safe(value, markup) if key in spoken else value for key, value in values.items()}
        for root, values in names.items()
    }


def _safe(text: str, markup: Markup) -> str:
    return to_markup(text, is_html=False, markup=markup).strip()


def _quote(site: Site, asked: PostRow) -> Quote:
    text = clean_post(asked.html or "", asked.url).text
    author = author_of(asked.author_key, asked.author_name)
    return Quote(asked.post_id, author, asked.url, common.quoted(site.adapter.markup, text), asked.written_at)


def _in_engine(site: Site, quoted: Quote | None, what: str) -> str:
    if quoted is None:
        return ""
    if isinstance(site.adapter, CanQuote):
        return site.adapter.quote(quoted) if what == "quote" else site.adapter.mention(quoted)
    make = common.quote if what == "quote" else common.mention
    return make(site.adapter.markup, quoted)
