"""Signatures as another implementation of Standard Webhooks makes and takes them; whatever else comes is not believed
and breaks nothing."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from forum_bridge.web.standard_webhooks import ID, SIGNATURE, TIMESTAMP, WINDOW, Keys, secret_in

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
OTHER = "whsec_" + base64.b64encode(bytes(range(1, 33))).decode()
NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
KEYS = Keys.of([SECRET])
BODY = '{"posts": "Çağrı 📦"}'.encode()
IDS = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="."), min_size=1, max_size=40)


@given(message_id=IDS, text=st.text(), seconds=st.integers(0, 2**31))
def test_both_sides_understand_each_other(message_id: str, text: str, seconds: int) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    ours = KEYS.signed(message_id, text.encode(), at)
    assert ours[SIGNATURE] == Webhook(SECRET).sign(message_id, at, text)
    assert KEYS.why_not(ours, text.encode(), at) is None


def test_the_specifications_own_way_to_write_a_secret_is_read() -> None:
    bare = SECRET.rstrip("=")
    assert secret_in(bare) == secret_in(SECRET) == bytes(range(32))
    now = datetime.now(UTC)
    assert Webhook(SECRET).verify(BODY, KEYS.signed("m", BODY, now), json_parse=False) is None


@given(
    message_id=st.none() | IDS,
    content=st.none() | st.binary(max_size=20),
    shift=st.none() | st.integers(1, 299),
    cut=st.none() | st.integers(0, 40),
)
def test_nothing_of_a_message_can_be_changed(
    message_id: str | None, content: bytes | None, shift: int | None, cut: int | None
) -> None:
    good = KEYS.signed("m", BODY, NOW)
    headers = dict(good)
    if message_id is not None:
        headers[ID] = message_id
    if shift is not None:
        headers[TIMESTAMP] = str(int(NOW.timestamp()) - shift)
    if cut is not None:
        headers[SIGNATURE] = headers[SIGNATURE][:cut]
    said = BODY if content is None else content
    same = (headers, said) == (good, BODY)
    assert (KEYS.why_not(headers, said, NOW) is None) == same


@given(st.dictionaries(st.sampled_from([ID, TIMESTAMP, SIGNATURE]), st.text(max_size=60)), st.binary(max_size=10))
def test_what_is_malformed_is_told_and_never_raised(headers: dict[str, str], content: bytes) -> None:
    assert KEYS.why_not(headers, content, NOW)


@pytest.mark.parametrize("seconds", [0, 1, 299, 300, -299, -300])
def test_within_the_window(seconds: int) -> None:
    assert KEYS.why_not(KEYS.signed("m", BODY, NOW), BODY, NOW + timedelta(seconds=seconds)) is None


@pytest.mark.parametrize(("seconds", "why"), [(301, "301 seconds old"), (-301, "301 seconds ahead of our clock")])
def test_outside_of_the_window(seconds: int, why: str) -> None:
    assert timedelta(minutes=5) == WINDOW
    told = KEYS.why_not(KEYS.signed("m", BODY, NOW), BODY, NOW + timedelta(seconds=seconds))
    assert told is not None and why in told


def test_while_a_secret_is_changed_each_side_may_change_first() -> None:
    both = Keys.of([OTHER, SECRET])
    for one, other in ((KEYS, both), (both, KEYS), (both, Keys.of([OTHER])), (Keys.of([OTHER]), both)):
        assert other.why_not(one.signed("m", BODY, NOW), BODY, NOW) is None
    assert KEYS.why_not(Keys.of([OTHER]).signed("m", BODY, NOW), BODY, NOW)
    asymmetric = {**KEYS.signed("m", BODY, NOW)}
    asymmetric[SIGNATURE] = f"v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw== {asymmetric[SIGNATURE]} v1,% v1"
    assert KEYS.why_not(asymmetric, BODY, NOW) is None


@pytest.mark.parametrize(
    "text", ["", "gizli", "whsec_", "whsec_gizli", "whsec_%%%", SECRET.removeprefix("whsec_"), SECRET[:32], SECRET * 3]
)
def test_what_is_no_secret_is_refused_without_being_told(text: str) -> None:
    with pytest.raises(ValueError, match="whsec_") as refused:
        secret_in(text)
    assert text in {"", "whsec_"} or text not in str(refused.value)
    assert "gizli" not in str(refused.value)


def test_keys_are_not_shown() -> None:
    assert repr(KEYS) == "Keys()"
