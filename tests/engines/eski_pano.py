"""A forum that nobody knows: an old Turkish board in windows-1254 with tables, class names of its own and dates in
words. Every page has status 200, errors too; each form carries a token that one use wears out."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from aiohttp import web
from tests.engines.place import START, Time

CHARSET = "windows-1254"
ZONE = ZoneInfo("Europe/Istanbul")
MONTHS = ["Ocak", "Şubat", "Mart", "Nisan", "Mayıs", "Haziran", "Temmuz", "Ağustos", "Eylül", "Ekim", "Kasım", "Aralık"]
PAGE, FLOOD = 10, timedelta(seconds=30)
PEOPLE = {1: "Köprü", 2: "Işıl Güneş", 3: "Çağrı"}
PASSWORD = "Şifre-1234"


@dataclass(slots=True)
class Message:
    number: int
    person: int | None  # None: a guest
    text: str
    time: datetime
    edited: datetime | None = None


@dataclass(slots=True)
class Topic:
    number: int
    title: str
    messages: list[Message] = field(default_factory=list)
    locked: bool = False


class EskiPano:
    """One board. ``moderated``: new messages wait; ``cut`` drops the connection after the next one was written."""

    def __init__(self, clock: Time) -> None:
        self.clock = clock
        self.topics: dict[int, Topic] = {}
        self.waiting: list[Message] = []
        self.moderated = self.cut = False
        self.tokens: set[str] = set()
        self.sessions: set[str] = set()
        self._numbers = 40
        self._last: datetime | None = None
        self.app = web.Application()
        self.app.router.add_get("/pano.asp", self._board)
        self.app.router.add_get("/konu.asp", self._topic)
        self.app.router.add_post("/konu.asp", self._reply)
        self.app.router.add_get("/giris.asp", self._login)
        self.app.router.add_post("/giris.asp", self._sign_in)

    def write(self, topic: Topic, person: int | None, text: str) -> Message:
        self._numbers += 1
        topic.messages.append(Message(self._numbers, person, text, self.clock()))
        return topic.messages[-1]

    async def _board(self, request: web.Request) -> web.Response:
        rows = "".join(
            f"<tr class=konu_satiri><td class=ad><a href='konu.asp?no={topic.number}'>{escape(topic.title)}</a></td>"
            f"<td class=cevap>{len(topic.messages) - 1}</td><td class=son>{topic.messages[-1].number}</td></tr>"
            for topic in sorted(self.topics.values(), key=lambda each: -each.messages[-1].number)
        )
        return self._page(request, f"<table>{rows}</table>")

    async def _topic(self, request: web.Request) -> web.Response:
        topic = self.topics.get(int(request.query.get("no", "0")))
        if topic is None:
            return self._says(request, "Böyle bir konu yok ya da silinmiş.")
        last = max(1, -(-len(topic.messages) // PAGE))
        page = min(max(1, int(request.query.get("sayfa", "1"))), last)
        return self._page(request, self._shown(request, topic, page, last))

    def _shown(self, request: web.Request, topic: Topic, page: int, last: int) -> str:
        messages = "".join(map(self._message, topic.messages[(page - 1) * PAGE : page * PAGE]))
        pages = " ".join(
            f"<b>{each}</b>" if each == page else f"<a href='konu.asp?no={topic.number}&amp;sayfa={each}'>{each}</a>"
            for each in range(1, last + 1)
        )
        lock = "<img src='kilitli.gif'>" if topic.locked else ""
        form = (
            f"<form name=cevap method=post action='konu.asp?no={topic.number}'>{self._token()}<textarea name=mesaj>"
            "</textarea><input type=submit value=Gönder></form>"
            if self._known(request) and not topic.locked
            else ""
        )
        head = f"<div class=baslik><b>{escape(topic.title)}</b>{lock}</div><div class=sayfalar>{pages}</div>"
        return f"{head}{messages}{form}"

    async def _reply(self, request: web.Request) -> web.StreamResponse:
        asked, topic = await _form(request), self.topics.get(int(request.query.get("no", "0")))
        if not self._known(request):
            return self._says(request, "Önce giriş yapmalısınız.")
        if topic is None or topic.locked:
            return self._says(request, "Bu konu kapatılmıştır." if topic else "Böyle bir konu yok ya da silinmiş.")
        if asked.get("anahtar") not in self.tokens:
            return self._says(request, "Formun süresi dolmuş, lütfen yeniden deneyin.")
        self.tokens.discard(asked["anahtar"])
        if self._last is not None and (left := self._last + FLOOD - self.clock()) > timedelta():
            return self._says(request, f"Çok hızlısınız: {left.seconds} saniye sonra yazabilirsiniz.")
        self._last = self.clock()
        message = self.write(topic, 1, asked["mesaj"])
        if self.moderated:
            self.waiting.append(topic.messages.pop())
            return self._says(request, "Mesajınız alındı, yönetici onayından sonra görünecek.")
        if self.cut:
            self.cut = False
            assert request.transport is not None
            request.transport.close()
        last = -(-len(topic.messages) // PAGE)
        there = f"konu.asp?no={topic.number}&amp;sayfa={last}#ileti_{message.number}"
        return self._page(request, f"Mesajınız eklendi. <a href='{there}'>Mesaja git</a>")

    async def _login(self, request: web.Request) -> web.Response:
        fields = "<input name=kullanici><input type=password name=sifre><input type=submit value=Giriş>"
        return self._page(request, f"<form name=giris method=post action='giris.asp'>{self._token()}{fields}</form>")

    async def _sign_in(self, request: web.Request) -> web.Response:
        asked = await _form(request)
        if (asked.get("kullanici"), asked.get("sifre")) != (PEOPLE[1], PASSWORD) or asked["anahtar"] not in self.tokens:
            return self._says(request, "Kullanıcı adı ya da şifre yanlış.")
        session = secrets.token_hex(8)
        self.sessions.add(session)
        answer = self._page(request, "Hoş geldiniz.", known=True)
        answer.set_cookie("OTURUM", session)
        return answer

    def _message(self, message: Message) -> str:
        name = PEOPLE.get(message.person or 0, "Misafir Ömer")
        who = f"<a href='uye.asp?no={message.person}'><b>{name}</b></a>" if message.person else f"<b>{name}</b>"
        mended = f"<p class=duzeltme>Son düzeltme ({self._date(message.edited)})</p>" if message.edited else ""
        return (
            f"<table id='ileti_{message.number}'><tr><td class=yazan>{who}</td><td><span class=tarih>"
            f"{self._date(message.time)}</span><div class=govde>{_html(message.text)}{mended}"
            "<div class=imza>-- imza</div></div></td></tr></table>"
        )

    def _date(self, moment: datetime) -> str:
        there, today = moment.astimezone(ZONE), self.clock().astimezone(ZONE).date()
        days = {today: "Bugün", today - timedelta(days=1): "Dün"}
        day = days.get(there.date(), f"{there.day} {MONTHS[there.month - 1]} {there.year}")
        return f"{day} {there:%H:%M}"

    def _token(self) -> str:
        token = secrets.token_hex(12)
        self.tokens.add(token)
        return f"<input type=hidden name=anahtar value='{token}'>"

    def _known(self, request: web.Request) -> bool:
        return request.cookies.get("OTURUM") in self.sessions

    def _says(self, request: web.Request, words: str) -> web.Response:
        return self._page(request, f"<div class=uyari>{words}</div>")

    def _page(self, request: web.Request, body: str, *, known: bool = False) -> web.Response:
        way = "<a href='cikis.asp'>Çıkış</a>" if known or self._known(request) else "<a href='giris.asp'>Giriş</a>"
        head = f"<html><head><meta http-equiv=Content-Type content='text/html; charset={CHARSET}'></head>"
        date = self.clock().strftime("%a, %d %b %Y %H:%M:%S GMT")
        page = f"{head}<body>{way}{body}</body></html>".encode(CHARSET, "xmlcharrefreplace")
        return web.Response(body=page, headers={"Content-Type": "text/html", "Date": date})


def seeded(clock: Time, messages: int = 23) -> EskiPano:
    """Return a board with one topic over three pages, the last two messages of today."""
    board = EskiPano(clock)
    topic = board.topics[12] = Topic(12, "Kargo takibi: ölçüler & iğne")
    for number in range(1, messages + 1):
        clock.now = START - timedelta(days=messages - number) - timedelta(minutes=5)
        board.write(topic, 2 if number % 2 else None, f"Gönderi {number}: şğıİçöü")
    clock.now = START
    return board


async def _form(request: web.Request) -> Mapping[str, str]:
    """Read a form as the old script does: in the page's charset, whatever was meant."""
    fields = parse_qs((await request.read()).decode("ascii"), encoding=CHARSET)
    return {name: values[0] for name, values in fields.items()}


def _html(text: str) -> str:
    """What a person wrote, with the references to letters that the charset lacks left as they came."""
    return escape(text, quote=False).replace("&amp;#", "&#").replace("\n", "<br>")
