"""What a request's body says of a case, a customer and a message, as the desk's own values. Changes nothing."""

from __future__ import annotations

from forum_bridge.sandbox.desk.casework import CaseFields
from forum_bridge.sandbox.desk.correspondence import Writing
from forum_bridge.sandbox.desk.fields import Fields
from forum_bridge.sandbox.desk.people import Contact
from forum_bridge.sandbox.desk.refusal import Refusal
from forum_bridge.sandbox.desk.state import Desk
from forum_bridge.sandbox.desk.switches import Switches
from forum_bridge.sandbox.desk.uploads import uploads

CONTENTS = ("content", "content_html")


def case_fields(fields: Fields) -> CaseFields:
    """Read what a body says about a case."""
    return CaseFields(
        subject=fields.text("subject") if fields.has("subject") else None,
        status=fields.text("status") or None,
        priority=fields.text("priority") or None,
        staff_id=fields.number("staff_id"),
        group_id=fields.number("group_id"),
        language_id=fields.number("language_id"),
        custom_fields=fields.mapping("custom_fields"),
        labels=fields.numbers("labels"),
        add_labels=fields.numbers("add_labels") or (),
        delete_labels=fields.numbers("delete_labels") or (),
    )


def contact_of(fields: Fields, channel: str) -> Contact:
    """Read what a body says about a customer."""
    return Contact(
        channel=channel,
        custom_id=fields.text("user_custom_id"),
        email=fields.text("user_email"),
        phone=fields.text("user_phone"),
        full_name=fields.text("user_full_name"),
        company_name=fields.text("company_name"),
        company_position=fields.text("company_position"),
        note=fields.text("user_note"),
        language_id=fields.number("language_id") or 0,
    )


async def writing_of(fields: Fields, desk: Desk) -> Writing:
    """Read what a body says in words and files."""
    switches = desk.switches
    files = await uploads(fields, download=switches.download_attachment_urls)
    text, html = (fitted("content", fields.text(name), switches.content_limit, switches) for name in CONTENTS)
    return Writing(text, html, files, fields.time("created_at"), fields.time("send_at"))


def fitted(name: str, text: str, limit: int, switches: Switches) -> str:
    """Return a text within its limit (0 for none), cut if need be, or ``Refusal("<name>_too_long")``, by switch."""
    if limit and len(text) > limit and not switches.too_long_is_cut:
        raise Refusal(f"{name}_too_long")
    return text[:limit] if limit else text
