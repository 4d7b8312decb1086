"""Owners' templates: what they see, what they cannot do, how a fault is told."""

from __future__ import annotations

import time

import pytest

from forum_bridge.errors import ConfigurationRefused
from forum_bridge.markup.template import Template, render_text, view
from forum_bridge.model import Author, ThreadId, ThreadRef

ANSWER = "{{ quote }}\n\n{{ mention }}\n\n{{ body }}\n\n— {{ agent.name }}\n"


def test_an_answers_frame() -> None:
    text = Template(ANSWER).render(quote="> a", mention="@ali", body="b", agent={"name": "Ece"})
    assert text == "> a\n\n@ali\n\nb\n\n— Ece"


def test_empty_parts_leave_no_holes_but_code_keeps_its_own() -> None:
    body = "```\na\n\n\n\nb\n```"
    assert Template(ANSWER).render(quote="", mention="", body=body, agent={"name": "Ece"}) == f"{body}\n\n— Ece"


def test_lines_end_without_spaces() -> None:
    assert Template("a \t\n{{ title }} \n\u00a0\nb ").render(title="c \t") == "a\nc\n\u00a0\nb"


def test_a_title_of_spaces_is_filled_in_at_once() -> None:
    before = time.process_time()
    assert render_text("{{ thread.title }}", thread={"title": f"x{' ' * 40_000}y"}) == "x y"
    assert time.process_time() - before < 0.5  # seconds


def test_parts_are_not_escaped() -> None:
    assert Template("{{ body }}").render(body="<b>&</b>") == "<b>&</b>"


def test_a_subject_is_one_short_line() -> None:
    thread = ThreadRef(ThreadId("1"), "https://forum.example/t/1", "Kargo\n\x07nerede \u202e?")
    author = Author("Çağrı Öz", "7")
    subject = render_text(
        "{{ forum.name }}: {{ thread.title }} ({{ author.name }})", forum={"name": "f"}, thread=thread, author=author
    )
    assert subject == "f: Kargo nerede ? (Çağrı Öz)"
    assert len(render_text("{{ thread.title }}", thread={"title": "x" * 900})) == 250
    assert render_text("{{ 'konuk' if author.guest else author.id }}", author=Author("x")) == "konuk"


@pytest.mark.parametrize(
    "source",
    [
        "{{ body",
        "{% nope %}",
        "{{ boddy }}",
        "{{ author.nmae }}",
        "{{ author.name.x }}",
        "{{ body | nofilter }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ author.__class__.__init__.__globals__ }}",
        "{{ 'a' * 10**10 }}",
        "{{ [1] * 9999999999 }}",
        "{{ 1 / 0 }}",
        "{% for i in range(90000) %}xxxxxx{% endfor %}",
        "{% for i in range(10**9) %}x{% endfor %}",
        "{{ body() }}",
        "{% include 'x' %}",
    ],
)
def test_a_fault_is_refused_by_name(source: str) -> None:
    with pytest.raises(ConfigurationRefused, match=r"answers\.template") as refused:
        Template(source, "answers.template").render(body="b", author=Author("x"))
    assert refused.value.explanation


def test_numbers_may_still_be_multiplied() -> None:
    assert Template("{{ 2 * 3 }}").render() == "6"


def test_what_templates_see_cannot_be_changed() -> None:
    seen = view({"author": Author("Ece", "1"), "list": [Author("x")]})
    with pytest.raises(TypeError):
        seen["author"] = 1  # type: ignore[index]
    with pytest.raises(ConfigurationRefused):
        Template("{{ author.update({'name': 'x'}) }}").render(author=Author("Ece"))
