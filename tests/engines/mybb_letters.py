"""What the stand-in for MyBB does with personal messages: two copies of each, with numbers of their own; ``fid=1`` is
what is unread; the same again within five hours is refused; whose store is full keeps no copy, without a word. Seen on a
real one, and in private.php and inc/datahandlers/pm.php."""
# ruff: noqa: E501 -- HTML

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

from aiohttp import web
from tests.engines.classic import Member
from tests.engines.letters import INBOX, SENT, Letter, Letters, page_of
from tests.engines.place import Time

FLOOD, TWICE = timedelta(seconds=60), timedelta(hours=5)
PAGES = {
    "folder": """{% extends 'page' %}{% block body %}<table width="100%"><tr><td width="180"><table class="tborder"><tr>
<td class="trow1 smalltext"><a href="private.php">Inbox</a></td></tr></table></td><td valign="top">{% if full %}
<div class="red_alert"><strong>You've reached your message storage limit.</strong></div>{% endif %}<br />
{% if last > 1 %}<div class="pagination">{% for each in range(1, last + 1) %}{% if each == number %}<span
 class="pagination_current">{{ each }}</span>{% else %}<a href="private.php?fid={{ fid }}&page={{ each }}"
 class="pagination_page">{{ each }}</a>{% endif %}{% endfor %}</div>{% endif %}
<form action="private.php" method="post" name="pmForm"><input type="hidden" name="my_post_key" value="{{ key }}" />
<table class="tborder"><tr><td class="thead" colspan="6"><strong>Inbox</strong></td></tr><tr><td class="tcat" colspan="3">
<a href="private.php?fid={{ fid }}&sortby=subject&order=asc">Message Title</a></td><td class="tcat">Sender</td><td class="tcat">
Date</td><td class="tcat"><input name="allbox" type="checkbox" value="Check All" /></td></tr>{% for each in shown %}
<tr><td class="trow1"><img src="new_pm.png" alt="" /></td><td class="trow1">&#009;</td><td class="trow1"><a
 class="{{ 'old' if each.read else 'new' }}_pm" href="private.php?action=read&amp;pmid={{ each.id }}">{{ each.subject }}</a>
<span class="smalltext"><a href="private.php?action=read&amp;pmid={{ each.id }}&amp;denyreceipt=1">[Deny Receipt]</a></span></td>
<td class="trow1">{% set who = each.to if each.folder == 'sent' else each.sender %}{% if who %}<a
 href="member.php?action=profile&amp;uid={{ who.id }}">{{ who.name }}</a>{% else %}MyBB Engine{% endif %}</td>
<td class="trow1"><span class="smalltext">{{ told(each.time, now) }}</span></td>
<td class="trow1"><input type="checkbox" name="check[{{ each.id }}]" value="1" /></td></tr>{% else %}
<tr><td colspan="6" class="trow1">There are no private messages in this folder.</td></tr>{% endfor %}
<tr><td class="tfoot" colspan="6"><input type="submit" name="delete" value="Delete" /></td></tr></table>
<input type="hidden" name="action" value="do_stuff" /></form></td></tr></table>{% endblock %}""",
    "letter": """{% extends 'page' %}{% block body %}<table width="100%"><tr><td><table class="tborder"><tr><td class="thead">
<strong>Menu</strong></td></tr></table></td><td><table class="tborder tfixed clear no_bottom_border"><tr><td class="thead"><strong>
{{- letter.subject }}</strong></td></tr><tr><td id="posts_container"><div id="posts"><a id="pid0"></a><div class="post " id="post_0">
<div class="post_author"><div class="author_information"><strong><span class="largetext">{% if letter.sender %}<a
 href="member.php?action=profile&amp;uid={{ letter.sender.id }}">{{ letter.sender.name }}</a>{% else %}MyBB Engine{% endif %}
</span></strong></div></div><div class="post_content"><div class="post_head"><span class="post_date">{{ told(letter.time, now) }}
<span class="post_edit" id="edited_by_0"></span></span><br />To: <a href="member.php?action=profile&amp;uid={{ letter.to.id }}">
{{- letter.to.name }}</a></div><div class="post_body scaleimages" id="pid_0">{{ mycode(letter.text) }}</div></div>
<div class="post_controls"><a href="private.php?action=send&amp;pmid={{ letter.id }}&amp;do=reply" class="postbit_reply_pm">Reply</a>
<a href="private.php?action=delete&amp;pmid={{ letter.id }}&amp;my_post_key={{ key }}" class="postbit_delete_pm">Delete</a></div></div>
</div></td></tr></table><form action="private.php" method="post" name="input"><input type="hidden" name="to" value="x" />
<textarea name="message"></textarea><input type="submit" name="preview" value="Preview" /></form></td></tr></table>{% endblock %}""",
    "compose": """{% extends 'page' %}{% block body %}{% include 'inline' %}<form action="private.php" method="post" name="input">
<input type="hidden" name="my_post_key" value="{{ form_key }}" /><textarea name="to">{{ to }}</textarea><textarea name="bcc">
</textarea><input type="text" name="subject" maxlength="85" value="{{ subject }}" /><textarea name="message">{{ text }}</textarea>
<input type="checkbox" name="options[signature]" value="1" /><input type="checkbox" name="options[savecopy]" value="1"
 {% if ticked %}checked="checked"{% endif %} /><input type="checkbox" name="options[readreceipt]" value="1" checked="checked" />
<input type="hidden" name="action" value="do_send" /><input type="hidden" name="pmid" value="{{ pmid }}" />
<input type="hidden" name="do" value="{{ do }}" /><input type="submit" name="submit" value="Send Message" />
<input type="submit" name="saveasdraft" value="Save as Draft" /><input type="submit" name="preview" value="Preview" /></form>
{% endblock %}""",
}


class Board(Protocol):
    clock: Time
    members: list[Member]
    stale_forms: int

    def member(self, request: web.Request) -> Member | None: ...
    def key(self, request: web.Request) -> str: ...
    def lost(self, request: web.Request) -> bool: ...


class MyBBLetters(Letters):
    """``quota`` is how many a member may have (0: any number); ``ticks``: whether the form's box for a copy is ticked
    at first, as the account's profile has it."""

    def __init__(self, board: Board, page: Callable[..., web.Response]) -> None:
        super().__init__(board.clock, copies=True)
        self.board, self.page = board, page
        self.quota, self.ticks = 0, False

    async def get(self, request: web.Request) -> web.Response:
        member, asked = self.board.member(request), request.query
        if member is None:
            return self._error(request, "You are either not logged in or do not have permission to view this page.")
        if asked.get("action") == "read":
            letter = self.got(member, int(asked["pmid"]))
            if letter is None:
                return self._error(request, "Invalid PM")
            self.opened(letter)
            return self.page(request, "letter", title="Read", letter=letter)
        if asked.get("action") == "send":
            return self._compose(request, member)
        fid = int(asked.get("fid", "0"))
        letters = self.of(member, SENT if fid == 2 else INBOX)
        letters = [each for each in letters if not each.read] if fid == 1 else letters
        number = int(asked.get("page", "1"))
        shown, last = page_of(letters, number)
        about = {"shown": shown, "last": last, "number": number, "fid": fid, "full": self._full(member)}
        page = self.page(request, "folder", title="Private Messages", **about)
        self.listed()
        return page

    def _full(self, member: Member) -> bool:
        return 0 < self.quota <= sum(each.owner is member for each in self.all)

    def _compose(self, request: web.Request, member: Member) -> web.Response:
        asked = request.query
        answered = self.got(member, int(asked.get("pmid", "0")))
        whom = next((each for each in self.board.members if str(each.id) == asked.get("uid")), None)
        to = answered.sender.name if answered and answered.sender else f"{whom.name}, " if whom else ""
        subject = f"Re: {answered.subject.removeprefix('Re: ')}" if answered else ""
        quoted = f"[quote='{to}']\n{answered.text}\n[/quote]" if answered else ""
        return self._form(request, to, subject, quoted, asked.get("pmid", "0"), asked.get("do", ""))

    def _form(
        self, request: web.Request, to: str, subject: str, text: str, pmid: str, do: str, said: str = ""
    ) -> web.Response:
        key = "0" * 32 if self.board.stale_forms else self.board.key(request)
        self.board.stale_forms = max(0, self.board.stale_forms - 1)
        shown = {"to": to, "subject": subject, "text": text, "pmid": pmid, "do": do, "said": said}
        return self.page(request, "compose", title="Compose", form_key=key, ticked=self.ticks, **shown)

    async def post(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        member = self.board.member(request)
        if member is None:
            return self._error(request, "You are either not logged in or do not have permission to view this page.")
        if form["my_post_key"] != self.board.key(request):
            return self._error(request, "Authorization code mismatch. Are you accessing this function correctly?")
        names = [name.strip() for name in form["to"].split(",") if name.strip()]
        whom = [each for each in self.board.members if each.name in names]
        text, subject = form["message"].replace("\r\n", "\n"), form["subject"]
        recent = [each for each in self.all if each.sender is member and each.time > self.clock() - TWICE]
        if any((each.to in whom, each.subject, each.text) == (True, subject, text) for each in recent):
            return self._error(request, "You have already submitted the same private message to the same recipient.")
        if said := self._refusal(recent, names, whom, text):
            return self._form(request, form["to"], subject, text, form["pmid"], form["do"], said)
        keeps = form.get("options[savecopy]") == "1" and not self._full(member)
        answered = int(form["pmid"]) if form["do"] == "reply" else None
        for each in whom:
            self.send(member, each, subject, text, keep=keeps, answers=answered)
        if self.board.lost(request):
            return web.Response()
        said = "Thank you, your private message has successfully been sent."
        return self.page(request, "redirect", said=said, target="private.php")

    def _refusal(self, recent: list[Letter], names: list[str], whom: list[Member], text: str) -> str:
        last = max((each.time for each in recent), default=None)
        if last is not None and (waited := self.clock() - last) <= FLOOD:
            left = (FLOOD - waited).seconds + 1
            return f"You are trying to send a message too quickly. Please wait {left} more second{'s' * (left > 1)}."
        if not names:
            return "You did not enter any recipients to send this message to."
        if len(whom) < len(names):
            return f"One or more of the recipients are not registered usernames. Invalid recipients: {names}"
        return "" if text.strip() else "You did not enter a message to be sent. Please enter a message."

    def _error(self, request: web.Request, said: str) -> web.Response:
        return self.page(request, "error", title="Forum", said=said)
