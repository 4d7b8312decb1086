"""Templates are read at load time: a slip or an unknown name is a fault, and nothing is ever run."""

import pytest

from .conftest import Load


@pytest.mark.parametrize(
    "template",
    [
        "Forum: {{ thread.title }} ({{ author.name|upper }})",
        "{% for word in post.id %}{{ loop.index }}{{ word }}{% endfor %}",
        "{% set kısa = thread.title[:20] %}{{ kısa }}",
        "{% macro m(x) %}{{ x }}{% endmacro %}{{ m(forum.name) }}",
        "{{ 10 ** 10 ** 10 }}",  # read, not run
        "7",
    ],
)
def test_templates_that_are_fine(load_text: Load, valid: str, template: str) -> None:
    assert load_text(f"{valid}    cases:\n      subject: '{template}'\n").config is not None


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{{ thread.title", "not a template that can be read (unexpected end"),
        ("{% if %}", "not a template that can be read"),
        ("{{ topic.title }}", "names known here: forum, thread, post, author"),
        ("{{ body }}", "names known here: forum, thread, post, author"),
        ("{{ thread.titel }}", "(thread.titel) — mend: known here: thread.id, thread.url, thread.title"),
        ("{{ thread.title|shout }}", "a filter that does not exist (shout)"),
        ("{% include \"/etc/passwd\" %}", "refers to another template"),
        ("{{ " + "(" * 5000 + " }}", "not a template that can be read"),
        ("{{ " + "9" * 5000 + " }}", "not a template that can be read"),
    ],
)  # fmt: skip
def test_templates_that_are_faults(load_text: Load, valid: str, template: str, words: str) -> None:
    loaded = load_text(f"{valid}    cases:\n      subject: '{template}'\n")
    assert [(fault.line, fault.key) for fault in loaded.faults] == [(18, "forums.yardim.cases.subject")]
    assert words in str(loaded.faults[0])


@pytest.mark.parametrize("key", ["labels: ['{{ x }}']", "group: '{{ x }}'", "custom_fields: {cf_1: '{{ x }}'}",
                                 "customer: {email: '{{ x }}'}", "priority: '{{ x }}'",
                                     "language: '{{ x }}'"])  # fmt: skip
def test_every_templated_key_is_checked(load_text: Load, valid: str, key: str) -> None:
    assert len(load_text(f"{valid}    cases:\n      {key}\n").faults) == 1


def test_answers_know_more_names(load_text: Load, valid: str) -> None:
    names = "quote, mention, part, body, agent, thread, post, author, forum"
    every = "".join(f"{{{{ {name} }}}}" for name in names.split(", "))
    assert load_text(f"{valid}    answers:\n      template: '{every}'\n").config is not None
    assert names in load_text(f"{valid}    answers:\n      template: '{{{{ x }}}}'\n").faults[0].mend
