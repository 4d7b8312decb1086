"""One desk as the roads see it: its client, and the channel once Deskie has told us about it."""

from __future__ import annotations

from datetime import timedelta

from forum_bridge.bridge.answer_files import AnswerFiles
from forum_bridge.deskie import Channel, ChannelType, DeskieClient
from forum_bridge.errors import Retry

CHANNEL_UNKNOWN = timedelta(seconds=15)


class Desk:
    """Made by the composition root. ``channel`` is set by the start-up check, which goes on until Deskie answers."""

    def __init__(
        self, name: str, client: DeskieClient, files: AnswerFiles, *, new_cases_per_day: int | None = None
    ) -> None:
        self.name = name
        self.client = client
        self.files = files
        self.new_cases_per_day = new_cases_per_day
        self._channels: dict[str, Channel] = {}

    def learn(self, channels: list[Channel]) -> None:
        """Take over what the account says of its custom channels."""
        self._channels = {channel.key: channel for channel in channels}

    def mode(self, key: str) -> ChannelType:
        """Return whether a channel is async or sync; raises Retry unless Deskie has told us that it is active."""
        channel = self._channels.get(key)
        if channel is None or channel.type is None or not channel.active:
            raise Retry(
                f"the channel {key} is not known to be active on Deskie",
                after=CHANNEL_UNKNOWN,
                explanation="Run `forum-bridge check`: it says whether the channel exists, is active and has a type.",
            )
        return channel.type
