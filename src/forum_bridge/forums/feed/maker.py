"""Makes ``feed`` adapters, with the adapter that reads pages where one is named. The one place that knows both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from pydantic import BaseModel

from forum_bridge.forums.contract import Adapter, AdapterOptions, CanReply, CanSignIn
from forum_bridge.forums.entry import AdapterEntry, Options
from forum_bridge.forums.feed.adapter import FeedReader
from forum_bridge.forums.feed.options import FeedOptions
from forum_bridge.forums.feed.pager import FeedMember, FeedPager, FeedWriter, Writes
from forum_bridge.web.session import ForumSession


@dataclass(frozen=True, slots=True)
class FeedMaker:
    """``entries`` are the registry's; they may still grow after this was made."""

    entries: Mapping[str, AdapterEntry]

    def options(self, given: Options) -> AdapterOptions:
        return FeedOptions.model_validate(dict(given), context=self.entries)

    def build(self, options: AdapterOptions, session: ForumSession) -> Adapter:
        own = FeedOptions.model_validate(options, context=self.entries)
        if own.page_with is None:
            return FeedReader(own, session)
        pages = self.entries[own.page_with].build(own.page_with_options, session, timezone=own.timezone)
        if isinstance(pages, CanReply):
            return FeedWriter(own, session, cast("Writes", pages))
        return FeedMember(own, session, pages) if isinstance(pages, CanSignIn) else FeedPager(own, session, pages)

    def fields(self) -> type[BaseModel]:
        return FeedOptions

    def leaves_open(self, name: str) -> bool:
        return name in FeedOptions.model_fields


def feed_entry(source: str, entries: Mapping[str, AdapterEntry]) -> AdapterEntry:
    """Return the entry of the adapter ``feed``."""
    return AdapterEntry(
        FeedReader.name,
        source,
        FeedMaker(entries),
        FeedReader.markup,
        frozenset({"read"}),
        watches=FeedReader.watches,
        opens_with=frozenset({"password", "api_key"}),  # whatever the adapter wants that pages with it
    )
