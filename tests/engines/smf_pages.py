"""The pages of the stand-in for SMF, in the shape of the engine's default theme."""
# ruff: noqa: E501 -- HTML

from __future__ import annotations

from datetime import datetime, timedelta

from jinja2 import DictLoader, Environment
from markupsafe import Markup
from tests.engines import smf_letters
from tests.engines.classic import rendered

OFFSET = timedelta(hours=5)  # of the board; its zone stands nowhere
TAGS = {
    r"&amp;(#\d+;)": r"&\1",
    r"\[quote author=(.*?) link=msg=(\d+)(?: date=\d+)?\](.*?)\[/quote\]\n?": (
        '<blockquote class="bbc_standard_quote"><cite><a href="index.php?msg=\\2">'
        r"Quote from: \1 on <strong>Today</strong> at 06:49 PM</a></cite>\3</blockquote>"
    ),
    r"\[b\](.*?)\[/b\]": r"<b>\1</b>",
    r"\[url=([^\]]+)\](.*?)\[/url\]": r'<a href="\1" class="bbc_link" target="_blank" rel="noopener">\2</a>',
    r"\[member=(\d+)\](.*?)\[/member\]": (
        r'<a href="index.php?action=profile;u=\1" class="mention" data-mention="\1">@\2</a>'
    ),
    r"(?<=\s):\)": '<img src="Smileys/fugue/smiley.png" alt="&#58;&#41;" title="Smiley" class="smiley">',
}


def date(moment: datetime) -> str:
    return f"{moment + OFFSET:%b %d, %Y, %I:%M %p}"


def told(moment: datetime, now: datetime) -> Markup:
    """Tell a time as timeformat does: two days have names."""
    shown = moment + OFFSET
    days = ((now + OFFSET).date() - shown.date()).days
    if days < 2:
        return Markup("<strong>{}</strong> at {:%I:%M %p}").format(("Today", "Yesterday")[days], shown)
    return Markup(date(moment))


PAGES = Environment(autoescape=True, trim_blocks=True, loader=DictLoader({
    "page": """<!DOCTYPE html><html><head><title>{{ title }}</title><script>var smf_scripturl = "{{ at }}";
var smf_member_id = {{ member.id if member else 0 }};</script></head><body id="smf"><div id="footerfix"><div id="top_section">
<ul id="top_info"><li class="welcome">Welcome</li></ul><form action="{{ at }}action=search2" method="post"><input name="search" /></form></div>
<div id="wrapper"><div class="user"><time datetime="{{ now.isoformat() }}">{{ date(now) }}</time></div><div id="main_content_section">
{% block body %}{% endblock %}</div></div></div><ul class="copyright"><li><a>SMF 2.1.5 &copy; 2026</a></li></ul></body></html>""",
    "home": "{% extends 'page' %}",
    "pages": """<div class="pagelinks"><a href="#bot" class="button">Go Down</a><span class="pages">Pages</span>
{% for each in range(1, last + 1) %}{% if each == number %}<span class="current_page">{{ each }}</span>
{% else %}<a class="nav_page" href="{{ at }}topic={{ thread.id }}.{{ (each - 1) * size }}">{{ each }}</a>{% endif %}{% endfor %}</div>""",
    "thread": """{% extends 'page' %}{% block body %}<div id="display_head" class="information"><h2 class="display_title">
<span id="top_subject">{{ thread.title }}</span>{% if thread.closed %} <span class="main_icons lock"></span>{% endif %}</h2>
<a href="{{ at }}topic={{ thread.id }}.0;prev_next=prev#new">Previous topic</a></div>{% include 'pages' %}<div id="forumposts"><form
 action="{{ at }}action=quickmod2;topic={{ thread.id }}.0" method="post" name="quickModForm">{% for post in posts %}
<div class="windowbg" id="msg{{ post.id }}"><div class="post_wrapper"><div class="poster"><h4>{% if post.author %}
<span class="on"></span> <a href="{{ at }}action=profile;u={{ post.author.id }}">{{ post.author.name }}</a>{% else %}Deniz{% endif %}
</h4></div><div class="postarea"><div class="keyinfo"><div class="postinfo"><a href="{{ at }}msg={{ post.id }}" rel="nofollow"
 title="Reply" class="smalltext">{{ told(post.time, now) }}</a> <span class="smalltext modified" id="modified_{{ post.id }}">
{% if post.edited %}<span class="lastedit">Last Edit</span>: {{ told(post.edited, now) }} by x{% endif %}</span></div></div>
<div class="post">{% if post.waits %}<div class="noticebox">This message is awaiting approval.</div>{% endif %}
<div class="inner" data-msgid="{{ post.id }}" id="msg_{{ post.id }}">{{ bbcode(post.text) }}</div></div>{% if post.files %}
<div class="attachments">{% for name in post.files %}<div class="attachments_bot"><a
 href="{{ at }}action=dlattach;topic={{ thread.id }}.0;attach={{ post.id }}{{ loop.index }}"><img
 src="clip.png" alt="*">&nbsp;{{ name }}</a><br>1 KB</div>{% endfor %}</div>{% endif %}</div>
<div class="moderatorbar"><div class="signature">İmza</div></div></div></div><hr class="post_separator">{% endfor %}</form></div>
<div id="quickreply_options"><form action="{{ at }}action=post2;board=1" method="post" name="postmodify"><textarea
 name="message"></textarea></form></div>{% endblock %}""",
    "board": """{% extends 'page' %}{% block body %}<div id="topic_header" class="title_bar"><div class="info">Subject</div></div>
<div class="pagelinks"><span class="pages">Pages</span><span class="current_page">1</span></div><div id="topic_container">
{% for thread in threads %}{% set newest = thread.shown[-1] %}<div class="windowbg"><div class="info"><div class="message_index_title">
<span id="msg_{{ thread.entries[0].id }}"><a href="{{ at }}topic={{ thread.id }}.0">{{ thread.title }}</a></span></div></div>
<div class="board_stats"><p>Replies: {{ thread.shown|length - 1 }}<br>Views: {{ range(99)|random }}</p></div><div class="lastpost">
<p><a href="{{ at }}topic={{ thread.id }}.{% if thread.shown|length == 1 %}0#new{% elif member %}msg{{ newest.id }}#new
{% else %}{{ (thread.shown|length - 1) // size * size }}#msg{{ newest.id }}{% endif %}">{{ told(newest.time, now) }}</a><br>by x</p>
</div></div>{% endfor %}</div>{% endblock %}""",
    "fatal": """{% extends 'page' %}{% block body %}<div id="fatal_error"><div class="cat_bar"><h3>An error has occurred</h3></div>
<div class="windowbg"><div id="{{ id }}" class="padding">{{ said }}</div></div></div>{% endblock %}""",
    "login": """{% extends 'page' %}{% block body %}<form action="{{ at }}action=login2" name="frmLogin" id="frmLogin" method="post">
{% if error %}<div class="errorbox">{{ error }}</div>{% endif %}{% if said %}<p class="information centertext">{{ said }}<br>
Please login below</p>{% endif %}<input type="text" name="user"><input type="password" name="passwrd">
<input type="checkbox" name="cookielength" value="3153600" checked><input type="hidden" name="{{ visit.var }}" value="{{ visit.value }}">
<input type="hidden" name="{{ visit.token[0] }}" value="{{ visit.token[1] }}"><input type="submit" value="Login"></form>{% endblock %}""",
    "post": """{% extends 'page' %}{% block body %}<form action="{{ at }}action=post2;start=0;board=1" method="post" name="postmodify"
 id="postmodify" enctype="multipart/form-data"><input type="hidden" name="topic" value="{{ thread.id }}">
<div class="{{ 'errorbox' if serious else 'noticebox' }}" id="errors"{% if not errors %} style="display: none"{% endif %}><dl><dt>
<strong id="error_serious">The message has the following error or errors that must be corrected before continuing:</strong></dt>
<dd class="error" id="error_list">{{ errors|join('<br>') }}</dd></dl></div>
<input type="text" name="subject" value="Re: {{ thread.title }}"><textarea name="message">{{ text }}</textarea>
<input type="checkbox" name="goback" value="1" checked><input type="file" name="attachment[]" multiple>
<input type="hidden" name="last_msg" value="{{ thread.entries[-1].id }}"><input type="hidden" name="{{ visit.var }}" value="{{ visit.value }}">
<input type="hidden" name="seqnum" value="{{ seqnum }}"><input type="submit" name="post" value="Post">
<input type="submit" name="preview" value="Preview"><input type="submit" name="save_draft" value="Save draft"></form>{% endblock %}""",
    **smf_letters.PAGES,
}))  # fmt: skip
PAGES.globals |= {"told": told, "date": date, "bbcode": lambda text: Markup(rendered(text, TAGS))}
