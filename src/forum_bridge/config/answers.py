"""How agents' answers become posts: the template around them, public names, which answers count, and which are not for
everybody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum

from pydantic import Field

from forum_bridge.config.base import Broken, Model, refused
from forum_bridge.config.private import Label, PrivateMarker
from forum_bridge.config.templates import AnswerTemplate

TEMPLATE = """\
{% if quote %}{{ quote }}

{% endif %}{% if mention %}{{ mention }}
{% endif %}{% if part %}({{ part }})

{% endif %}{{ body }}{% if agent.name %}

— {{ agent.name }}{% endif %}"""


class Echo(StrEnum):
    """What becomes of an answer that no agent typed."""

    PUBLISH = "publish"
    IGNORE = "ignore"


class TellAgents(StrEnum):
    """In which language the bridge tells agents, by an internal note, what became of an answer; or that it does not."""

    ENGLISH = "en"
    TURKISH = "tr"
    NEVER = "never"


class AnswersConfig(Model):
    """How agents' answers become posts."""

    @classmethod
    def rules(cls, keys: Mapping[str, object]) -> Iterator[Broken]:
        """Who shall post the answers has to be told of them."""
        if keys.get("tell_agents") != TellAgents.NEVER.value:
            return
        for key in ("unsent_label", "tell_permalink"):
            if keys.get(key) not in (None, False, "false"):
                yield (key,), refused("is set, but agents are told nothing", "write tell_agents: en, or tr")
        if keys.get("assisted") in (True, "true"):
            yield ("assisted",), refused("is true, but agents are told nothing", "write tell_agents: en, or tr")

    template: AnswerTemplate = Field(
        TEMPLATE,
        description="The post around an answer; knows quote, mention, part, body, agent, thread, post, author, forum.",
    )
    longest: int | None = Field(
        None, ge=100, description="Characters that the forum takes in a post; a longer answer becomes several."
    )
    aliases: dict[str, str] = Field(
        {},
        description="Public names of agents: the agent's name or number in Deskie, and the name that the forum sees.",
    )
    from_rules: Echo = Field(Echo.PUBLISH, description="Answers that an automation rule sends.")
    from_api: Echo = Field(Echo.PUBLISH, description="Answers that another program adds through Deskie's API.")
    verify: bool = Field(
        True, description="Publish only what Deskie's API shows of an answer, not what a webhook alone told."
    )
    assisted: bool = Field(
        False, description="true: a person posts the answers; agents get them in a note, ready to paste."
    )
    tell_agents: TellAgents = Field(
        TellAgents.ENGLISH,
        description="Language of the internal note in the case when an answer cannot be posted; or never.",
    )
    unsent_label: Label = Field(
        None, description="A label, by id or name, on cases with an answer that is not on the forum."
    )
    tell_permalink: bool = Field(False, description="A note with the address of the post that an answer became.")
    private_marker: PrivateMarker = Field(
        None, description="A text that makes an answer in which it stands a personal message to the customer."
    )
    private_label: Label = Field(
        None,
        description="A label, by id or name: answers in cases that carry it are personal messages.",
    )
