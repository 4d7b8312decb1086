"""Renders a stage as HTML in one language: the window, its parts when they change, and the forum's page. Decides
nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict

from forum_bridge.sandbox.look.page import templates
from forum_bridge.web.address import shown
from forum_bridge.workbench.trying.wording import advice, status, told, words
from forum_bridge.workbench.window.inert import inert, language_of, plain
from forum_bridge.workbench.window.marks import ORDER, legend, marks
from forum_bridge.workbench.window.posts import cards, rows
from forum_bridge.workbench.window.stage import Stage

_PARTS = ("status", "legend", "panel")


class News(TypedDict):
    """What has changed, as the window takes it: the stage's version, HTML by part, and the page's version."""

    change: int
    page: int
    parts: dict[str, str]


class Painting:
    """The pages of one stage."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._templates = templates(Path(__file__).with_name("pages"))

    def window(self, lang: str) -> str:
        """Return the whole window."""
        return self._render("window.html", lang)

    def news(self, lang: str) -> News:
        """Return what of the window changes."""
        parts = {name: self._render(f"{name}.html", lang) for name in _PARTS}
        return {"change": self._stage.version, "page": self._stage.shown, "parts": parts}

    def page(self, lang: str) -> str:
        """Return the forum's page, inert and marked; its colours are those of the last good view."""
        view, seen, t = self._stage.view, self._stage.subject.seen, words(lang)
        found = view.attempt.examined if view is not None else None
        names = {key: t(f"label.{key}") for key in ORDER}
        body = inert(seen, marks(found) if found is not None else {}, names)
        return self._templates.get_template("page.html").render(body=body, language=language_of(seen))

    def _render(self, template: str, lang: str) -> str:
        stage, t = self._stage, words(lang)
        view = stage.view
        attempt = view.attempt if view is not None else None
        found = attempt.examined if attempt is not None else None
        return self._templates.get_template(template).render(
            t=t,
            lang=lang,
            stage=stage,
            subject=stage.subject,
            url=shown(stage.subject.seen.url),
            view=view,
            status=status(attempt, t) if attempt is not None else "",
            findings=[(each, told(each, t), advice(each, t)) for each in attempt.findings] if attempt else [],
            legend=legend(found) if found is not None else [],
            cards=cards(view, t) if view is not None else [],
            rows=rows(view, t) if view is not None else [],
            plain=plain,
            language=language_of(stage.subject.seen),
        )
