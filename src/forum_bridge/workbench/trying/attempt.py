"""One try of an adapter on one page: what it finds, what is missing, and what the case and the answer would look like.
Asks neither forum nor desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from forum_bridge.config import Config, ForumConfig
from forum_bridge.daemon.rehearsal import CaseToBe, Rehearsal, rehearse_page
from forum_bridge.errors import WatchTrouble
from forum_bridge.forums.entry import AdapterEntry
from forum_bridge.forums.html.preset import Preset
from forum_bridge.forums.preset_files import PresetMaker
from forum_bridge.forums.reading.page import BoardPage, ThreadPage
from forum_bridge.forums.registry import Registry
from forum_bridge.model import Clock
from forum_bridge.web.address import nearest
from forum_bridge.workbench.look import Seen
from forum_bridge.workbench.site import name_for, root_of
from forum_bridge.workbench.trying.examine import Examined, examined
from forum_bridge.workbench.trying.findings import Finding, findings
from forum_bridge.workbench.trying.suggest import Suggestions

USUAL_ZONE = "Europe/Istanbul"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of it. ``examined`` is None for an adapter that is no preset. ``page`` is what was read; else
    ``trouble`` says why nothing was."""

    examined: Examined | None
    findings: tuple[Finding, ...]
    page: ThreadPage | BoardPage | None
    trouble: str = ""

    @property
    def thread(self) -> ThreadPage | None:
        return self.page if isinstance(self.page, ThreadPage) else None


def attempted(seen: Seen, entry: AdapterEntry, forum: ForumConfig | None) -> Attempt:
    """Try an adapter on a page that was fetched or saved, with the options of ``forum`` if it is configured."""
    preset = preset_of(entry, forum)
    if preset is not None:
        found = examined(seen, preset)
        return Attempt(found, tuple(findings(found, Suggestions(found))), found.page, found.trouble)
    if entry.parse is None:
        return Attempt(None, (), None, f"The adapter {entry.name} reads no saved pages.")
    try:
        return Attempt(None, (), entry.parse(seen.html, seen.url))
    except WatchTrouble as error:
        return Attempt(None, (), None, str(error))


def preset_of(entry: AdapterEntry, forum: ForumConfig | None) -> Preset | None:
    """Return the preset that an adapter is made of, as this forum would use it; None if it is none. Raises
    ConfigurationRefused: with the forum's options it cannot be used."""
    if not isinstance(entry.maker, PresetMaker):
        return None
    options = entry.whole(forum.options, timezone=forum.timezone) if forum is not None else entry.whole({})
    return Preset.model_validate(options)


def used_by(entry: AdapterEntry, forum: ForumConfig) -> ForumConfig:
    """Return a configured forum as this adapter would use it: another adapter's options are none of its own."""
    options = forum.options if forum.adapter == entry.name else {}
    return forum.model_copy(update={"adapter": entry.name, "options": options})


def forum_for(entry: AdapterEntry, config: Config | None, url: str) -> ForumConfig | None:
    """Return the configured forum on which an address lies, as this adapter would use it; None if there is none."""
    forums = config.forums if config is not None else {}
    name = nearest(url, {name: forum.url for name, forum in forums.items()})
    return used_by(entry, forums[name]) if name is not None else None


def zone_of(attempt: Attempt, forum: ForumConfig | None) -> ZoneInfo:
    """Return the forum's time zone: as configured, else as the preset has it, else the usual one."""
    if forum is not None:
        return forum.zone
    return ZoneInfo(attempt.examined.preset.timezone if attempt.examined is not None else USUAL_ZONE)


async def rehearsed(
    page: ThreadPage,
    entry: AdapterEntry,
    registry: Registry,
    config: Config | None,
    clock: Clock,
    answers: Sequence[str],
) -> tuple[Rehearsal, tuple[str, ...]]:
    """Return what a page would become by the rules of the configured forum on which it lies, else by the usual ones;
    and how each of ``answers`` (HTML) would stand there."""
    forums = config.forums if config is not None else {}
    name = nearest(page.url, {name: forum.url for name, forum in forums.items()})
    if config is None or name is None:
        name = name_for(page.url)
        found, told = await rehearse_page(_usual(name, entry.name, page), registry, name, page, clock, answers)
        return replace(found, cases=tuple(map(_nowhere, found.cases))), told
    alone = config.model_copy(update={"forums": {name: used_by(entry, config.forums[name])}})
    return await rehearse_page(alone, registry, name, page, clock, answers)


def _nowhere(made: CaseToBe) -> CaseToBe:
    """Return a case without the channel, where none is configured."""
    return replace(made, case=replace(made.case, channel=""))


def _usual(name: str, adapter: str, page: ThreadPage) -> Config:
    """Return a configuration with nothing of its own; its desk is nowhere and is never asked."""
    return Config.model_validate(
        {
            "deskie": {
                "base_url": "https://desk.invalid/api/",
                "email": "a@desk.invalid",
                "api_key": "-" * 16,
                "channel": "cch1",
            },
            "webhook": {"secret": "-" * 32},
            "forums": {name: {"adapter": adapter, "url": root_of(page.url), "watch": [{"thread": page.ref.url}]}},
        }
    )
