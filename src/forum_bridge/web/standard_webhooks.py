"""Standard Webhooks (https://www.standardwebhooks.com, specification 1.0.0): signs a message, and says of one that came
why it is not to be believed. Keeps no ids and reads no clock.

The package ``standardwebhooks`` is not used: it reads the machine's clock by itself, and what is malformed raises
whatever it happens to raise. The tests hold this against it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self

WINDOW = timedelta(minutes=5)
ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
PREFIX = "whsec_"
_LENGTHS = range(24, 65)  # bytes of a secret
_ID = re.compile(r"[!-\-/-~]{1,200}")  # printable, without the full stop that stands between the signed parts
_SECONDS = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class Keys:
    """What two servers share: one secret, or several while they change it. Signs with all of them, believes each."""

    secrets: tuple[bytes, ...] = field(repr=False)

    @classmethod
    def of(cls, texts: Iterable[str]) -> Self:
        """Return the keys of secrets as people exchange them. Raises ValueError as ``secret_in``."""
        return cls(tuple(secret_in(text) for text in texts))

    def signed(self, message_id: str, content: bytes, now: datetime) -> dict[str, str]:
        """Return the headers with which a message goes out."""
        seconds = str(int(now.timestamp()))
        signatures = (f"v1,{base64.b64encode(each).decode()}" for each in self._digests(message_id, seconds, content))
        return {ID: message_id, TIMESTAMP: seconds, SIGNATURE: " ".join(signatures)}

    def why_not(self, headers: Mapping[str, str], content: bytes, now: datetime) -> str | None:
        """Return what is wrong with a message's headers, None if it was signed by one of our secrets just now.

        ``headers`` find names in any case."""
        missing = [name for name in (ID, TIMESTAMP, SIGNATURE) if not headers.get(name)]
        if missing:
            return f"the header {missing[0]} is missing"
        message_id, seconds = headers[ID], headers[TIMESTAMP]
        if not _ID.fullmatch(message_id):
            return f"{ID} has to be 1 to 200 printable ASCII characters without spaces and full stops"
        if not _SECONDS.fullmatch(seconds):
            return f"{TIMESTAMP} has to be whole seconds since 1970"
        ours = self._digests(message_id, seconds, content)
        told = _told(headers[SIGNATURE])
        if not any(hmac.compare_digest(one, other) for one in ours for other in told):
            return f"no signature of version v1 in {SIGNATURE} fits the secret and what was sent"
        late = now.timestamp() - int(seconds)
        if abs(late) > WINDOW.total_seconds():
            side = "old" if late > 0 else "ahead of our clock"
            return f"{TIMESTAMP} is {abs(late):.0f} seconds {side}; at most {WINDOW.total_seconds():.0f} are taken"
        return None

    def _digests(self, message_id: str, seconds: str, content: bytes) -> list[bytes]:
        signed = b".".join((message_id.encode(), seconds.encode(), content))
        return [hmac.digest(secret, signed, hashlib.sha256) for secret in self.secrets]


def secret_in(text: str) -> bytes:
    """Return the bytes of a secret as it is written. Raises ValueError, which says what is wrong and not what was
    there."""
    try:
        encoded = text.removeprefix(PREFIX)
        secret = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"is not {PREFIX} and base64") from None
    if not text.startswith(PREFIX) or len(secret) not in _LENGTHS:
        raise ValueError(f"is not {PREFIX} and 24 to 64 bytes in base64")
    return secret


def told_at(headers: Mapping[str, str]) -> float:
    """Return the seconds since 1970 that the headers of a message name which was believed."""
    return float(headers[TIMESTAMP])


def _told(header: str) -> list[bytes]:
    """Return the signatures of version 1 in a header; others, and what cannot be read, are none."""
    found = []
    for each in header.split():
        version, _, encoded = each.partition(",")
        try:
            found += [base64.b64decode(encoded, validate=True)] if version == "v1" else []
        except (binascii.Error, ValueError):
            continue
    return found
