"""The doubts about Deskie that have more than two answers, one enumeration each. Knows no behaviour."""

from __future__ import annotations

from enum import StrEnum


class EmptyList(StrEnum):
    """How a list without items is written."""

    TOTAL = "total"  # {"total_count": 0}
    KEYED = "keyed"  # {"case": []}
    OBJECT = "object"  # {}
    ARRAY = "array"  # []


class DeepPage(StrEnum):
    """What a page beyond the 500th answers."""

    EMPTY = "empty"
    ERROR = "error"


class AbsorbedWrite(StrEnum):
    """What a write to a merged-away case does."""

    NOT_FOUND = "not_found"
    INTO_PARENT = "into_parent"


class ClosedChatWrite(StrEnum):
    """What a customer's message to a closed chat of a sync channel does."""

    REOPENS = "reopens"
    STAYS_CLOSED = "stays_closed"
    REFUSED = "refused"


class OlderChatWrite(StrEnum):
    """What a customer's message to a chat does that is not their last one."""

    ACCEPTED = "accepted"
    INTO_LAST = "into_last"
    REFUSED = "refused"


class Unattributed(StrEnum):
    """Who wrote a message that names neither a user nor an agent."""

    AGENT = "agent"  # the one whose key was used
    CUSTOMER = "customer"
    REFUSED = "refused"


class Wrapped(StrEnum):
    """Whether the body of a link or unlink stands under ``user`` or bare."""

    EITHER = "either"
    WRAPPED = "wrapped"
    BARE = "bare"


class NotFoundStatus(StrEnum):
    """The HTTP status beside ``case_not_found``."""

    NOT_FOUND = "404"
    BAD_REQUEST = "400"
    OK = "200"


class QuotaStatus(StrEnum):
    """The HTTP status of a new case beyond the month's quota."""

    FORBIDDEN = "403"
    PAYMENT = "402"
    TOO_MANY = "429"
    BAD_REQUEST = "400"
    OK = "200"


class LimitBody(StrEnum):
    """The body of an answer over the request limit."""

    JSON = "json"
    TEXT = "text"
    EMPTY = "empty"


class Identifier(StrEnum):
    """What the webhook calls the customer's own identifier."""

    CUSTOM_USER_ID = "custom_user_id"
    USER_CUSTOM_ID = "user_custom_id"


class Charset(StrEnum):
    """How the webhook's body is encoded."""

    UTF_8 = "utf-8"
    TURKISH = "windows-1254"


class Words(StrEnum):
    """The language of the words in a rule's webhook."""

    TURKISH = "tr"
    ENGLISH = "en"
    RUSSIAN = "ru"
