"""How XenForo's default theme writes posts, rows, forms and page numbers. ``modern`` is 2.3, which moved the Unix stamp
of a time to another attribute."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from html import escape
from secrets import token_hex

from tests.engines.xenforo import Entry, File, Member, Thread

ISTANBUL = timezone(timedelta(hours=3))
_QUOTE = re.compile(r'\[QUOTE="([^",]*), post: (\d+)(?:, member: (\d+))?"\](.*?)\[/QUOTE\]', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Theme:
    """Writes for one forum."""

    modern: bool = True

    def when(self, moment: datetime) -> str:
        moment = moment.astimezone(ISTANBUL)
        stamp = int(moment.timestamp())
        told = f'data-timestamp="{stamp}" data-time="{moment:%H:%M}"' if self.modern else f'data-time="{stamp}"'
        return f'<time class="u-dt" dir="auto" datetime="{moment:%Y-%m-%dT%H:%M:%S%z}" {told}>{moment:%d/%m}</time>'

    def article(self, thread: Thread, entry: Entry, url: str) -> str:
        """Return a post; ``url`` is the forum's."""
        name, link = escape(entry.author.name if entry.author else entry.guest), f"{address(thread)}post-{entry.id}"
        notice = "" if entry.state == "visible" else f'<div class="messageNotice messageNotice--{entry.state}">…</div>'
        edited = f'<div class="message-lastEdit">Düzenlendi: {self.when(entry.edited)}</div>' if entry.edited else ""
        answer = "message--solution" if entry.id == thread.solution else ""
        return f"""<article class="message message--post {answer} js-post js-inlineModContainer" data-author="{name}"
 data-content="post-{entry.id}" id="js-post-{entry.id}"><span class="u-anchorTarget" id="post-{entry.id}"></span>
<div class="message-inner"><div class="message-cell message-cell--user"><section class="message-user">
<div class="message-userDetails"><h4 class="message-name">{_user(entry, name)}</h4><h5 class="userTitle">Üye</h5></div>
</section></div><div class="message-cell message-cell--main"><div class="message-main js-quickEditTarget">
<header class="message-attribution message-attribution--split"><ul class="message-attribution-main listInline">
<li class="u-concealed"><a href="{link}" rel="nofollow">{self.when(entry.time)}</a></li></ul>
<ul class="message-attribution-opposite"><li><a href="{link}" rel="nofollow">#1</a></li></ul></header>
<div class="message-content js-messageContent">{notice}<div class="message-userContent lbContainer js-lbContainer">
<article class="message-body js-selectToQuote"><div class="bbWrapper">{body(entry, url)}</div>
<div class="js-selectToQuoteEnd">&nbsp;</div></article>{_attached(entry)}</div>{edited}
<aside class="message-signature"><div class="bbWrapper">İmza</div></aside></div></div></div></div></article>"""

    def row(self, thread: Thread) -> str:
        last, where = thread.visible[-1], address(thread)
        label = '<a href="/bolum/yardim.2/?prefix_id=1" class="labelLink"><span class="label">Soru</span></a>'
        moved = '<li><i class="structItem-status structItem-status--redirect"></i></li>' * (thread.kind == "redirect")
        title = f'<a href="{where}" data-tp-primary="on" data-xf-init="preview-tooltip">{escape(thread.title)}</a>'
        return f"""<div class="structItem structItem--thread js-inlineModContainer js-threadListItem-{thread.id}">
<div class="structItem-cell structItem-cell--main"><ul class="structItem-statuses">{moved}</ul>
<div class="structItem-title">{label}{title}</div><div class="structItem-minor"><ul class="structItem-parts">
<li><a class="username" href="/uye/a.2/">Ayşe</a></li><li class="structItem-startDate"><a href="{where}">
{self.when(thread.entries[0].time)}</a></li></ul><span class="structItem-pageJump"><a href="{where}page-2">2</a></span>
</div></div><div class="structItem-cell structItem-cell--meta"><dl class="pairs pairs--justified"><dt>Cevaplar</dt>
<dd>{len(thread.visible) - 1}</dd></dl><dl class="pairs"><dt>Görüntüleme</dt><dd>1B</dd></dl></div>
<div class="structItem-cell structItem-cell--latest"><a href="{where}latest" rel="nofollow">{self.when(last.time)}</a>
<div class="structItem-minor"><span class="username">x</span></div></div></div>"""


def page(template: str, content: str, *, thread: Thread | None, member: Member | None, token: str) -> str:
    """Return a whole page; ``{token}`` in the content is made the token of its forms."""
    user = '<a href="/login/" class="p-navgroup-link p-navgroup-link--logIn">Giriş yap</a>'
    if member is not None:
        avatar = f'<span class="avatar avatar--xxs" data-user-id="{member.id}"></span>'
        user = f'<a href="/hesabim/" class="p-navgroup-link p-navgroup-link--user">{avatar}{escape(member.name)}</a>'
    title = f'<div class="p-title"><h1 class="p-title-value">{escape(thread.title)}</h1></div>' if thread else ""
    return f"""<!DOCTYPE html>
<html id="XF" lang="tr-TR" dir="LTR" data-app="public" data-template="{template}" data-container-key="node-2"
 data-content-key="{f"thread-{thread.id}" if thread else ""}" data-logged-in="{"true" if member else "false"}"
 data-cookie-prefix="xf_" data-csrf="{token}" class="has-no-js template-{template}">
<head><meta charset="utf-8"><title>Forum</title></head><body data-template="{template}"><div class="p-pageWrapper">
<nav class="p-nav">{user}</nav><div class="p-body">{title}<div class="p-body-main"><div class="p-body-content">
<noscript class="js-jsWarning"><div class="blockMessage blockMessage--important">JavaScript kapalı.</div></noscript>
<div class="p-body-pageContent">{content.replace("{token}", token)}</div></div></div></div></div></body></html>"""


def thread_view(thread: Thread, articles: Iterable[str], pinned: str, solution: str, numbers: str, form: str) -> str:
    """Return a thread's page: a pinned first post, the solution above the others, and an advertisement between them."""
    lock = '<dl class="blockStatus"><dd class="blockStatus-message blockStatus-message--locked">Kapalı.</dd></dl>'
    highlight = f'<div class="block" id="js-solutionHighlightBlock">{solution}</div>' if solution else ""
    return f"""{f'<div class="block">{pinned}</div>' if pinned else ""}{highlight}
<div class="block block--messages" data-xf-init="" data-type="post" data-href="/inline-mod/">
<div class="block-outer">{numbers}</div><div class="block-outer js-threadStatusField">{lock * (not thread.open)}</div>
<div class="block-container lbContainer"><div class="block-body js-replyNewMessageContainer">
{'<div class="block samCodeUnit">Reklam</div>'.join(articles)}</div></div>
<div class="block-outer block-outer--after">{numbers}</div></div>{form}"""


def reply_form(thread: Thread) -> str:
    stamp, token = int(thread.entries[-1].time.timestamp()), token_hex(16)
    combined = escape(f'{{"type":"post","context":{{"thread_id":{thread.id}}},"hash":"{token}"}}')
    return f"""<form action="{address(thread)}add-reply" method="post" class="block js-quickReply"
 data-xf-init="attachment-manager quick-reply ajax-submit draft" data-draft-url="{address(thread)}draft">
<div class="message message--quickReply"><div class="message-editorWrapper">
<textarea name="message_html" class="input js-editor u-jsOnly" data-original-name="message"></textarea>
<input type="hidden" value="" data-bb-code="message">
<noscript><textarea name="message" class="input"></textarea></noscript>
<button type="submit" class="button--primary button">Cevapla</button>
<input type="hidden" name="attachment_hash" value="{token}">
<input type="hidden" name="attachment_hash_combined" value="{combined}">
<input type="hidden" name="last_date" value="{stamp}"><input type="hidden" name="last_known_date" value="{stamp}">
<input type="hidden" name="load_extra" value="1"></div></div>
<input type="hidden" name="_xfToken" value="{{token}}"></form>"""


def login(words: str, home: str, *, captcha: bool) -> str:
    error = f'<div class="blockMessage blockMessage--error blockMessage--iconic">{words}</div>' if words else ""
    riddle = '<dl class="formRow"><div data-xf-init="re-captcha" data-sitekey="x"></div></dl>' * captcha
    return f"""{error}<div class="blocks"><form action="/login/login" method="post" class="block">
<input type="text" class="input" name="login" autocomplete="username"><input type="password" name="password">
<label><input type="checkbox" name="remember" value="1" checked="checked">Hatırla</label>{riddle}
<button type="submit" class="button--primary button">Giriş</button>
<input type="hidden" name="_xfRedirect" value="{home}">
<input type="hidden" name="_xfToken" value="{{token}}"></form></div>"""


def navigation(base: str, current: int, last: int, query: str = "") -> str:
    """Return the page numbers; the page on which one is has a link too."""
    if last == 1:
        return ""

    def link(number: int, classes: str, text: str) -> str:
        return f'<a href="{base}{f"page-{number}" if number > 1 else ""}{query}" class="{classes}">{text}</a>'

    def item(number: int) -> str:
        classes = "pageNav-page pageNav-page--current" if number == current else "pageNav-page"
        return f'<li class="{classes}">{link(number, "", str(number))}</li>'

    back = link(current - 1, "pageNav-jump pageNav-jump--prev", "Önceki") if current > 1 else ""
    forth = link(current + 1, "pageNav-jump pageNav-jump--next", "Sonraki") if current < last else ""
    numbers = "".join(item(number) for number in range(1, last + 1))
    simple = f'<a class="pageNavSimple-el pageNavSimple-el--current">{current} / {last}</a>'
    return f"""<nav class="pageNavWrapper"><div class="pageNav">{back}<ul class="pageNav-main">{numbers}</ul>{forth}
</div><div class="pageNavSimple">{simple}</div></nav>"""


def address(thread: Thread, number: int = 1) -> str:
    return f"/konu/{thread.slug}/" + (f"page-{number}" if number > 1 else "")


def body(entry: Entry, url: str) -> str:
    """Return what XF\\BbCode\\Renderer\\Html makes of a message, as far as our messages go."""
    html = escape(entry.message, quote=False).replace("\n", "<br />\n")
    html = re.sub(r"\[B\](.*?)\[/B\]", r"<b>\1</b>", html)
    html = _QUOTE.sub(_quote, html)
    mention = r'<a href="/uye/uye.\1/" class="username" data-user-id="\1" data-username="\2">\2</a>'
    html = re.sub(r"\[USER=(\d+)\](.*?)\[/USER\]", mention, html)
    proxy = f"{url}/proxy.php?image=x&amp;hash=1"
    image = rf'<img src="{proxy}" data-url="\1" class="bbImage" alt="">'
    html = re.sub(r"\[IMG\](.*?)\[/IMG\]", f'<div class="bbImageWrapper" data-src="{proxy}">{image}</div>', html)
    files = {str(each.id): f"{url}{_file(each)}" for each in entry.files}
    thumb = f'<img src="{url}/data/kucuk.jpg" class="bbImage" alt="">'
    return re.sub(
        r"\[ATTACH\](\d+)\[/ATTACH\]",
        lambda seen: f'<a href="{files[seen[1]]}" target="_blank">{thumb}</a>',
        html,
    )


def _quote(seen: re.Match[str]) -> str:
    name, post, member, text = seen.groups()
    return f"""<blockquote data-attributes="member: {member}" data-quote="{name}" data-source="post: {post}"
 class="bbCodeBlock bbCodeBlock--expandable bbCodeBlock--quote js-expandWatch"><div class="bbCodeBlock-title">
<a href="/goto/post?id={post}" class="bbCodeBlock-sourceJump" rel="nofollow">{name} dedi:</a></div>
<div class="bbCodeBlock-content"><div class="bbCodeBlock-expandContent js-expandContent ">{text}</div>
<div class="bbCodeBlock-expandLink js-expandLink"><a role="button">Genişletmek için tıkla…</a></div></div>
</blockquote>"""


def _user(entry: Entry, name: str) -> str:
    if entry.author is None:
        return f'<span class="username" dir="auto" data-user-id="0">{name}</span>'
    return f'<a href="/uye/uye.{entry.author.id}/" class="username" data-user-id="{entry.author.id}">{name}</a>'


def _attached(entry: Entry) -> str:
    files = [each for each in entry.files if f"{each.id}[/ATTACH]" not in entry.message]
    items = "".join(
        f'<li class="file"><a class="u-anchorTarget" id="attachment-{each.id}"></a><a class="file-preview" '
        f'href="{_file(each)}"></a><span class="file-name" title="{each.name}">{each.name}</span></li>'
        for each in files
    )
    return f'<section class="message-attachments"><ul class="attachmentList">{items}</ul></section>' if files else ""


def _file(file: File) -> str:
    return f"/eklenti/{file.name.replace('.', '-')}.{file.id}/"
