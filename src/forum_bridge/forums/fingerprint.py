"""What a forum engine is recognised by, and what its forum's admin must grant: data that stands beside the engine's
adapter, under ``detect`` of a preset or as ``detect`` of a Python class. Looks at no page."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from forum_bridge.forums.html.preset_types import Regex, Regexes, Texts, ThreadRegex, Values
from forum_bridge.forums.html.value import Value

_NONE: tuple[Value, ...] = ()


class Probe(BaseModel):
    """One address that tells more than a page does. It is asked only where the page points to the engine."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    address: str = Field(description="under the forum's root, as in api/config")
    holds: Regex = Field(description="regex that only this engine's answer matches")
    version: Regex | None = Field(None, description="regex whose first group is the version in that answer")


class Fingerprint(BaseModel):
    """How an engine shows itself. One of ``surely`` proves it; of ``hints`` and ``cookies`` it takes two."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    engine: str = Field(min_length=1, description="the engine's name, for people")
    surely: Values = Field(_NONE, description="values each of which stands on pages of this engine alone")
    hints: Values = Field(_NONE, description="values that point to the engine; two of them, or one and a cookie, count")
    cookies: Regexes = Field((), description="regexes of names of cookies that the engine sets")
    version: Values = Field(_NONE, description="where a page tells the engine's version")
    thread: ThreadRegex | None = Field(
        None, description="finds a thread in an address (group `id`); a preset says it by thread.match"
    )
    board: Regex | None = Field(None, description="finds a board in an address; what precedes it is the forum's root")
    probe: Probe | None = Field(None, description="an address that tells more, asked where the page points to it")
    grant: Texts = Field((), description="what the forum's admin must grant beyond a member's account, a line each")

    @model_validator(mode="after")
    def _recognisable(self) -> Self:
        if not self.surely and len(self.hints) + len(self.cookies) < 2:
            raise ValueError("needs surely, or two of hints and cookies: else nothing is ever recognised")
        return self
