"""What the stand-in for SMF does with personal messages: the account's option tells whether a folder shows all of them
at once, one, or whole conversations; of a message that lies in another folder it says that one may not; no more than
some an hour. Seen on a real one, and in Sources/PersonalMessage.php."""
# ruff: noqa: E501 -- HTML

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from aiohttp import web
from tests.engines.classic import Member
from tests.engines.letters import INBOX, PAGE, SENT, Letter, Letters

if TYPE_CHECKING:
    from tests.engines.smf import SMFForum

ALL_AT_ONCE, ONE, CONVERSATIONS = 0, 1, 2
PAGES = {
    "letter": """<div class="windowbg" id="msg{{ each.id }}"><div class="post_wrapper"><div class="poster"><h4>{% if each.sender %}
<a href="{{ at }}action=profile;u={{ each.sender.id }}">{{ each.sender.name }}</a>{% else %}Eski Üye{% endif %}</h4></div>
<div class="postarea"><div class="keyinfo"><div id="subject_{{ each.id }}" class="subject_title"><h5>{{ each.subject }}</h5></div>
<div class="postinfo"><span class="smalltext"><strong> Sent to:</strong> <a href="{{ at }}action=profile;u={{ each.to.id }}">
{{- each.to.name }}</a> <strong> on:</strong> {{ told(each.time, now) }} </span></div></div><div class="post">
<div class="inner" id="msg_{{ each.id }}">{{ bbcode(each.text) }}</div></div></div></div></div>""",
    "folder": """{% extends 'page' %}{% block body %}<div id="personal_messages">{% if done %}<div class="infobox">
Your message has been sent successfully.</div>{% endif %}<form action="{{ at }}action=pm;sa=pmactions;{% if mode == 2 %}conversation;
{%- endif %}f={{ folder }};start={{ start }}" method="post" name="pmFolder" id="pmFolder"><table class="table_grid"><thead>
<tr class="title_bar"><th class="pm_time">Date</th><th class="pm_subject">Subject</th><th class="pm_from_to">From</th></tr></thead>
<tbody>{% if empty %}<tr class="windowbg"><td colspan="5">No messages...</td></tr>{% endif %}{% for each in rows %}
<tr class="windowbg"><td class="table_icon pm_icon"></td><td class="pm_time">{{ told(each.time, now) }}</td><td class="pm_subject">
<a href="{% if mode and each is not sameas(current) %}{{ at }}action=pm;pmid={{ each.id }};kstart;f={{ folder }};start={{ start }};sort=date
{%- endif %}#msg{{ each.id }}">{{ each.subject }}</a></td><td class="pm_from_to">{% set who = each.to if folder == 'sent' else each.sender %}
{% if who %}<a href="{{ at }}action=profile;u={{ who.id }}">{{ who.name }}</a>{% else %}Eski Üye{% endif %}</td>
<td class="pm_moderation"><input type="checkbox" name="pms[]" value="{{ each.id }}"></td></tr>{% endfor %}</tbody></table>
<div class="pagelinks"><span class="pages">Pages</span>{% for each in range(1, last + 1) %}{% if each == number %}
<span class="current_page">{{ each }}</span>{% else %}<a class="nav_page" href="{{ at }}action=pm;f={{ folder }};sort=date
{%- if desc %};desc{% endif %};start={{ (each - 1) * size }}">{{ each }}</a>{% endif %}{% endfor %}</div>
{% for each in whole %}{% include 'letter' %}{% endfor %}</form></div>{% endblock %}""",
    "send": """{% extends 'page' %}{% block body %}<form action="{{ at }}action=pm;sa=send2" method="post" name="postmodify"
 id="postmodify"><div class="{{ 'errorbox' if errors else 'noticebox hidden' }}" id="errors"><dl><dt><strong id="error_serious">
Errors:</strong></dt><dd class="error" id="error_list">{{ errors|join('<br>') }}</dd></dl></div><input type="text" name="to"
 value="{{ to }}"><input type="text" name="bcc" value=""><input type="text" name="subject" value="{{ subject }}" maxlength="80">
<textarea name="message">{{ text }}</textarea><input type="submit" name="save_draft" value="Save draft"><input type="submit"
 name="preview" value="Preview"><input type="submit" name="post" value="Send message"><input type="hidden" name="{{ visit.var }}"
 value="{{ visit.value }}"><input type="hidden" name="seqnum" value="{{ seqnum }}"><input type="hidden" name="replied_to"
 value="{{ replied_to }}"><input type="hidden" name="pm_head" value="{{ replied_to }}"><input type="hidden" name="f" value="inbox">
</form>{% endblock %}""",
}


class SMFLetters(Letters):
    """``mode`` is the account's option, ``an_hour`` how many messages a member may send in one."""

    def __init__(self, forum: SMFForum, page: Callable[..., web.Response], fatal: Callable[..., web.Response]) -> None:
        super().__init__(forum.clock)
        self.forum, self.page, self.fatal = forum, page, fatal
        self.mode, self.an_hour = ALL_AT_ONCE, 20

    def get(self, request: web.Request, asked: dict[str, str]) -> web.Response:
        member = self.forum.member(request)
        if member is None:
            said = "Only registered members are allowed to access this section."
            return self.page(request, "login", title="Log in", said=said)
        folder = SENT if asked.get("f") == "sent" else INBOX
        letters, number = self.of(member, folder), asked.get("pmsg")
        if number is not None and self.got(member, int(number), folder) is None:
            return self.fatal(request, "no_access", "You are not allowed to access this section")
        if asked.get("sa") == "send":
            return self._compose(request, member, asked)
        page = self._folder(request, asked, folder, letters)
        self.listed()
        return page

    def _folder(
        self, request: web.Request, asked: dict[str, str], folder: str, letters: Sequence[Letter]
    ) -> web.Response:
        desc, grouped = "desc" in asked, dict[object, Letter]()
        count = len(letters)  # of the whole folder, also where one message is shown
        if (number := asked.get("pmsg")) is not None:
            letters = [each for each in letters if each.id == int(number)]
        for each in letters:
            other = each.to if folder == SENT else each.sender
            grouped.setdefault(other and other.name if self.mode == CONVERSATIONS else each.id, each)
        rows = list(grouped.values()) if desc else list(reversed(grouped.values()))
        start = int(asked.get("start", max(0, len(rows) - 1) // PAGE * PAGE))  # who asks for no page gets the last one
        shown = rows[start : start + PAGE]
        whole = shown if self.mode == ALL_AT_ONCE else shown[:1]
        for each in whole:
            self.opened(each)
        about = {"rows": shown, "whole": whole, "current": whole[0] if whole else None, "empty": not rows}
        paging = {"start": start, "number": start // PAGE + 1, "last": max(1, -(-count // PAGE)), "size": PAGE}
        told = {"folder": folder, "desc": desc, "mode": self.mode, "done": asked.get("done") == "sent"}
        return self.page(request, "folder", title="Personal messages", **about, **paging, **told)

    def _compose(self, request: web.Request, member: Member, asked: dict[str, str]) -> web.Response:
        answered = self.got(member, int(asked.get("pmsg", "0")))
        whom = next((each for each in self.forum.members if str(each.id) == asked.get("u")), None)
        subject = f"Re: {answered.subject.removeprefix('Re: ')}" if answered else ""
        to = f'"{whom.name}"' if whom else ""
        return self._form(request, to, subject, "", [], answered.id if answered else 0)

    def _form(
        self, request: web.Request, to: str, subject: str, text: str, errors: list[str], replied_to: int = 0
    ) -> web.Response:
        shown = {"to": to, "subject": subject, "text": text, "errors": errors, "replied_to": replied_to}
        return self.page(request, "send", title="Send message", seqnum=str(secrets.randbelow(10**7)), **shown)

    def post(self, request: web.Request, form: dict[str, str], at: str) -> web.Response:
        member, visit = self.forum.member(request), self.forum.visit(request)
        if member is None:
            return self.get(request, {})
        recent = [each for each in self.all if each.sender is member and each.owner is member]
        if sum(each.time > self.clock() - timedelta(hours=1) for each in recent) >= self.an_hour:
            said = f"You have exceeded the limit of {self.an_hour} personal messages per hour."
            return self.fatal(request, "pm_too_many_per_hour", said)
        names = [name.strip() for name in form["to"].replace('"', "").split(",") if name.strip()]
        whom = [each for each in self.forum.members if each.name.casefold() in map(str.casefold, names)]
        wrong = {
            "Your session timed out while posting. Please try to re-submit your message.": form.get(visit.var)
            != visit.value,
            "No recipients specified.": not whom,
            "The message body was left empty.": not form["message"].strip(),
        }
        if errors := [said for said, is_so in wrong.items() if is_so]:
            return self._form(request, form["to"], form["subject"], form["message"], errors, int(form["replied_to"]))
        if (flooded := self.forum.flooded(request, "pm")) is not None:
            return flooded
        if form["seqnum"] in visit.used:
            return self.fatal(request, "error_form_already_submitted", "You already submitted this post!")
        visit.used.add(form["seqnum"])
        for each in whom:
            self.send(member, each, form["subject"], form["message"], answers=int(form["replied_to"]))
        if self.forum.lost(request):
            return web.Response()
        raise web.HTTPFound(f"{at}action=pm;f=inbox;l=-1;done=sent")
