"""The forum a newcomer meets: one board, one welcome thread by invented people, the bridge's account and Deniz."""

from __future__ import annotations

from datetime import timedelta

from forum_bridge.model import Clock
from forum_bridge.sandbox.forum.records import Switches
from forum_bridge.sandbox.forum.state import Forum, utc_now

BRIDGE_USER = "acme_destek"
BRIDGE_PASSWORD = "acme-parola"  # noqa: S105 - an invented account of a forum that lives in memory

_WELCOME = """Merhaba, Acme'nin destek forumuna hoş geldiniz! 👋

Sipariş, kargo, iade: ne sorarsanız burada yanıtlıyoruz. Lütfen şunları yazın:

- **sipariş numaranız**
- ne olmasını beklediğiniz
- onun yerine ne olduğu

*Welcome! Ask in Turkish or English; we answer in both.*"""

_ELIF = """Teşekkürler! İlk siparişim iki günde geldi, paketleme çok özenliydi 🎁

Bir sorum var: fatura **e-posta** ile mi geliyor?"""

_HARRY = """> **Elif Şahin** [yazdı](/post/2):
> Bir sorum var: fatura **e-posta** ile mi geliyor?

Mine came by e-mail the next morning. Have a look in the spam folder, it was there. :)"""


def seeded(clock: Clock = utc_now, switches: Switches | None = None) -> Forum:
    """Return a forum with its board, people and welcome thread."""
    forum = Forum(clock, switches or Switches())
    selin = forum.register("Selin Aydın", "selin-parola", signature="Selin · forum yöneticisi", staff=True)
    forum.register(BRIDGE_USER, BRIDGE_PASSWORD, signature="Acme Destek", staff=True)
    forum.register("Deniz", "deniz-parola")
    elif_ = forum.register("Elif Şahin", "elif-parola", signature="İzmir ☀️")
    harry = forum.register("Harry Whitlock", "harry-password")
    for person, days in ((selin, 900), (elif_, 120), (harry, 31)):
        person.joined -= timedelta(days=days)
    first = forum.open_thread(selin, "Hoş geldiniz / Welcome", _WELCOME)
    second = forum.reply(first.thread_id, elif_, _ELIF)
    third = forum.reply(first.thread_id, harry, _HARRY)
    for post, hours in ((first, 70), (second, 26), (third, 4)):
        post.time -= timedelta(hours=hours)
    return forum
