"""The check of the custom channel: every fault is named with what to do, and no secret is shown."""

from __future__ import annotations

import pytest

from forum_bridge.deskie import Channel, ChannelType, check_channel, find_channel
from forum_bridge.deskie.channel import masked

SECRET = "qA7-meydan-0123456789-secret"
OURS = f"https://bridge.example/deskie/cch42/{SECRET}"
FORUM = Channel("cch42", "Forum", ChannelType.ASYNC, OURS)
SHOP = Channel("cch7", "Mağaza", ChannelType.SYNC, "")


def faults(channel: Channel, expected: str | None = OURS) -> list[str]:
    found = check_channel([SHOP, channel], "cch42", expected)
    assert all(fault.explanation for fault in found)
    assert SECRET not in str(found)
    return [fault.message for fault in found]


@pytest.mark.parametrize(
    "webhook_url", [OURS, OURS + "/", OURS.replace("https://bridge", "HTTPS://Bridge"), f" {OURS} "]
)
def test_a_channel_as_it_should_be(webhook_url: str) -> None:
    assert faults(Channel("cch42", "Forum", ChannelType.SYNC, webhook_url)) == []
    assert faults(Channel("cch42", "Forum", ChannelType.SYNC, OURS.replace(".example/", ".example:443/"))) == []


def test_a_channel_that_is_not_there_lists_those_that_are() -> None:
    (fault,) = check_channel([SHOP], "cch42", OURS)
    assert "cch42" in fault.message
    assert "cch7 (Mağaza)" in fault.message
    (fault,) = check_channel([], "cch42", OURS)
    assert "none at all" in fault.message


def test_all_faults_at_once() -> None:
    found = faults(Channel("cch42", "Forum", None, "", active=False))
    assert [any(word in fault for word in ("off", "neither", "no webhook URL")) for fault in found] == [True] * 3


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (OURS.replace(SECRET, "another-secret"), "has another secret than webhook.secret"),
        (OURS.replace("https", "http"), "is http://bridge.example/deskie/cch42/•••, expected is https://"),
        (OURS.replace("cch42", "cch7"), "is https://bridge.example/deskie/cch7/•••, expected is"),
        (OURS + "?x=1", "/•••?•••, expected is"),
        ("https://[bad", "is (no address), expected is"),
    ],
)
def test_an_address_that_differs(found: str, said: str) -> None:
    (message,) = faults(Channel("cch42", "Forum", ChannelType.ASYNC, found))
    assert said in message
    assert "another-secret" not in message


def test_without_a_public_address_nothing_is_compared() -> None:
    assert faults(Channel("cch42", "Forum", ChannelType.ASYNC, "https://elsewhere.example/"), None) == []


def test_finding_a_channel() -> None:
    assert find_channel([SHOP, FORUM], "cch42") is FORUM
    assert find_channel([SHOP], "cch42") is None


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://u:p@bridge.example:8443/a/b/c", "https://bridge.example:8443/a/b/•••"),
        ("https://bridge.example/qA7-meydan-0123456789-secret/more", "https://bridge.example/•••/•••"),
        ("bridge.example/secret", "(no address)"),
        ("http://[::1]:8090/a/b", "http://[::1]:8090/a/•••"),
        ("https://bridge.example/secret", "https://bridge.example/•••"),
        ("https://bridge.example", "https://bridge.example"),
        ("https://bridge.example/a/?token=1#x", "https://bridge.example/•••?•••"),
    ],
)
def test_masking(url: str, shown: str) -> None:
    assert masked(url) == shown
