"""The forum's own webhook as a doorbell: whoever rings is known by a secret, and all that is believed is where to look.
What a ring says and how it is proved, the engine's module tells."""

from __future__ import annotations

import hmac
from collections.abc import Callable

from pydantic import Field, SecretStr

from forum_bridge.errors import Unreadable
from forum_bridge.forums.api.document import parsed
from forum_bridge.forums.api.options import ApiOptions
from forum_bridge.forums.pushed import Hint, Malformed, NotSigned, Pushed, PushRequest

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")

Proof = Callable[[PushRequest, bytes], bool]
"""Says whether a request was made by somebody who has the secret."""

Hints = Callable[[object], tuple[Hint, ...]]
"""Returns what a ring's document says."""


class BellOptions(ApiOptions):
    """May have a secret of the forum's webhook."""

    secret: SecretStr | None = Field(
        None, min_length=24, description="of the forum's own webhook, which then rings here when something is new"
    )


def heard(request: PushRequest, options: ApiOptions, proof: Proof, hints: Hints) -> Pushed:
    """Return where to look. Raises NotSigned, Malformed."""
    secret = options.secret if isinstance(options, BellOptions) else None
    if secret is None:
        raise NotSigned("options.secret of this forum is not set, so nobody may ring here")
    if not proof(request, secret.get_secret_value().encode()):
        raise NotSigned("the request does not show the secret of this forum's webhook")
    if request.headers.get("Content-Type", "").startswith(FORMS):
        return Pushed(hints=(Hint(),))  # a form: that it came is enough
    try:
        return Pushed(hints=hints(parsed(request.content.decode("utf-8", "replace"), "the request")))
    except Unreadable as error:
        raise Malformed(str(error)) from None


def same(told: str, wanted: str) -> bool:
    """Compare what was told with what it has to be, in the same time whatever it is."""
    return hmac.compare_digest(told.encode("utf-8", "surrogateescape"), wanted.encode())


def signed(request: PushRequest, secret: bytes, header: str, digest: str) -> bool:
    """Say whether a header holds ``DIGEST=`` and the body's HMAC in hexadecimal digits."""
    wanted = f"{digest}={hmac.new(secret, request.content, digest).hexdigest()}"
    return same(request.headers.get(header, ""), wanted)
