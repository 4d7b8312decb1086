"""Is the custom channel on the desk what the configuration takes it for? Pure; the address's secret is never shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from yarl import URL

from forum_bridge.deskie.records import Channel

HIDDEN = "•••"
SECRET_LOOKING = 16  # characters
WHERE = "Deskie → Channels → Custom channels"


@dataclass(frozen=True, slots=True)
class ChannelFault:
    """One thing that is wrong with the channel, and what to do about it."""

    message: str
    explanation: str


def find_channel(channels: Sequence[Channel], key: str) -> Channel | None:
    """Return the channel with this key (`cch42`); its ``type`` decides between asynchronous and synchronous work."""
    return next((channel for channel in channels if channel.key == key), None)


def check_channel(channels: Sequence[Channel], key: str, expected_webhook_url: str | None) -> list[ChannelFault]:
    """Return all faults of the channel ``key``; ``expected_webhook_url`` is the whole address, path and secret
    included, or None when it is not known and so not compared."""
    channel = find_channel(channels, key)
    if channel is None:
        known = ", ".join(f"{one.key} ({one.title})" for one in channels) or "none at all"
        return [
            ChannelFault(
                f"There is no custom channel {key} on the desk; there are: {known}.",
                f"Set deskie.channel to one of these, or make one under {WHERE}.",
            )
        ]
    faults = []
    if not channel.active:
        faults.append(ChannelFault(f"The channel {key} ({channel.title}) is switched off.", f"Switch it on: {WHERE}."))
    if channel.type is None:
        faults.append(
            ChannelFault(
                f"The channel {key} ({channel.title}) is neither asynchronous nor synchronous.",
                f"Set its type under {WHERE}.",
            )
        )
    return [*faults, *_webhook_faults(channel, expected_webhook_url)]


def _webhook_faults(channel: Channel, expected: str | None) -> list[ChannelFault]:
    if expected is None:
        return []
    todo = f"Set the webhook URL under {WHERE} to {masked(expected)}, the last part being webhook.secret."
    if not channel.webhook_url:
        return [ChannelFault(f"The channel {channel.key} has no webhook URL: no answer reaches the bridge.", todo)]
    if _comparable(channel.webhook_url) == _comparable(expected):
        return []
    shown, wanted = masked(channel.webhook_url), masked(expected)
    what = "has another secret than webhook.secret" if shown == wanted else f"is {shown}, expected is {wanted}"
    return [ChannelFault(f"The webhook URL of the channel {channel.key} {what}: answers go elsewhere.", todo)]


def masked(url: str) -> str:
    """Return an address fit to be shown: the last part of its path, long parts, user, query and fragment may be
    secrets."""
    try:
        address = URL(url)
    except ValueError:
        return "(no address)"
    if address.host is None:
        return "(no address)"
    *places, _ = parts = address.path.rstrip("/").split("/")
    shown = [HIDDEN if len(place) >= SECRET_LOOKING else place for place in places]
    path = "/".join([*shown, HIDDEN]) if len(parts) > 1 else ""
    query = f"?{HIDDEN}" if address.query_string else ""
    return f"{address.scheme}://{address.host_port_subcomponent}{path}{query}"


def _comparable(url: str) -> object:
    try:
        parts = URL(url.strip())
    except ValueError:
        return url
    return parts.scheme, parts.host, parts.port, parts.path.rstrip("/"), parts.query_string
