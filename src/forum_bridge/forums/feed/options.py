"""What an admin may say about a feed. Data, no behaviour."""

from __future__ import annotations

from typing import Self

from pydantic import Field, JsonValue, ValidationInfo, model_validator

from forum_bridge.forums.contract import AdapterOptions
from forum_bridge.forums.html.preset_types import Regex, Zone


class FeedOptions(AdapterOptions):
    """Keys of the adapter ``feed``. Validated with the context ``adapters``, the registry's entries by name."""

    thread_match: Regex | None = Field(
        None,
        description="regex that finds the thread in an item's link: its address ends there, its id is the first group "
        "(else all that matched); without one the link itself is the thread",
    )
    post_match: Regex | None = Field(
        None, description="regex that finds the post's id in an item's link; without one the item's own id counts"
    )
    author: str | None = Field(
        None, description="name for items that tell no author (SMF's do not); else the feed's title"
    )
    page_with: str | None = Field(
        None, description="adapter that reads the threads; the feed then only tells which of them have moved"
    )
    page_with_options: dict[str, JsonValue] = Field({}, description="options of that adapter")
    board: str | None = Field(None, description="address of the board that page_with reads after a gap in the feed")
    threads_a_poll: int = Field(20, ge=1, le=200, description="threads that page_with reads in one poll")
    timezone: Zone | None = Field(None, description="zone of times on the pages that page_with reads")

    @model_validator(mode="after")
    def _known(self, info: ValidationInfo) -> Self:
        if self.page_with is None:
            if self.board is not None or self.page_with_options:
                raise ValueError("board and page_with_options need page_with: the adapter that reads pages")
            return self
        entries = info.context or {}
        entry = entries.get(self.page_with)
        if entry is None or self.page_with == "feed":
            raise ValueError(f"page_with: there is no adapter {self.page_with!r} that reads pages")
        for fault in entry.check(self.page_with_options):
            raise ValueError(f"page_with_options.{'.'.join(map(str, fault.path))}: {fault.problem}")
        return self
