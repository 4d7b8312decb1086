"""The pages of the stand-in for phpBB, as the style prosilver builds them."""

from __future__ import annotations

from jinja2 import DictLoader, Environment
from markupsafe import Markup
from tests.engines import phpbb_letters
from tests.engines.classic import rendered

_FRAME = """\
<!DOCTYPE html>
<html><head>{% block head %}{% endblock %}</head><body id="phpbb"><ul id="nav-main">
{%- if member %}<li id="username_logged_in">
<a href="./memberlist.php?mode=viewprofile&amp;u={{ member.id }}">Profil</a>
<a href="./ucp.php?mode=logout&amp;sid={{ sid }}">Çıkış</a></li>
{%- else %}<li><a href="./ucp.php?mode=login">Giriş</a></li>{% endif %}</ul>
<div id="page-body">{% block body %}{% endblock %}</div>
<ul id="nav-footer"><li class="rightside">All times are <span title="Asia/Tokyo">UTC+09:00</span></li></ul>
</body></html>"""

_TOPIC = """\
{% extends "frame" %}
{%- macro author(entry) -%}
{% if entry.author is string %}<span class="username">{{ entry.author }}</span>
{%- else %}<a href="./memberlist.php?mode=viewprofile&amp;u={{ entry.author.id }}" class="username">
{{- entry.author.name }}</a>{% endif %}{% endmacro %}
{% block head %}<link rel="canonical" href="{{ root }}/viewtopic.php?t={{ topic.id }}
{%- if start %}&amp;start={{ start }}{% endif %}">{% endblock %}
{% block body %}<h2 class="topic-title"><a href="./viewtopic.php?t={{ topic.id }}">{{ topic.title }}</a></h2>
<div class="action-bar bar-top">
<a class="button" href="#"><i class="icon {{ 'fa-lock' if topic.locked else 'fa-reply' }}"></i></a>
{%- macro address(number) %}./viewtopic.php?t={{ topic.id }}
{%- if number > 1 %}&amp;start={{ (number - 1) * per_page }}{% endif %}{% endmacro %}
<div class="pagination">{{ topic.posts|length }} mesaj <ul>
{% if here > 1 %}<li class="arrow previous"><a href="{{ address(here - 1) }}" rel="prev">Önceki</a></li>{% endif %}
{%- for number in pages %}
{% if number == here %}<li class="active"><span>{{ number }}</span></li>
{%- else %}<li><a href="{{ address(number) }}">{{ number }}</a></li>{% endif %}{% endfor %}
</ul></div></div>
{% for entry in shown %}
<div id="p{{ entry.id }}" class="post has-profile bg1"><div class="inner">
<dl class="postprofile"><dt>{{ author(entry) }}</dt></dl>
<div class="postbody"><h3><a href="./viewtopic.php?p={{ entry.id }}#p{{ entry.id }}">Re: {{ topic.title }}</a></h3>
<p class="author">gönderen <strong>{{ author(entry) }}</strong> »
<time datetime="{{ entry.time.isoformat() }}">dün</time></p>
<div class="content">{{ entry.text|replace("\\n", "<br>"|safe) }}</div>
{% if entry.files %}<dl class="attachbox">{% for name in entry.files %}<dd><dl class="file">
<dt><a class="postlink" href="./download/file.php?id={{ loop.index }}">{{ name }}</a></dt>
<dd>{{ views }} kere indirildi</dd></dl></dd>{% endfor %}</dl>{% endif %}
<div class="signature">{{ views }}. imza</div></div></div></div>
{% endfor %}{% endblock %}"""

_FORUM = """\
{% extends "frame" %}{% block body %}
<div class="action-bar"><div class="pagination">{{ topics|length }} başlık</div></div>
<ul class="topiclist topics">{% for topic in topics %}{% set last = topic.posts[-1] %}
<li class="row {{ topic.kind }}"><a href="./viewtopic.php?t={{ topic.id }}" class="topictitle">{{ topic.title }}</a>
<dd class="posts">{{ topic.posts|length - 1 }} <dfn>Cevaplar</dfn></dd><dd class="views">{{ views }}</dd>
<dd class="lastpost"><a href="./viewtopic.php?p={{ last.id }}#p{{ last.id }}"></a>
<time datetime="{{ last.time.isoformat() }}">dün</time></dd></li>{% endfor %}</ul>{% endblock %}"""

_LOGIN = """\
{% extends "frame" %}{% block body %}<form action="./ucp.php?mode=login" method="post" id="login">
{% if error %}<div class="error">{{ error }}</div>{% endif %}
<input name="username"><input type="password" name="password">
{% if riddle %}<input name="confirm_code">{% endif %}
<input type="hidden" name="redirect" value="./ucp.php?mode=login">
<input type="hidden" name="creation_time" value="{{ made }}"><input type="hidden" name="form_token" value="{{ token }}">
<input type="hidden" name="redirect" value="index.php">
<input type="submit" name="login" value="Giriş"></form>{% endblock %}"""

_POSTING = """\
{% extends "frame" %}{% block body %}
<form id="postform" method="post" action="./posting.php?mode=reply&amp;t={{ topic.id }}" enctype="multipart/form-data">
{% if review %}<h3>Mesaj incelemesi</h3>
<p>Bu başlığa en az bir yeni mesaj gönderildi. Bunun ışığında dilerseniz mesajınızı inceleyebilirsiniz.</p>
<div class="post bg2"><div class="content">{{ topic.posts[-1].text }}</div></div>{% endif %}
<fieldset>{% if error %}<p class="error">{{ error }}</p>{% endif %}
<input name="subject" value="Re: {{ topic.title }}"><textarea name="message">{{ text }}</textarea></fieldset>
{% for each in held %}<input type="hidden" name="attachment_data[{{ loop.index0 }}][attach_id]" value="{{ each }}">
<input type="hidden" name="attachment_data[{{ loop.index0 }}][is_orphan]" value="1">{% endfor %}
<input type="file" name="fileupload"><input type="submit" name="add_file" value="Dosya ekle">
<input type="hidden" name="topic_cur_post_id" value="{{ topic.posts[-1].id }}">
<input type="hidden" name="creation_time" value="{{ made }}"><input type="hidden" name="form_token" value="{{ token }}">
<input type="submit" name="preview" value="Önizleme"><input type="submit" name="post" value="Gönder">
</form>{% endblock %}"""

_MESSAGE = """\
{% extends "frame" %}{% block body %}<div class="panel" id="message"><div class="inner">
<h2 class="message-title">Bilgi</h2><p>{{ words }}</p></div></div>{% endblock %}"""

_FEED = """\
<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">{% for entry in topic.posts[-15:]|reverse %}
<entry><id>{{ root }}/viewtopic.php?p={{ entry.id }}#p{{ entry.id }}</id><content>{{ entry.text }}</content></entry>
{%- endfor %}</feed>"""

PAGES = Environment(
    autoescape=True,
    loader=DictLoader(
        {
            "frame": _FRAME,
            "topic": _TOPIC,
            "forum": _FORUM,
            "login": _LOGIN,
            "posting": _POSTING,
            "message": _MESSAGE,
            "feed": _FEED,
            **phpbb_letters.PAGES,
        }
    ),
)
"""The pages by name."""
_TAGS = {r"\[b\](.*?)\[/b\]": r'<strong class="text-strong">\1</strong>'}
PAGES.globals |= {"told": phpbb_letters.told, "bbcode": lambda text: Markup(rendered(str(text), _TAGS))}
