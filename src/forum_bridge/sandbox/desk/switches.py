"""Every fact about Deskie that is not certain, as a switch with its likeliest value and the reason for doubt. Knows no
behaviour: the parts that read a switch do. Marks: [doc], [code], [inferred], [unknown], as in the fact sheet; "own"
means this desk's choice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum

from forum_bridge.sandbox.desk.choices import (
    AbsorbedWrite,
    Charset,
    ClosedChatWrite,
    DeepPage,
    EmptyList,
    Identifier,
    LimitBody,
    NotFoundStatus,
    OlderChatWrite,
    QuotaStatus,
    Unattributed,
    Words,
    Wrapped,
)
from forum_bridge.sandbox.desk.records import Status
from forum_bridge.sandbox.desk.refusal import Refusal

__all__ = ["AbsorbedWrite", "DeepPage", "EmptyList", "Identifier", "Switches"]


@dataclass(slots=True)
class Switches:
    """The unsure facts. Change a field at any time; the next request or delivery sees it."""

    # How answers look
    empty_list: EmptyList = EmptyList.TOTAL  # KEYED in 2018 [code], other lists by analogy [inferred]
    deep_page: DeepPage = DeepPage.EMPTY  # page is 1..500 [code]; what lies beyond [unknown]
    total_count_as_text: bool = False  # a number in every client [code]; "convert anyway" [inferred]
    closing_speed_as_text: bool = False  # number, numeric text or "-" [code]
    older_copy_names: bool = False  # recipient_cc, recipient_bcc for cc_emails, bcc_emails [doc, two spellings]
    empty_custom_fields_as_list: bool = False  # PHP writes an empty map as [] [inferred]
    parent_case_id_shown: bool = True  # an absorbed case names its parent [inferred from the field]
    bare_messages_last_100: bool = True  # messages.json without page and limit: the last 100 [code]
    messages_show_viewed: bool = False  # is_viewed in messages, source [unknown]
    deferred_listed: bool = True  # a reply with send_at is listed before it is sent [unknown]
    messages_listed_after_seconds: float = 0.0  # an agent's message, so long after its webhook [unknown]
    changelog_hides_chat: bool = True  # chat lines only on show_chat_activation, show_chat_completion [code]
    user_type_is_channel: bool = True  # type of a custom channel's user: probably the channel key [unknown]
    linked_users_include_self: bool = False  # one client's samples list the user too [code]; elsewhere not [code]

    # Finding
    search_ignores_case: bool = True  # text filters, as a database would [unknown]
    default_sort: str = "created_at_desc"  # [unknown]
    list_trashed: bool = True  # trash and spam in cases.json [unknown]
    list_includes_linked: bool = False  # user_id finds linked profiles' cases too [unknown]; ids stay distinct [doc]
    trashed_readable: bool = True  # GET of a case in trash or spam [inferred]
    absorbed_readable: bool = True  # GET of a merged-away case [unknown]; its parent_case_id exists [code]
    custom_id_anchors: bool = True  # ^…^ is [doc]; that it holds for user_custom_id too [inferred]
    cases_by_custom_id: bool = True  # user_custom_id filters cases.json [code, weak]

    # Refusals and requests a minute
    case_not_found_status: NotFoundStatus = NotFoundStatus.NOT_FOUND  # [inferred]; the code is [code]
    errors_with_200: bool = False  # one client looks for "error" whatever the status [code]
    channel_rights_enforced: bool = True  # an agent's channels and groups bind their API key too [inferred]
    rate_limit_per_minute: int = 50  # the Basic plan's ceiling [doc]
    legacy_rate_limit: bool = False  # 403 "rate limit exceeded" as in 2016 [code]; 429 [doc]
    rate_limit_body: LimitBody = LimitBody.JSON  # what stands in a 429 [unknown]
    rate_headers: bool = True  # on every normal answer [code]; some proxies drop them [code]
    rejected_calls_cost: bool = True  # whether a rejected call spends units [unknown, assume yes]

    # Cases and messages
    status_on_create: Status = Status.OPEN  # [inferred]; a sample shows waiting [doc]
    subject_required: bool = True  # every client sends one, if only blanks [code]; required [inferred]
    content_required: bool = True  # content or content_html, in a new case [inferred]
    subject_limit: int = 0  # longest subject in characters, 0 for none [unknown]
    content_limit: int = 0  # longest text or HTML in characters, 0 for none [unknown]
    too_long_is_cut: bool = False  # beyond a limit: cut, else refused [unknown]
    message_file_limit: int = 25 * 2**20  # bytes a file on a message: as for cases [inferred]
    company_fields: bool = True  # company_name, company_position, user_note in a new case [inferred names]
    messages_editable: bool = True  # PUT of a message [code]; that every agent may [inferred]
    unattributed: Unattributed = Unattributed.AGENT  # neither user_id nor staff_id [unknown]
    reopen_on_append: bool = True  # a closed async case opens at a customer's message [inferred]
    reopen_waiting_on_append: bool = True  # a waiting case opens too, as with e-mail [inferred]
    waiting_after_agent_reply: bool = True  # usual, not guaranteed [code]
    trashed_accepts_reply: bool = True  # [unknown]; else case_not_found
    spam_accepts_reply: bool = True  # [unknown]; else case_not_found
    absorbed_write: AbsorbedWrite = AbsorbedWrite.NOT_FOUND  # [unknown]
    foreign_user_accepted: bool = False  # a message by another customer [unknown]; own: refused, so that mistakes show
    disabled_user_accepted: bool = True  # a message by a disabled customer [unknown]
    block_moves_cases: bool = False  # blocking moves the cases there already are to spam [unknown]; later ones [code]
    fixed_contact_refused: bool = False  # a confirmed e-mail, a phone of no phone user [code]: ignored or not [unknown]
    link_body: Wrapped = Wrapped.EITHER  # users/<id>/link.json: bare in one client [code], wrapped elsewhere [inferred]
    download_attachment_urls: bool = False  # Deskie downloads them [doc]; own: only recorded, so nothing leaves

    # Sync channels
    chat_minutes: float = 10.0  # without a message until a chat completes itself [doc], configurable; 0 for never
    chat_warning_minutes: float = 1.0  # so long before that the agents are warned [unknown]
    closing_ends_chat: bool = False  # closing the case completes its chat too [unknown]
    closed_chat_write: ClosedChatWrite = ClosedChatWrite.REOPENS  # a client must not [doc]; what if [unknown]
    older_chat_write: OlderChatWrite = OlderChatWrite.ACCEPTED  # only the last chat goes on [doc]; what if [unknown]

    # The plan; per enabled agent Basic, Standard, Pro have 500/1,000/2,000, 6k/12k/24k and 2k/4k/8k [doc]
    plan_cases_a_month: int = 0  # new cases, 0 for no limit [doc]
    plan_stored_cases: int = 0  # a daily job purges the surplus [doc], 0 for no limit
    plan_stored_users: int = 0  # likewise [doc]
    users_without_cases_go_first: bool = False  # which users the job deletes first [unknown]
    quota_status: QuotaStatus = QuotaStatus.FORBIDDEN  # a new case beyond the month's quota [unknown]
    quota_code: str = "cases_limit_exceeded"  # [unknown]

    # The channel's webhook
    webhook_json: bool = False  # form-encoded [code x3]; JSON seen in a test only
    webhook_type_first: bool = True  # type stands before object [inferred]
    webhook_charset: Charset = Charset.UTF_8  # own: a body in an old encoding
    webhook_content_html: bool = False  # content_html beside content [unknown]
    webhook_html_in_content: bool = False  # content is plain text [code x4]; HTML would fit a rich editor [unknown]
    webhook_entities: bool = False  # HTML entities in content [unknown]
    webhook_identifier: Identifier = Identifier.CUSTOM_USER_ID  # [code x4]; the API's spelling is the other
    webhook_linked_user: bool = False  # user_id is the oldest linked profile; the channel's own is [inferred]
    webhook_from_api_zero: bool = True  # b_from_api=0 is sent; may be absent unless 1 [inferred]
    webhook_rule_staff_zero: bool = True  # staff_id=0 when a rule sent it [inferred]
    webhook_attachment_details: bool = False  # url [code]; file_id, file_name, file_size, mime_type [inferred]
    webhook_more_fields: bool = False  # case number, channel, agent, date, status, subject: never seen [unknown]
    webhook_notes: bool = False  # notes arrive with note=1 [unknown]
    webhook_customers: bool = False  # customers' messages arrive too; described only for answers [inferred]
    webhook_edits: bool = False  # edits, deletions, status changes arrive, under other types [inferred: not]
    webhook_copies: int = 1  # how often each event is sent; duplicates [unknown]
    webhook_hold: int = 1  # so many events are gathered and sent newest first; order [unknown]
    webhook_in_turn: bool = True  # one at a time to an address; else a slow one is overtaken [unknown]
    webhook_retries: int = 0  # tries again after no 2xx; "no retry at all" is possible [unknown]
    webhook_retry_seconds: float = 30.0  # between tries [unknown]
    webhook_delay_seconds: float = 0.0  # slow delivery [unknown]
    webhook_timeout_seconds: float = 10.0  # [unknown]
    webhook_follows_redirects: bool = False  # [unknown]
    webhook_stray_type: str = ""  # an event of this unknown type goes out before each one [inferred: ignore it]

    # A rule's webhook
    rule_json: bool = True  # the admin writes the body [doc]: JSON, or a form [code]
    rule_encoded_twice: bool = False  # form values percent-encoded twice in one receiver [code]
    rule_words: Words = Words.TURKISH  # status and priority are words of the account's language [code]
    rule_unset_zero: bool = False  # an unset variable is "0" instead of "" [code]

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
    """Return ``value`` as the type that the switch has now; a bool is not a number here, and nothing is negative."""
    try:
        if isinstance(now, StrEnum):
            return type(now)(str(value))
        if isinstance(now, float) and isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
            return float(value)
    except (ValueError, OverflowError):
        raise Refusal("wrong_switch_value") from None
    if type(value) is not type(now) or (isinstance(value, int) and value < 0):
        raise Refusal("wrong_switch_value")
    return value
