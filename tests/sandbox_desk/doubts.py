"""The facts about Deskie that the fact sheet marks [inferred] or [unknown], in its order, and what stands for each on
the desk: switches, or the reason why there is none."""

from __future__ import annotations

from typing import NamedTuple


class Doubt(NamedTuple):
    """One unsure fact of a section of the fact sheet."""

    section: str
    fact: str
    switches: tuple[str, ...] = ()
    none_because: str = ""


NO_CLIENT_COULD_TELL = "what is not offered cannot be used, and a client that does not use it cannot tell"

DOUBTS = [
    Doubt("1", "an agent's channel rights bind their API key", ("channel_rights_enforced",)),
    Doubt("1", "anchors hold for user_custom_id", ("custom_id_anchors",)),
    Doubt("1", "text filters ignore case", ("search_ignores_case",)),
    Doubt("1", "total_count is a number", ("total_count_as_text",)),
    Doubt("1", "what an empty list looks like, other lists by analogy", ("empty_list",)),
    Doubt("1", "what lies beyond page 500", ("deep_page",)),
    Doubt("1", "idempotency key", none_because=NO_CLIENT_COULD_TELL),
    Doubt("1", "ETag, conditional GET", none_because=NO_CLIENT_COULD_TELL),
    Doubt("1", "body of the 429", ("rate_limit_body",)),
    Doubt("1", "a rejected call consumes units", ("rejected_calls_cost",)),
    Doubt("1", "answer beyond the monthly quota", ("quota_status", "quota_code")),
    Doubt("1", "which surplus users the daily job deletes first", ("users_without_cases_go_first",)),
    Doubt(
        "1", "complete list of error codes", none_because="any code can be ordered with quota_code; clients know few"
    ),
    Doubt("1", "status beside case_not_found", ("case_not_found_status",)),
    Doubt("2.1", "a subject is required", ("subject_required",)),
    Doubt("2.1", "content or content_html is required", ("content_required",)),
    Doubt("2.1", "names of the company fields", ("company_fields",)),
    Doubt("2.1", "longest subject and body", ("subject_limit", "content_limit", "too_long_is_cut")),
    Doubt("2.1", "an empty map arrives as []", ("empty_custom_fields_as_list",)),
    Doubt("2.1", "default status on create", ("status_on_create",)),
    Doubt("2.2", "default sort", ("default_sort",)),
    Doubt("2.2", "user_custom_id filters cases (weak)", ("cases_by_custom_id",)),
    Doubt("2.2", "trash and spam are listed", ("list_trashed",)),
    Doubt("2.2", "an absorbed case names its parent", ("parent_case_id_shown",)),
    Doubt("2.3", "no merge in the API", none_because=NO_CLIENT_COULD_TELL),
    Doubt("2.3", "no lock in the API", none_because=NO_CLIENT_COULD_TELL),
    Doubt("3", "an agent may edit a customer's message", ("messages_editable",)),
    Doubt("3", "a message with neither user_id nor staff_id", ("unattributed",)),
    Doubt("3", "size limits of a message's files as of a case's", ("message_file_limit",)),
    Doubt("3", "a deferred reply is listed before it is sent", ("deferred_listed",)),
    Doubt("3", "a message is listed as soon as its webhook goes out", ("messages_listed_after_seconds",)),
    Doubt("3", "customers' messages are not sent to the webhook", ("webhook_customers",)),
    Doubt("3", "a message of another customer", ("foreign_user_accepted",)),
    Doubt("3", "a message to a closed chat of a sync channel", ("closed_chat_write",)),
    Doubt("3", "a message to a chat that is not the last", ("older_chat_write",)),
    Doubt("3", "a closed async case reopens", ("reopen_on_append", "reopen_waiting_on_append")),
    Doubt("3", "an absorbed case addressed directly", ("absorbed_write", "absorbed_readable")),
    Doubt("3", "trash and spam are readable", ("trashed_readable",)),
    Doubt("3", "trash and spam accept a reply", ("trashed_accepts_reply", "spam_accepts_reply")),
    Doubt("4", "wrapper of the link body", ("link_body",)),
    Doubt("4", "changing a fixed e-mail or phone", ("fixed_contact_refused",)),
    Doubt("4", "a blocked user's older cases", ("block_moves_cases",)),
    Doubt("4", "a disabled user's messages", ("disabled_user_accepted",)),
    Doubt("4", "type of a custom channel's user", ("user_type_is_channel",)),
    Doubt("4", "linked profiles' cases under user_id", ("list_includes_linked",)),
    Doubt("4", "the webhook's user_id of a linked person", ("webhook_linked_user",)),
    Doubt("7.1", "type stands first", ("webhook_type_first",)),
    Doubt("7.2", "staff_id is 0 when a rule sent it", ("webhook_rule_staff_zero",)),
    Doubt("7.2", "content_html", ("webhook_content_html", "webhook_html_in_content", "webhook_entities")),
    Doubt("7.2", "keys of attachments", ("webhook_attachment_details",)),
    Doubt("7.2", "b_from_api is always there", ("webhook_from_api_zero",)),
    Doubt("7.2", "notes", ("webhook_notes",)),
    Doubt("7.2", "case number, channel, agent, date, status, subject", ("webhook_more_fields",)),
    Doubt("7.3", "edits, deletions, status changes are not sent", ("webhook_edits",)),
    Doubt("7.3", "unknown types", ("webhook_stray_type",)),
    Doubt("7.3", "timeout", ("webhook_timeout_seconds", "webhook_delay_seconds")),
    Doubt("7.3", "retries and duplicates", ("webhook_retries", "webhook_retry_seconds", "webhook_copies")),
    Doubt("7.3", "ordering", ("webhook_hold", "webhook_in_turn")),
    Doubt("7.3", "redirects", ("webhook_follows_redirects",)),
    Doubt("7.3", "TLS demands", none_because="the desk speaks to loopback only"),
    Doubt(
        "7.3", "non-200 shows an error to the agent", none_because="the agent's screen shows it; the bridge can't tell"
    ),
    Doubt("7.3", "authentication of the webhook", none_because="none exists; the secret is in the address"),
    Doubt("7.3", "source addresses", none_because="the desk has only loopback"),
    Doubt("7.3", "channels share an address", none_because="the admin sets webhook_url a channel, to one or to many"),
    Doubt("8", "thread and author in one identifier for sync", none_because="a choice of the client, not of Deskie"),
    Doubt("8", "when agents are warned of a chat's end", ("chat_warning_minutes",)),
    Doubt("8", "closing a case completes its chat", ("closing_ends_chat",)),
    Doubt("8", "where is_viewed comes from", ("messages_show_viewed",)),
]
