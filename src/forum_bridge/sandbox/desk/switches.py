"""Every fact about Deskie that is not certain, as a switch with its likeliest value. Knows no behaviour: the parts that
read a switch do. Marks: [doc], [code], [inferred], [unknown], as in the fact sheet; "own" means this desk's choice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum

from forum_bridge.sandbox.desk.records import Status
from forum_bridge.sandbox.desk.refusal import Refusal


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


class Identifier(StrEnum):
    """What the webhook calls the customer's own identifier."""

    CUSTOM_USER_ID = "custom_user_id"
    USER_CUSTOM_ID = "user_custom_id"


@dataclass(slots=True)
class Switches:
    """The unsure facts. Change a field at any time; the next request or delivery sees it."""

    # How answers look
    empty_list: EmptyList = EmptyList.TOTAL  # KEYED in 2018 [code]; newer clients only miss key "0" [code]
    deep_page: DeepPage = DeepPage.EMPTY  # page is 1..500 [code]; what lies beyond [unknown]
    empty_custom_fields_as_list: bool = False  # PHP writes an empty map as [] [inferred]
    bare_messages_last_100: bool = True  # messages.json without page and limit: the last 100 [code]
    search_ignores_case: bool = True  # text filters, as a database would [unknown]
    default_sort: str = "created_at_desc"  # [unknown]
    list_trashed: bool = True  # trash and spam in cases.json [unknown]
    absorbed_readable: bool = True  # GET of a merged-away case [unknown]; its parent_case_id exists [code]
    custom_id_anchors: bool = True  # ^…^ is [doc]; that it holds for user_custom_id too [inferred]

    # Requests a minute
    rate_limit_per_minute: int = 50  # the Basic plan's ceiling [doc]
    legacy_rate_limit: bool = False  # 403 "rate limit exceeded" as in 2016 [code]; 429 [doc]
    rate_headers: bool = True  # on every normal answer [code]; some proxies drop them [code]
    rejected_calls_cost: bool = True  # whether a rejected call spends units [unknown, assume yes]

    # Cases and messages
    status_on_create: Status = Status.OPEN  # [inferred]; a sample shows waiting [doc]
    reopen_on_append: bool = True  # a closed async case opens at a customer's message [inferred]
    reopen_waiting_on_append: bool = True  # a waiting case opens too, as with e-mail [inferred]
    waiting_after_agent_reply: bool = True  # usual, not guaranteed [code]
    trashed_accepts_reply: bool = True  # [unknown]; else case_not_found
    spam_accepts_reply: bool = True  # [unknown]; else case_not_found
    absorbed_write: AbsorbedWrite = AbsorbedWrite.NOT_FOUND  # [unknown]
    foreign_user_accepted: bool = False  # a message by another customer [unknown]; own: refused, so that mistakes show
    download_attachment_urls: bool = False  # Deskie downloads them [doc]; own: only recorded, so nothing leaves

    # The webhook
    webhook_json: bool = False  # form-encoded [code x3]; JSON seen in a test only
    webhook_content_html: bool = False  # content_html beside content [unknown]
    webhook_html_in_content: bool = False  # content is plain text [code x4]; HTML would fit a rich editor [unknown]
    webhook_entities: bool = False  # HTML entities in content [unknown]
    webhook_identifier: Identifier = Identifier.CUSTOM_USER_ID  # [code x4]; the API's spelling is the other
    webhook_from_api_zero: bool = True  # b_from_api=0 is sent; may be absent unless 1 [inferred]
    webhook_rule_staff_zero: bool = True  # staff_id=0 when a rule sent it [inferred]
    webhook_attachment_details: bool = False  # url [code]; file_id, file_name, file_size, mime_type [inferred]
    webhook_notes: bool = False  # notes arrive with note=1 [unknown]
    webhook_copies: int = 1  # how often each event is sent; duplicates [unknown]
    webhook_hold: int = 1  # so many events are gathered and sent newest first; order [unknown]
    webhook_retries: int = 0  # tries again after no 2xx; "no retry at all" is possible [unknown]
    webhook_retry_seconds: float = 30.0  # between tries [unknown]
    webhook_delay_seconds: float = 0.0  # slow delivery
    webhook_timeout_seconds: float = 10.0  # [unknown]
    webhook_stray_type: str = ""  # an event of this unknown type goes out before each one

    def apply(self, values: Mapping[str, object]) -> None:
        """Set several switches by name, as JSON gives them. All or none: an unknown name or a value of the wrong type
        raises ``Refusal`` (codes ``unknown_switch``, ``wrong_switch_value``)."""
        known = {item.name for item in fields(self)}
        if not known.issuperset(values):
            raise Refusal("unknown_switch")
        fitting = {name: _fitting(getattr(self, name), value) for name, value in values.items()}
        for name, value in fitting.items():
            setattr(self, name, value)

    def as_json(self) -> dict[str, object]:
        """Return every switch by name."""
        return {item.name: getattr(self, item.name) for item in fields(self)}


def _fitting(now: object, value: object) -> object:
    """Return ``value`` as the type that the switch has now; a bool is not a number here."""
    try:
        if isinstance(now, StrEnum):
            return type(now)(str(value))
        if isinstance(now, float) and isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
    except ValueError:
        raise Refusal("wrong_switch_value") from None
    if type(value) is not type(now):
        raise Refusal("wrong_switch_value")
    return value
