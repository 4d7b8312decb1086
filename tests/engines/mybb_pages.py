"""The pages of the stand-in for MyBB, in the shape of the engine's default templates."""
# ruff: noqa: E501 -- HTML

from __future__ import annotations

from datetime import datetime, timedelta

from jinja2 import DictLoader, Environment
from markupsafe import Markup
from tests.engines import mybb_letters
from tests.engines.classic import rendered

OFFSET = timedelta(hours=5)  # of the board; its zone stands nowhere
TAGS = {
    r'\[quote="([^"\]]*)" pid=\'(\d+)\'(?: dateline=\'\d+\')?\](.*?)\[/quote\]\n?': (
        '<blockquote class="mycode_quote"><cite><span> (<span title="11-22-2026, 06:49 PM">1 minute ago</span>)</span>'
        r'\1 Wrote:  <a href="showthread.php?pid=\2#pid\2" class="quick_jump"></a></cite>\3</blockquote>'
    ),
    r"\[b\](.*?)\[/b\]": r'<span style="font-weight: bold;" class="mycode_b">\1</span>',
    r"\[url=([^\]]+)\](.*?)\[/url\]": r'<a href="\1" target="_blank" rel="noopener" class="mycode_url">\2</a>',
    r"\[hr\]": '<hr class="mycode_hr" />',
    r"(?<=\s):\)": '<img src="images/smilies/smile.png" alt="Smile" title="Smile" class="smilie smilie_1" />',
}


def date(moment: datetime) -> str:
    return f"{moment + OFFSET:%m-%d-%Y, %I:%M %p}"


def told(moment: datetime, now: datetime) -> Markup:
    """Tell a time as my_date does: counted from now for half a day, with the date beside it."""
    age, shown = now - moment, moment + OFFSET
    if age < timedelta(hours=12):
        unit = "minute" if age < timedelta(hours=1) else "hour"
        count = max(1, age // timedelta(**{f"{unit}s": 1}))
        less = "Less than " if age <= timedelta(minutes=1) else ""
        return Markup('<span title="{}">{}{} {} ago</span>').format(
            date(moment), less, count, f"{unit}s" if count > 1 else unit
        )
    days = ((now + OFFSET).date() - shown.date()).days
    if days < 2:
        day = ("Today", "Yesterday")[days]
        return Markup('<span title="{:%m-%d-%Y}">{}</span>, {:%I:%M %p}').format(shown, day, shown)
    return Markup(date(moment))


PAGES = Environment(autoescape=True, trim_blocks=True, loader=DictLoader({
    "page": """<!DOCTYPE html><html><head><title>{{ title }}</title><script>var my_post_key = "{{ key }}";</script></head>
<body><div id="container"><form action="search.php"><input name="keywords" type="text" /></form>
{% if member %}<span class="welcome">Welcome back, <a href="member.php?action=profile&uid={{ member.id }}">{{ member.name }}</a>
<a href="member.php?action=logout&logoutkey=0" class="logout">Log Out</a></span>
{% else %}<form method="post" action="member.php"><input name="action" type="hidden" value="do_login" />
<input name="quick_login" type="hidden" value="1" /><input name="my_post_key" type="hidden" value="{{ key }}" />
<input name="quick_username" type="text" /><input name="quick_password" type="password" /></form>
{% endif %}<div id="content"><div class="navigation"><span class="active">{{ title }}</span></div>{% block body %}{% endblock %}
</div><span id="current_time"><strong>Current time:</strong> {{ date(now) }}</span></div></body></html>""",
    "home": "{% extends 'page' %}",
    "pages": """{% if last > 1 %}<div class="pagination"><span class="pages">Pages ({{ last }}):</span>
{% for each in range(1, last + 1) %}{% if each == number %}<span class="pagination_current">{{ each }}</span>
{% else %}<a href="{{ address }}{% if each > 1 %}&page={{ each }}{% endif %}" class="pagination_page">{{ each }}</a>
{% endif %}{% endfor %}</div>{% endif %}""",
    "thread": """{% extends 'page' %}{% block body %}{% set address = 'showthread.php?tid=%d' % thread.id %}
{% include 'pages' %}<a href="newreply.php?tid={{ thread.id }}"
 class="button {{ 'closed_button' if thread.closed else 'new_reply_button' }}"><span>New Reply</span></a>
<table class="tborder tfixed clear"><tr><td id="posts_container"><div id="posts">{% for post in posts %}
{% set profile %}{% if post.author %}<a href="member.php?action=profile&uid={{ post.author.id }}">{{ post.author.name }}</a>
{% else %}Deniz{% endif %}{% endset %}
<div class="post " style="" id="post_{{ post.id }}"><div class="post_author"><div class="author_information">
<strong><span class="largetext">{{ profile }}</span></strong></div></div>
<div class="post_content"><div class="post_head"><div class="float_right">
<strong><a href="{{ address }}&pid={{ post.id }}#pid{{ post.id }}">#1</a></strong></div>
<span class="post_date">{{ told(post.time, now) }} <span class="post_edit" id="edited_by_{{ post.id }}">{% if post.edited %}
<span class="edited_post">(This post was last modified: {{ told(post.edited, now) }} by {{ profile }}.)</span>{% endif %}
</span></span></div><div class="post_body scaleimages" id="pid_{{ post.id }}">{{ mycode(post.text) }}</div>
{% if post.files %}<fieldset><legend><strong>Attached Files</strong></legend>{% for name in post.files %}
<br /><a href="attachment.php?aid={{ post.id }}{{ loop.index }}" target="_blank">{{ name }}</a> (Size: 1 KB / Downloads: 0)
{% endfor %}</fieldset>{% endif %}<div class="signature scaleimages">İmza</div></div></div>{% endfor %}
</div></td></tr></table>{% endblock %}""",
    "board": """{% extends 'page' %}{% block body %}<table class="tborder clear">
<tr><td class="tcat"><a href="forumdisplay.php?fid=2&sortby=lastpost&order=desc">Last Post</a></td></tr>
{% for thread in threads %}{% set newest = thread.shown[-1] %}<tr class="inline_row"><td>
<span class=" subject_old" id="tid_{{ thread.id }}"><a href="showthread.php?tid={{ thread.id }}">{{ thread.title }}</a></span>
</td><td><a href="misc.php?action=whoposted&tid={{ thread.id }}">{{ thread.shown|length - 1 }}</a></td><td>{{ range(99)|random }}</td>
<td><span class="lastpost smalltext">{{ told(newest.time, now) }}<br />
<a href="showthread.php?tid={{ thread.id }}&action=lastpost">Last Post</a>: {{ newest.author.name if newest.author else 'Deniz' }}
</span></td></tr>{% endfor %}</table>{% endblock %}""",
    "error": """{% extends 'page' %}{% block body %}<table class="tborder"><tr><td class="thead"><strong>Forum</strong></td></tr>
<tr><td class="trow1">{{ said }}</td></tr></table>{% endblock %}""",
    "inline": """{% if said %}<div class="error"><p><em>Please correct the following errors before continuing:</em></p>
<ul><li>{{ said }}</li></ul></div>{% endif %}""",
    "login": """{% extends 'page' %}{% block body %}{% include 'inline' %}<form action="member.php" method="post">
<input type="text" name="username" value="" /><input type="password" name="password" value="" />
<input type="checkbox" name="remember" checked="checked" value="yes" /><input type="submit" name="submit" value="Login" />
<input type="hidden" name="action" value="do_login" /><input type="hidden" name="url" value="" />
<input name="my_post_key" type="hidden" value="{{ key }}" /></form>{% endblock %}""",
    "newreply": """{% extends 'page' %}{% block body %}{% include 'inline' %}
<form action="newreply.php?tid={{ thread.id }}&processed=1" method="post" enctype="multipart/form-data" name="input">
<input type="hidden" name="my_post_key" value="{{ form_key }}" />
<input type="text" name="subject" value="RE: {{ thread.title }}" />
<textarea id="message" name="message" rows="20" cols="70">{{ text }}</textarea>
<input type="checkbox" name="postoptions[signature]" value="1" /><input type="file" name="attachments[]" multiple="multiple" />
<table class="tborder">{% for name in held %}<tr id="attachment_{{ loop.index }}"><td>
<span class="attachment_filename">{{ name }}</span></td></tr>{% endfor %}</table>
<input type="submit" name="newattachment" value="Add Attachment" /><input type="submit" name="submit" value="Post Reply" />
<input type="submit" name="savedraft" value="Save as Draft" /><input type="hidden" name="action" value="do_newreply" />
<input type="hidden" name="posthash" value="{{ posthash }}" /></form>
<table class="tborder tfixed"><tr><td class="thead">Thread Review (Newest First)</td></tr><tr><td class="tcat">Posted by x</td></tr>
<tr><td class="trow1 scaleimages">{{ mycode(thread.shown[-1].text) }}</td></tr></table>{% endblock %}""",
    "redirect": """<!DOCTYPE html><html><head><title>Forum</title><meta http-equiv="refresh" content="2;URL={{ target }}" />
<script>var my_post_key = "{{ key }}";</script></head><body><table class="tborder"><tr><td class="thead">Forum</td></tr>
<tr><td class="trow1" align="center"><p>{{ said }}</p></td></tr>
<tr><td class="trow2" align="right"><a href="{{ target }}">Click here if you don't want to wait.</a></td></tr></table></body></html>""",
    **mybb_letters.PAGES,
}))  # fmt: skip
PAGES.globals |= {"told": told, "date": date, "mycode": lambda text: Markup(rendered(text, TAGS))}
