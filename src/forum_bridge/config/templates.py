"""The templates of the configuration: the check of a template's grammar and names.
Renders nothing; what the names stand for is the bridge's to say."""

from __future__ import annotations

from typing import Annotated

from jinja2 import TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import AfterValidator, WithJsonSchema

from forum_bridge.config.base import refused

FIELDS = {  # what each name offers; quote, mention, part and body are plain text
    "forum": ("name", "url"),
    "thread": ("id", "url", "title"),
    "post": ("id", "url", "time"),
    "author": ("id", "name", "email"),
    "agent": ("name",),
}
CASE_NAMES = ("forum", "thread", "post", "author")
ANSWER_NAMES = ("quote", "mention", "part", "body", "agent", "thread", "post", "author", "forum")
FOREIGN = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)
LOCAL = {"loop", "self", "caller", "varargs", "kwargs"}
MEND_GRAMMAR = "compare it with the examples in config.example.yaml; {{ and }} come in pairs"


def check(text: str, names: tuple[str, ...]) -> str:
    """Return ``text`` if it is a template that uses only ``names``; raises a refusal that says what is wrong
    with it."""
    jinja = ImmutableSandboxedEnvironment(autoescape=False)
    try:
        template = jinja.parse(text)
        used = {name.name for name in template.find_all(nodes.Name) if name.ctx == "load"}
        made = {name.name for name in template.find_all(nodes.Name) if name.ctx != "load"}
        filters = {filter_.name for filter_ in template.find_all(nodes.Filter)}
        fields = {(of.node.name, of.attr) for of in template.find_all(nodes.Getattr) if isinstance(of.node, nodes.Name)}
        foreign = next(template.find_all(FOREIGN), None)
    except TemplateError as error:
        raise refused("is not a template that can be read", MEND_GRAMMAR, detail=str(error.message)) from None
    except (RecursionError, ValueError, OverflowError):
        raise refused("is not a template that can be read", MEND_GRAMMAR) from None
    if foreign is not None:
        raise refused("refers to another template", "write the whole text here")
    macros = {macro.name for macro in template.find_all(nodes.Macro)}
    for name in sorted(used - made - macros - LOCAL - set(jinja.globals) - set(names)):
        raise refused("uses a name that is not known here", f"names known here: {', '.join(names)}", detail=name)
    for name, field in sorted(fields):
        if name in names and name not in made and field not in FIELDS.get(name, (field,)):
            known = ", ".join(f"{name}.{each}" for each in FIELDS[name])
            raise refused("uses a name that is not known here", f"known here: {known}", detail=f"{name}.{field}")
    for name in sorted(filters - set(jinja.filters)):
        raise refused("uses a filter that does not exist", "take it out, or use one of Jinja's own", detail=name)
    return text


def _case(text: str) -> str:
    return check(text, CASE_NAMES)


def _answer(text: str) -> str:
    return check(text, ANSWER_NAMES)


CaseTemplate = Annotated[str, AfterValidator(_case), WithJsonSchema({"type": ["string", "integer"]})]
AnswerTemplate = Annotated[str, AfterValidator(_answer), WithJsonSchema({"type": "string"})]
