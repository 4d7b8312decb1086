"""A forum as nobody prepared for: an old board of tables, text dates and Turkish class names in windows-1254. It really
signs members in and takes replies, and notes what it was asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from aiohttp import web
from aiohttp.typedefs import Handler
from tests.engines.place import START, dated

ZONE = ZoneInfo("Europe/Istanbul")
CHARSET = "windows-1254"
PER_PAGE = 6
USER, PASSWORD = "acme_destek", "çok-gizli-şifre"
MONTHS = ("Oca", "Şub", "Mar", "Nis", "May", "Haz", "Tem", "Ağu", "Eyl", "Eki", "Kas", "Ara")
DAYS = ("Pazartesi", "Salı", "Çarşamba", "Perşembe", "Cuma", "Cumartesi", "Pazar")
MEMBERS = {"Ayşe Öz": 12, "deniz_k": 31, "Çağrı": 44, USER: 50}
SIGNATURES = {"Ayşe Öz": "İzmir'den sevgiler", "deniz_k": "Kargo da bir sabır işi"}
NAME = "Kargocular Kahvesi"


@dataclass
class Written:
    """A post: ``text`` is HTML as the forum shows it; a guest is no member."""

    number: int
    author: str
    when: datetime
    text: str
    edited: datetime | None = None


@dataclass
class Thread:
    number: int
    title: str
    posts: list[Written] = field(default_factory=list)


class OddForum:
    """The forum. ``asked`` lists the paths with queries in the order in which they were asked for."""

    def __init__(self, *, login_page: bool = True) -> None:
        self.now = START
        self.asked: list[str] = []
        self.threads = {17: Thread(17, "Kargom nerede kaldı?"), 21: Thread(21, "Fatura & iğne")}
        self._last = 4700
        self._fill(
            17, ["Ayşe Öz", "deniz_k", "Misafir Kişi", "Ayşe Öz", "Çağrı", "deniz_k", "Ayşe Öz", "Çağrı"], hours=90
        )
        self._fill(21, ["Çağrı", "Ayşe Öz", "Ayşe Öz"], hours=30)
        self.threads[17].posts[3].edited = self.now - timedelta(hours=2)
        self.threads[17].posts[1].text += '<br><a href="dosya.asp?no=9">fatura.pdf</a>'
        app = web.Application()
        for path, page in {
            "/robots.txt": self._robots, "/forum/": self._board,
            "/forum/oku.asp": self._read, "/forum/bolum.asp": self._board,
            "/forum/giris.asp": self._login, "/forum/cevap.asp": self._reply,
        }.items():  # fmt: skip
            if login_page or "giris" not in path:
                app.router.add_route("*", path, page)
        app.middlewares.append(self._note)
        self.app = dated(app, lambda: self.now)

    def _fill(self, thread: int, authors: list[str], *, hours: int) -> None:
        texts = (
            "Merhaba, geçen hafta verdiğim siparişim hâlâ gelmedi; şubeden de haber yok.",
            "Bende de aynısı oldu. Takip numaranı yazar mısın? Ben bir bakayım.",
            "Şubeyi arayın,<br>bazen orada unutuluyor.",
            "<b>Alıntı:</b><blockquote>Takip numaranı yazar mısın?</blockquote>Numara 1Z999, teşekkürler!",
            "Ölçüler &amp; iğne: kutu 30x40 cm idi, kapıda bırakmışlar.",
            "Bir daha bu firmayla çalışmam, söz.",
        )
        for place, author in enumerate(authors):
            when = self.now - timedelta(hours=hours - hours * place / len(authors), minutes=7 * place)
            self.write(thread, author, f"{texts[place % len(texts)]} ({place + 1})", when)

    def write(self, thread: int, author: str, text: str, when: datetime | None = None) -> Written:
        """Add a post; its number is none that was given before."""
        self._last += 7
        post = Written(self._last, author, when or self.now, text)
        self.threads[thread].posts.append(post)
        return post

    @web.middleware
    async def _note(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self.asked.append(request.path_qs)
        return await handler(request)

    async def _robots(self, _: web.Request) -> web.Response:
        return web.Response(text="User-agent: *\nDisallow: /forum/yonetim/\n")

    async def _read(self, request: web.Request) -> web.Response:
        return self.answer(
            self.thread_page(int(request.query["konu"]), int(request.query.get("syf", 1)), _member(request))
        )

    async def _board(self, request: web.Request) -> web.Response:
        return self.answer(self.board_page(_member(request)))

    async def _login(self, request: web.Request) -> web.Response:
        given = await _form(request)
        if given.get("kullanici") != USER:
            return self.answer(self.login_page())
        if given["parola"] != PASSWORD:
            return self.answer(_page("Hata", "<div class=uyari>Parola yanlış.</div>" + _LOGIN, None))
        answer = web.HTTPFound("bolum.asp?bolum=3")
        answer.set_cookie("uyelik", "50")
        raise answer

    async def _reply(self, request: web.Request) -> web.Response:
        member = _member(request)
        if member is None:
            return self.answer(self.login_page())
        thread = int(request.query["konu"])
        given = await _form(request)
        if "mesaj" not in given:
            return self.answer(self.reply_page(thread))
        text = re.sub(r"\[(/?[bi])\]", r"<\1>", escape(given["mesaj"], quote=False)).replace("\r\n", "<br>")
        post = self.write(thread, member, text)
        raise web.HTTPFound(f"oku.asp?konu={thread}&syf={self.last_page(thread)}#y{post.number}")

    def last_page(self, thread: int) -> int:
        return (len(self.threads[thread].posts) - 1) // PER_PAGE + 1

    def answer(self, html: str) -> web.Response:
        body = html.encode(CHARSET, "xmlcharrefreplace")
        return web.Response(body=body, headers={"Content-Type": f"text/html; charset={CHARSET}"})

    def thread_page(self, number: int, page: int = 1, member: str | None = None) -> str:
        """Return the HTML of a thread's page."""
        thread = self.threads[number]
        first = (page - 1) * PER_PAGE
        rows = [self._post(thread, post, first + n) for n, post in enumerate(thread.posts[first : first + PER_PAGE], 1)]
        pages = " ".join(
            f"<b>[{n}]</b>" if n == page else f'<a href="oku.asp?konu={number}&amp;syf={n}">{n}</a>'
            for n in range(1, self.last_page(number) + 1)
        )
        reply = f'<a href="cevap.asp?konu={number}">Cevap yaz</a>' if member else ""
        return _page(
            thread.title,
            f'<div class=yol><a href="default.asp">Ana sayfa</a> &raquo; <a href="bolum.asp?bolum=3">Kargo ve teslimat'
            f"</a> &raquo; <b>{escape(thread.title)}</b></div><table width='100%'><tr><td>Sayfa: {pages}</td>"
            f"<td align=right>{reply}</td></tr></table><table class=yazilar cellspacing=1 width='96%'>"
            f"<tr class=cubuk><td>Yazan</td><td>Konu: {escape(thread.title)}</td></tr>{''.join(rows)}</table>",
            member,
        )

    def _post(self, thread: Thread, post: Written, place: int) -> str:
        no = MEMBERS.get(post.author)
        name = f'<a href="uye.asp?no={no}"><b>{post.author}</b></a>' if no else f"<b>{post.author}</b>"
        about = f"Üye<br>Kayıt: {no % 28 + 1} Mart 2019<br>Yazı: {no * 7}" if no else "Misafir"
        edited = f"<div class=not>Son düzenleme: {self.told(post.edited)}</div>" if post.edited else ""
        signature = f"<div class=altyazi>{SIGNATURES[post.author]}</div>" if post.author in SIGNATURES else ""
        link = f'<a href="oku.asp?konu={thread.number}&amp;yazi={post.number}#y{post.number}">#{place}</a>'
        return (
            f"<tr><td class=kim rowspan=2 valign=top><a name=y{post.number}></a>{name}<br>{about}</td>"
            f"<td class=tarih>Yazıldı: {self.told(post.when)} {link}</td></tr>\n"
            f"<tr><td class=soz>{post.text}{edited}{signature}</td></tr>\n"
        )

    def told(self, when: datetime | None) -> str:
        """Return a moment in the forum's words: Bugün, 14:05 or 21 Kas 2026 Cumartesi, 14:05."""
        assert when is not None
        here, today = when.astimezone(ZONE), self.now.astimezone(ZONE).date()
        clock = f"{here:%H:%M}"
        if here.date() == today:
            return f"Bugün, {clock}"
        if here.date() == today - timedelta(days=1):
            return f"Dün, {clock}"
        return f"{here.day} {MONTHS[here.month - 1]} {here.year} {DAYS[here.weekday()]}, {clock}"

    def board_page(self, member: str | None = None) -> str:
        """Return the HTML of the one board."""
        threads = sorted(self.threads.values(), key=lambda thread: thread.posts[-1].when, reverse=True)
        rows = "".join(
            f'<tr class=satir><td><img src=zarf.gif></td><td><a href="oku.asp?konu={thread.number}">'
            f"{escape(thread.title)}</a><br>{thread.posts[0].author}</td><td>{len(thread.posts) - 1}</td>"
            f"<td>{self.told(thread.posts[-1].when)}<br>{thread.posts[-1].author}</td></tr>"
            for thread in threads
        )
        head = "<tr class=cubuk><td></td><td>Konu</td><td>Cevap</td><td>Son yazı</td></tr>"
        return _page("Kargo ve teslimat", f"<table class=konular>{head}{rows}</table>", member)

    def login_page(self) -> str:
        return _page("Giriş", _LOGIN, None)

    def reply_page(self, thread: int) -> str:
        """Return the HTML of the page to reply on."""
        form = (
            f'<form method=post action="cevap.asp?konu={thread}"><input type=hidden name=islem value=ekle>'
            "<textarea name=mesaj rows=9 cols=60></textarea><br>[b]kalın[/b] [i]eğik[/i]<br>"
            "<input type=submit name=gonder value='Gönder'></form>"
        )
        return _page("Cevap yaz", form, USER)


_LOGIN = (
    '<form method=post action="giris.asp"><table><tr><td>Kullanıcı adı</td><td><input name=kullanici></td></tr>'
    "<tr><td>Parola</td><td><input type=password name=parola></td></tr></table><input type=submit value='Giriş'></form>"
)


def _page(title: str, body: str, member: str | None) -> str:
    hello = (
        f'Hoş geldin, {member}. <a href="cikis.asp">Çıkış</a>'
        if member
        else 'Hoş geldiniz, misafir. <a href="giris.asp">Giriş yap</a> | <a href="kayit.asp">Üye ol</a>'
    )
    return (
        '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">\n<html><head>'
        f'<meta http-equiv="Content-Type" content="text/html; charset={CHARSET}">'
        f"<title>{NAME} :: {escape(title)}</title></head><body bgcolor=#ddeeff><center>"
        f'<table class=ust width="96%"><tr><td><a href="default.asp"><b>{NAME}</b></a></td><td align=right>{hello}'
        f"</td></tr></table>{body}<p class=dip>© 2004 {NAME}. Bu forumda 412 konu, 9.876 yazı var.</p>"
        "</center></body></html>"
    )


def _member(request: web.Request) -> str | None:
    return USER if request.cookies.get("uyelik") == "50" else None


async def _form(request: web.Request) -> dict[str, str]:
    """Return what was sent, in the forum's own charset."""
    sent = parse_qs((await request.read()).decode("ascii"), keep_blank_values=True, encoding=CHARSET)
    return {name: values[-1] for name, values in sent.items()}
