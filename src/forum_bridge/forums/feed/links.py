"""Links of items, made plain: without what differs from visitor to visitor, with what names a post. Fetches
nothing."""

from __future__ import annotations

import re
from urllib.parse import urljoin

_PASSING = re.compile(
    r"(?<=[?&;])(?:(?:sid|phpsessid|sessionid|jsessionid|fbclid|gclid|utm_\w+)=[^&;#]*|s=[0-9a-f]{32})(?:[&;]|(?=#)|\Z)",
    re.IGNORECASE,
)
_DANGLING = re.compile(r"[?&;]+(?=#|\Z)")
_NAMES_A_POST = re.compile(r"(?:p|pid|post|msg|c|comment|entry|reply|mess|m)?[-_]?\d+", re.IGNORECASE)


def plain_link(link: str) -> str:
    """Return the link without session ids and trackers; its fragment stays only where it names a post (``#p12``)."""
    address, _, fragment = _DANGLING.sub("", _PASSING.sub("", link.strip())).partition("#")
    address = _DANGLING.sub("", address)
    return f"{address}#{fragment}" if _NAMES_A_POST.fullmatch(fragment) else address


def plain_address(base: str, link: str) -> str:
    """Return a feed's link as a plain absolute address; empty for none, and for one that cannot be an address."""
    try:
        return plain_link(urljoin(base, link)) if link else ""
    except ValueError:  # such as https://[x
        return ""
