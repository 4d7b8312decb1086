"""What the stand-in for phpBB does with private messages: what was sent lies in the outbox until it is read, and in the
sentbox then; their times are words in the account's zone, which the foot of each page names. Seen on a real one, and in
includes/ucp/ucp_pm_*.php."""
# ruff: noqa: E501 -- HTML

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from aiohttp import web
from tests.engines.letters import INBOX, OUTBOX, PAGE, SENT, Letter, Letters, page_of

if TYPE_CHECKING:
    from tests.engines.phpbb import Member, PhpbbForum

OFFSET = timedelta(hours=9)  # of the account's zone: Asia/Tokyo
FOLDERS = {"inbox": INBOX, "outbox": OUTBOX, "sentbox": SENT}
NUMBERS = {INBOX: 0, SENT: -1, OUTBOX: -2}


def told(moment: datetime) -> str:
    return f"{moment + OFFSET:%a %b %d, %Y} {(moment + OFFSET).strftime('%I:%M').lstrip('0')} {moment + OFFSET:%p}".replace(
        "AM", "am"
    ).replace("PM", "pm")


PAGES = {
    "folder": """{% extends "frame" %}{% block body %}<form id="viewfolder" method="post" action="./ucp.php?i=pm"><div class="panel">
<div class="inner"><p>Folder is 2% full (1 out of 50 messages stored)</p>
<div class="action-bar bar-top"><a href="./ucp.php?i=pm&amp;mode=compose" class="button">New PM</a><div class="pagination">
{% if shown %}{{ count }} messages <ul>{% for each in range(1, last + 1) %}{% if each == number %}<li class="active"><span>{{ each }}</span></li>
{% else %}<li><a class="button" href="./ucp.php?i=pm&amp;folder={{ box }}&amp;start={{ (each - 1) * size }}">{{ each }}</a></li>{% endif %}
{% endfor %}</ul>{% endif %}</div></div>{% if full %}<div class="notice"><p>1 new message is on hold because your folder is full.</p></div>{% endif %}
{% if shown %}<ul class="topiclist two-columns"><li class="header"></li></ul><ul class="topiclist cplist pmlist">{% for each in shown %}
<li class="row bg2"><dl class="row-item"><dt><a href="./ucp.php?i=pm&amp;mode=view&amp;f={{ numbers[each.folder] }}&amp;p={{ each.id }}"
 class="row-item-link"></a><div class="list-inner"><a href="./ucp.php?i=pm&amp;mode=view&amp;f={{ numbers[each.folder] }}&amp;p={{ each.id }}"
 class="topictitle">{{ each.subject }}</a><br>{% if box == 'inbox' %}by {% if each.sender %}<a
 href="./memberlist.php?mode=viewprofile&amp;u={{ each.sender.id }}" class="username">{{ each.sender.name }}</a>{% else %}
<span class="username">Eski Üye</span>{% endif %} &raquo; {{ told(each.time) }}{% else %}to <a
 href="./memberlist.php?mode=viewprofile&amp;u={{ each.to.id }}" class="username">{{ each.to.name }}</a>{% endif %}</div></dt>
{% if box != 'inbox' %}<dd class="info"><span>Sent: {{ told(each.time) }}</span></dd>{% endif %}<dd class="mark"><input type="checkbox"
 name="marked_msg_id[]" value="{{ each.id }}"></dd></dl></li>{% endfor %}</ul>{% else %}<p><strong>No messages</strong></p>{% endif %}
</div></div></form>{% endblock %}""",
    "letter": """{% extends "frame" %}{% block body %}<div class="pagination"><a href="./ucp.php?i=pm&amp;folder=0">Inbox</a></div>
{% macro who() %}{% if letter.sender %}<a href="./memberlist.php?mode=viewprofile&amp;u={{ letter.sender.id }}" class="username">
{{- letter.sender.name }}</a>{% else %}<span class="username">Eski Üye</span>{% endif %}{% endmacro %}
<div id="post-{{ letter.id }}" class="post pm has-profile"><div class="inner"><dl class="postprofile"><dt>{{ who() }}</dt></dl>
<div class="postbody"><h3 class="first">{{ letter.subject }}</h3><p class="author"><strong>Sent:</strong> {{ told(letter.time) }}
<br><strong>From:</strong> {{ who() }}<br><strong>Recipient:</strong> <a href="./memberlist.php?mode=viewprofile&amp;u={{ letter.to.id }}"
 class="username">{{ letter.to.name }}</a></p><div class="content">{{ bbcode(letter.text) }}</div></div></div></div>{% if history %}
<h3 id="review">Message history</h3>{% for each in history %}<div class="post bg1"><div class="postbody" id="pr{{ each.id }}">
<p class="author">by <a href="./memberlist.php?mode=viewprofile&amp;u=1" class="username">x</a> &raquo; {{ told(each.time) }}</p>
<div id="message_{{ each.id }}" class="content">{{ bbcode(each.text) }}</div></div></div>{% endfor %}{% endif %}{% endblock %}""",
    "compose": """{% extends "frame" %}{% block body %}<form id="postform" method="post" action="{{ action }}" enctype="multipart/form-data">
<fieldset>{% if error %}<p class="error">{{ error }}</p>{% endif %}<textarea name="username_list"></textarea><input name="subject"
 value="{{ subject }}"><textarea name="message">{{ text }}</textarea></fieldset>{% if to %}<input type="hidden"
 name="address_list[u][{{ to.id }}]" value="to"><input type="submit" name="remove_u[{{ to.id }}]" value="x">{% endif %}
<input type="hidden" name="creation_time" value="{{ made }}"><input type="hidden" name="form_token" value="{{ token }}">
<input type="submit" name="save" value="Save draft"><input type="submit" name="preview" value="Preview">
<input type="submit" name="post" value="Submit"></form>{% endblock %}""",
    "sent": """{% extends "frame" %}{% block head %}<meta http-equiv="refresh" content="3; url={{ root }}/ucp.php?i=pm&amp;mode=view&amp;p={{ number }}">
{% endblock %}{% block body %}<div class="panel" id="message"><div class="inner"><h2 class="message-title">Information</h2>
<p>This message has been sent successfully.<br><a href="./ucp.php?i=pm&amp;mode=view&amp;p={{ number }}">View</a></p></div></div>{% endblock %}""",
}


class PhpbbLetters(Letters):
    """``full``: messages wait outside, since the inbox holds no more."""

    def __init__(self, forum: PhpbbForum, show: Callable[..., web.Response], says: Callable[..., web.Response]) -> None:
        super().__init__(forum.clock, leaves_from=OUTBOX)
        self.forum, self.show, self.says = forum, show, says
        self.full = False

    async def handle(self, request: web.Request, member: Member) -> web.Response:
        asked = request.query
        self.forum.asked.append(request.path_qs)
        if asked.get("mode") == "compose":
            return await self._compose(request, member)
        if asked.get("mode") == "view":
            letter = self.got(member, int(asked["p"]))
            if letter is None:
                return self.says(request, "Private message could not be found.")
            self.opened(letter)
            earlier = [each for each in self.of(member, letter.folder) if each.id < letter.id]
            return self.show(request, "letter", {"letter": letter, "history": earlier[:2]})
        box, start = asked.get("folder", "inbox"), int(asked.get("start", "0"))
        letters = self.of(member, FOLDERS[box])
        shown, last = page_of(letters, start // PAGE + 1)
        paging = {"number": start // PAGE + 1, "last": last, "size": PAGE, "count": len(letters)}
        about = {"shown": shown, "box": box, "full": self.full, "numbers": NUMBERS}
        page = self.show(request, "folder", about | paging)
        self.listed()
        return page

    async def _compose(self, request: web.Request, member: Member) -> web.Response:
        asked = request.query
        answered: Letter | None = None
        if asked.get("action") == "reply":
            answered = self.got(member, int(asked["p"]))
            if answered is None:
                return self.says(request, "Private message could not be found.")
        if request.method == "POST":
            return await self._sent(request, member, answered)
        whom = answered.sender if answered else self.forum.of_id(asked.get("u", ""))
        subject = f"Re: {answered.subject.removeprefix('Re: ')}" if answered else ""
        return self._form(request, {"to": whom, "subject": subject})

    async def _sent(self, request: web.Request, member: Member, answered: Letter | None) -> web.Response:
        fields = {name: str(value) for name, value in (await request.post()).items()}
        ids = [name.removeprefix("address_list[u][").rstrip("]") for name in fields if name.startswith("address_list")]
        whom = self.forum.of_id(ids[0]) if ids else None
        text = fields["message"].replace("\r\n", "\n")
        again = {"to": whom, "subject": fields["subject"], "text": text}
        if not self.forum.valid("ucp_pm_compose", fields):
            return self._form(request, {**again, "error": "The submitted form was invalid. Try submitting again."})
        last = member.last_post
        if last is not None and self.clock() - last < timedelta(seconds=15):
            return self._form(request, {**again, "error": "You cannot make another post so soon after your last."})
        if whom is None or not text.strip():
            return self._form(
                request, {**again, "error": "No recipient defined." if whom is None else "Too few characters."}
            )
        member.last_post = self.clock()
        letter = self.send(member, whom, fields["subject"], text, answers=answered.id if answered else None)
        if self.forum.cut:
            self.forum.cut = False
            assert request.transport is not None
            request.transport.close()
        return self.show(request, "sent", {"number": letter.id})

    def _form(self, request: web.Request, shown: dict[str, object]) -> web.Response:
        tokens = self.forum.tokens("ucp_pm_compose")
        return self.show(request, "compose", {"action": request.path_qs, **shown, **tokens})
