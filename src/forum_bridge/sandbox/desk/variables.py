"""What the ``[variables]`` of a rule's webhook stand for: strings all, unset ones empty, states as words of a language
(fact sheet 7.5). Changes nothing."""

from __future__ import annotations

from forum_bridge.sandbox.desk.choices import Words
from forum_bridge.sandbox.desk.plain import plain
from forum_bridge.sandbox.desk.records import Case, Message
from forum_bridge.sandbox.desk.switches import Switches
from forum_bridge.sandbox.desk.tables import Tables

WORDS = {
    Words.TURKISH: {
        "open": "Açık",
        "waiting": "Beklemede",
        "closed": "Kapalı",
        "low": "Düşük",
        "normal": "Normal",
        "high": "Yüksek",
        "critical": "Kritik",
    },
    Words.ENGLISH: {
        "open": "Open",
        "waiting": "Waiting",
        "closed": "Closed",
        "low": "Low",
        "normal": "Normal",
        "high": "High",
        "critical": "Critical",
    },
    Words.RUSSIAN: {
        "open": "Открытое",
        "waiting": "В ожидании",
        "closed": "Закрытое",
        "low": "Низкий",
        "normal": "Обычный",
        "high": "Высокий",
        "critical": "Критический",
    },
}


def variables(tables: Tables, case: Case, switches: Switches, base_url: str) -> dict[str, str]:
    """Return every variable that a rule's webhook of this case can name [code: names of a real payload]."""
    words = WORDS[switches.rule_words]
    everything = tables.messages_of(case)
    messages = [message for message in everything if not message.note]
    notes = [message for message in everything if message.note]
    agent = tables.agents.get(case.staff_id)
    answering = next((message.staff_id for message in reversed(messages) if message.staff_id), 0)
    author = tables.agents.get(answering)
    user = tables.users.get(case.user_id)
    language = tables.languages.get(case.language_id)
    group = tables.groups.get(case.group_id)
    values = {
        "case_number": case.case_number,
        "case_id": str(case.case_id),
        "case_subject": case.subject,
        "case_description": _text(messages[:1]),
        "case_url": f"{base_url}/staff/cases/record/{case.case_number}",
        "note_text": _text(notes[-1:]),
        "last_message": _text(messages[-1:]),
        "case_group": group.title if group else "",
        "case_priority": words[case.priority],
        "case_status": words[case.status],
        "case_tags": ", ".join(tables.labels[label].title for label in case.labels if label in tables.labels),
        "assigned_full_name": agent.full_name if agent else "",
        "staff_full_name": author.full_name if author else "",
        "user_full_name": user.full_name if user else "",
        "user_email": user.email if user else "",
        "user_lang": language.code if language else "",
    }
    fields = user.custom_fields | case.custom_fields if user else case.custom_fields
    values |= {f"custom_field_{key.removeprefix('cf_')}": str(value) for key, value in fields.items()}
    ids = {
        "user_id": case.user_id,
        "staff_id": case.staff_id or answering,
        "last_staff_id": answering,
        "last_message_id": messages[-1].message_id if messages else 0,
        "last_note_id": notes[-1].message_id if notes else 0,
    }
    unset = "0" if switches.rule_unset_zero else ""
    return values | {name: str(number) if number else unset for name, number in ids.items()}


def _text(messages: list[Message]) -> str:
    return "".join(message.content or plain(message.content_html) for message in messages)
