"""The failures that only a desk has, each a class of `errors.py` by what to do about it."""

from __future__ import annotations

from datetime import timedelta

from forum_bridge.errors import BridgeError, NotPosted, Retry

SETTLE = timedelta(minutes=5)  # a refusal that only a person ends is asked again this seldom


class DeskRefused(Retry):
    """Deskie does not let the bridge in."""

    explanation = "Check deskie.email and deskie.api_key; the bridge tries again every five minutes."

    def __init__(self, message: str | None = None, *, explanation: str | None = None) -> None:
        super().__init__(message, after=SETTLE, explanation=explanation)


class NotDeskie(Retry):
    """What answers at deskie.base_url is not Deskie's API."""

    explanation = (
        "Check deskie.account or deskie.base_url: it should look like https://ACCOUNT.deskie.io/api/ . "
        "The bridge tries again every five minutes."
    )

    def __init__(self, message: str | None = None, *, explanation: str | None = None) -> None:
        super().__init__(message, after=SETTLE, explanation=explanation)


class RequestsSpent(Retry):
    """The desk's request budget for this minute is used up."""

    explanation = "Nothing is lost, it only waits. If this stays, raise deskie.budget_share or Deskie's plan."


class CaseNotFound(BridgeError):
    """The case no longer exists on the desk."""

    explanation = "It was deleted, or purged by the plan's limits: the bridge opens a new case."


class DeskDeclined(NotPosted):
    """Deskie refused the request for good. ``code`` is its machine code, empty when it named none."""

    def __init__(self, message: str | None = None, *, code: str = "", explanation: str | None = None) -> None:
        super().__init__(message, explanation=explanation)
        self.code = code


class BadWebhook(BridgeError):
    """What arrived at the webhook's address cannot be read as a message of Deskie."""

    explanation = (
        "Nothing was published. If it came from Deskie, the answer is still on the case: look there, and report the "
        "log line; if not, somebody knows the address: set another webhook.secret here and on the channel."
    )
