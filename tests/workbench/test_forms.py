"""The forms of a forum and the links that lead to them."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser, LexborNode

from forum_bridge.workbench.guess.forms import LoginGuess, ReplyGuess, guess_login, guess_reply, login_link, logout
from forum_bridge.workbench.guess.forms import reply_link as linked

URL = "https://acme.example/forum/konu-7"
SEARCH = "<form action=ara.php><input name=q><textarea name=ara></textarea></form>"
LOGIN = "<form id=giris><input name=kullanici><input type=password name=sifre><input type=submit name=gir></form>"
SIGN_UP = "<form><input name=ad><input type=password name=s1><input type=password name=s2></form>"


def tree(html: str) -> LexborNode:
    root = LexborHTMLParser(f"<html><body>{html}</body></html>").root
    assert root is not None
    return root


def test_the_form_to_sign_in_by() -> None:
    page = tree(f"{SEARCH}{SIGN_UP}{LOGIN}")
    assert guess_login(page, f"{URL}?sid=0123456789abcdef0123456789abcdef") == LoginGuess(
        URL, "form:has(input[name=sifre])", "kullanici", "sifre", "gir"
    )
    assert guess_login(tree(SEARCH + SIGN_UP), URL) is None
    quick = LOGIN.replace("name=sifre", "name=quick_password").replace("giris", "quick")
    both = guess_login(tree(quick + LOGIN), URL)
    assert both is not None
    assert both.password == "sifre"


def test_of_two_forms_alike_the_one_with_a_name() -> None:
    page = tree(LOGIN.replace("id=giris", "") + LOGIN)
    found = guess_login(page, URL)
    assert found is not None
    assert found.form == "form:has(input[name=sifre])"  # the first of them, which has no id


def test_the_form_to_reply_by() -> None:
    form = (
        "<form id=cevap enctype=multipart/form-data><input type=hidden name=k><textarea name=ileti rows=9></textarea>"
        "<input type=file name=ek><input type=submit name=onizle value=Önizle><input type=submit name=gonder></form>"
    )
    assert guess_reply(tree(SEARCH + form)) == ReplyGuess(
        "form:has(textarea[name=ileti])", "ileti", "gonder", None, "ek"
    )
    looked_at = form.replace("<input type=submit name=gonder>", "")
    first = guess_reply(tree(looked_at))
    assert first is not None
    assert (first.button, first.preview) == (None, "onizle")
    assert guess_reply(tree(SEARCH)) is None


def test_the_links_to_them() -> None:
    page = tree(
        "<a href='uye-ol.php'>Üye ol</a><a href='sifre.php'>Şifremi unuttum</a>"
        "<a href='giris.php?return=/konu-7'>Giriş yap</a><a href='cikis.php?h=1'>Çıkış</a>"
        "<a href='yaz.php?konu=7&alinti=41'>Alıntıla</a><a href='yaz.php?konu=9'>Cevapla</a>"
        "<a href='yaz.php?konu=7&pid=41'>Cevapla</a><a href='yaz.php?konu=7&start=20'>Cevapla</a>"
    )
    assert login_link(page, URL) == "https://acme.example/forum/giris.php"
    assert linked(page, URL, "7", ["41"]) == "https://acme.example/forum/yaz.php?konu={id}"
    assert linked(page, URL, "8", []) is None
    out = logout(page)
    assert out is not None
    assert out.text == 'a[href*="cikis"]'
    assert logout(tree("<a href=giris>Giriş</a>")) is None
