"""A new case → the JSON fields that Deskie's API takes. Knows no call."""

from __future__ import annotations

from forum_bridge.deskie.records import NewCase


def case_fields(new: NewCase) -> dict[str, object]:
    """Return the fields of a case to create; what is not set is left out, so that Deskie's defaults hold."""
    fields: dict[str, object] = {
        "user_custom_id": new.user_custom_id,
        "channel": new.channel,
        "subject": new.subject,
        "content_html": new.html,
        "user_full_name": new.user_full_name,
        "company_name": new.company,
        "user_email": new.email,
        "user_phone": new.phone,
        "group_id": new.group_id,
        "labels": list(new.labels),
        "priority": new.priority,
        "language_id": new.language_id,
        "custom_fields": dict(new.custom_fields),
    }
    return {name: value for name, value in fields.items() if value not in (None, [], {})}
