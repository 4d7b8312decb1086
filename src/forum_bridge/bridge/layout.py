"""What stands around an answer's text in its posts: quote and mention in the first, files and signature in the last,
the number of the part in each of several. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from forum_bridge.bridge.context import Names
from forum_bridge.errors import NotPosted
from forum_bridge.markup.answer import to_markup
from forum_bridge.markup.template import Template
from forum_bridge.model import Markup, Quote


@dataclass(frozen=True, slots=True)
class Layout:
    """One answer's; all texts but ``template`` stand in the engine's markup. ``to`` is what it answers, ``speaker`` the
    agent's public name as it is."""

    template: str
    markup: Markup
    quote: str
    mention: str
    agent: str
    names: Names
    to: Quote | None = None
    speaker: str = ""

    def text(self, body: str, *, is_html: bool, files: str, part: int, parts: int) -> str:
        """Return the text of one post; ``files`` is HTML. Raises NotPosted if nothing would be left to say."""
        texts = [to_markup(body, is_html, self.markup), to_markup(files, is_html=True, markup=self.markup)]
        said = "\n\n".join(filter(None, texts))
        if not said.strip():
            raise NotPosted("the answer is empty", explanation="Write the answer again in the case.")
        room = 200_000 + 2 * len(said)  # a template may not grow without end, however long an answer is
        return Template(self.template, limit=room).render(
            quote=self.quote if part == 1 else "",
            mention=self.mention if part == 1 else "",
            part=f"{part}/{parts}" if parts > 1 else "",
            body=said,
            agent={"name": self.agent if part == parts else ""},
            **self.names,
        )
