"""Quotes of the common engines keep their text, author and source; dates, which change by themselves, go."""

from __future__ import annotations

import pytest

from forum_bridge.markup.clean import clean_post

BASE = "https://forum.example/konu/1"


def linked(url: str, name: str, text: str) -> str:
    head = f'<a href="{url}" rel="nofollow noopener"><b>{name}</b></a>' if url else f"<b>{name}</b>"
    return f"<blockquote><p>{head}:</p><p>{text}</p></blockquote>"


@pytest.mark.parametrize(
    ("html", "url", "name"),
    [
        (  # phpBB
            ('<blockquote cite="./viewtopic.php?p=5#p5"><div><cite>'
            '<a href="./memberlist.php?mode=viewprofile&amp;u=58">Çağrı Öz</a>'
            ' wrote: <a href="./viewtopic.php?p=5#p5" data-post-id="5">↑</a>'
            '<span class="responsive-hide">Sun Nov 22, 2026</span>'
            "</cite>soru?</div></blockquote>"),
            "https://forum.example/konu/viewtopic.php?p=5#p5",
            "Çağrı Öz",
        ),
        (  # MyBB
            ('<blockquote class="mycode_quote"><cite><span> (<span title="11-22-2026">Yesterday</span>)'
            '</span>ayşe Wrote:  '
            '<a href="/showthread.php?pid=2#pid2" class="quick_jump"></a></cite>soru?</blockquote>'),
            "https://forum.example/showthread.php?pid=2#pid2",
            "ayşe Wrote",
        ),
        (  # SMF, today
            ('<blockquote class="bbc_standard_quote"><cite>'
            '<a href="/index.php?msg=5">Quote from: Çağrı Öz on <strong>Today</strong>'
            " at 06:53 PM</a></cite>soru?<br></blockquote>"),
            "https://forum.example/index.php?msg=5",
            "Quote from: Çağrı Öz",
        ),
        (  # SMF, the same quote days later
            ('<blockquote class="bbc_standard_quote"><cite>'
            '<a href="/index.php?msg=5">Quote from: Çağrı Öz on Nov 22, 2026, 06:53 PM'
            "</a></cite>soru?</blockquote>"),
            "https://forum.example/index.php?msg=5",
            "Quote from: Çağrı Öz",
        ),
        (  # vBulletin 3
            ('<table cellpadding="6"><tr><td class="alt2" style="border:1px inset"><div>'
            '<strong>Çağrı Öz</strong> Nickli Üyeden Alıntı <a href="showthread.php?p=5#post5" rel="nofollow">'
            '<img class="inlineimg" src="images/buttons/viewpost.gif" alt="Mesajı göster"></a></div>'
            '<div style="font-style:italic">soru?</div></td></tr></table>'),
            "https://forum.example/konu/showthread.php?p=5#post5",
            "Çağrı Öz",
        ),
        (  # Misago 0.39
            ('<aside class="quote-block"><div class="quote-heading" data-noquote="1">'
            '<a href="/u/ayse/2/" data-quote="@ayse">@ayse</a> has written:</div>'
            '<blockquote class="quote-body" data-block="quote" data-author="@ayse">'
            "<p>soru?</p></blockquote></aside>"),
            "",
            "ayse",
        ),
        (  # XenForo 2
            ('<blockquote data-quote="Ayşe" data-source="post: 12" class="bbCodeBlock bbCodeBlock--quote">'
            '<div class="bbCodeBlock-title">'
            '<a href="/goto/post?id=12" class="bbCodeBlock-sourceJump">Ayşe dedi:</a></div>'
            '<div class="bbCodeBlock-content">'
            '<div class="bbCodeBlock-expandContent">soru?</div><div class="bbCodeBlock-expandLink">'
            '<a>Genişlet…</a></div></div></blockquote>'),
            "https://forum.example/goto/post?id=12",
            "Ayşe",
        ),
        (  # Discourse
            ('<aside class="quote" data-username="deniz" data-post="3" data-topic="7"><div class="title">'
            '<div class="quote-controls"></div>'
            '<img class="avatar" src="/a.png"> <a href="/t/x/7/3">Başlık</a></div><blockquote><p>soru?</p>'
            '</blockquote></aside>'),
            "https://forum.example/t/x/7/3",
            "deniz",
        ),
        (  # Invision
            ('<blockquote class="ipsQuote" data-ipsquote-username="Kaan">'
            '<div class="ipsQuote_citation">1 saat önce Kaan yazdı:</div>'
            "<div><p>soru?</p></div></blockquote>"),
            "",
            "Kaan",
        ),
        (  # vBulletin 4
            ('<div class="bbcode_quote"><div class="quote_container"><div class="bbcode_postedby">Alıntı: '
            '<strong>Ece</strong> '
            '<a href="/showthread.php?p=9#post9"><img src="/v.png" alt="Mesajı göster"></a></div>'
            '<div class="message">soru?</div></div></div>'),
            "https://forum.example/showthread.php?p=9#post9",
            "Ece",
        ),
    ],
    ids=["phpbb", "mybb", "smf-today", "smf-later", "vb3", "misago", "xenforo", "discourse", "invision", "vb4"],
)  # fmt: skip
def test_quote_of(html: str, url: str, name: str) -> None:
    assert clean_post(html, BASE).html == linked(url, name, "soru?")


def test_a_relative_date_in_any_language_does_not_change_the_quote() -> None:
    quote = "<blockquote><cite><a href='/p/5'>Alıntı: Çağrı Öz üstünde {}</a></cite>soru?</blockquote>"
    today, later = (quote.format(date) for date in ("<strong>Bugün</strong> saat 18:53", "22 Kasım 2026, 18:53"))
    expected = linked("https://forum.example/p/5", "Alıntı: Çağrı Öz üstünde", "soru?")
    assert clean_post(today, BASE).html == clean_post(later, BASE).html == expected


def test_a_quote_without_author_stays_one() -> None:
    assert (
        clean_post('<blockquote class="uncited"><div>x</div></blockquote>', BASE).html
        == "<blockquote><p>x</p></blockquote>"
    )


def test_an_inner_quotes_author_is_not_the_outer_ones() -> None:
    html = "<blockquote><p>dış</p><blockquote><cite>Ece</cite>iç</blockquote></blockquote>"
    expected = "<blockquote><p>dış</p><blockquote><p><b>Ece</b>:</p><p>iç</p></blockquote></blockquote>"
    assert clean_post(html, BASE).html == expected


def test_a_whole_vbulletin_post_is_no_quote() -> None:
    assert clean_post('<blockquote class="postcontent restore">x</blockquote>', BASE).html == "<p>x</p>"


def test_a_name_cannot_bring_markup() -> None:
    html = '<blockquote data-quote="&lt;img src=x onerror=y&gt;">x</blockquote>'
    assert "<b>&lt;img src=x onerror=y&gt;</b>" in clean_post(html, BASE).html
