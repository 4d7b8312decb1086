"""Forms as a browser would send them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from forum_bridge.errors import Unreadable
from forum_bridge.web.forms import Form, find_form, find_forms

if TYPE_CHECKING:
    from tests.web.conftest import PageOf

RECORDED = Path(__file__).parents[3] / "shared" / "forums" / "pages"

REPLY = """
<form id="arama" action="/ara"><input name="q"><button>Ara</button></form>
<form id="yanit" method="post" action="yanit.php?t=1" enctype="multipart/form-data">
 <input type="hidden" name="token" value="a&amp;b"><input type="hidden" name="yon" value="1">
 <input name="yon" value="2">
 <input name="konu" value="Re: Soru"><input name="yok" value="1" disabled><input value="adsız">
 <fieldset disabled><input name="kapali" value="1"></fieldset>
 <input type="checkbox" name="imza" value="1" checked><input type="checkbox" name="takip" value="1">
 <input type="checkbox" name="html" checked>
 <input type="radio" name="simge" value="1"><input type="radio" name="simge" value="2" checked>
 <select name="dil"><option value="en">English<option value="tr" selected>Türkçe</select>
 <select name="ilk"><option disabled>seç<option> bir  iki </option><option value="3">üç</select>
 <select name="coklu" multiple><option selected>a<option>b<option selected>c</select>
 <select name="bos" multiple><option>a</select>
 <textarea name="ileti">
 ilk satır
ikinci &lt;b&gt;</textarea>
 <input type="file" name="dosya"><input type="reset" name="sil"><button type="button" name="dugme">x</button>
 <input type="submit" name="onizle" value="Önizle"><button name="gonder" value="1">Gönder</button>
</form>
<input form="yanit" name="disarida" value="evet"><p id="baska">x</p>"""


@pytest.fixture
def reply(page_of: PageOf) -> Form:
    form = find_form(page_of(REPLY), "#yanit")
    assert form
    return form


def test_what_a_browser_sends_is_what_we_send(reply: Form) -> None:
    assert reply.fields == (
        ("token", "a&b"),
        ("yon", "1"),
        ("yon", "2"),
        ("konu", "Re: Soru"),
        ("imza", "1"),
        ("html", "on"),
        ("simge", "2"),
        ("dil", "tr"),
        ("ilk", "bir iki"),
        ("coklu", "a"),
        ("coklu", "c"),
        ("ileti", " ilk satır\nikinci <b>"),
        ("disarida", "evet"),
    )
    assert (reply.action, reply.method, reply.multipart) == ("https://forum.example/konu/yanit.php?t=1", "POST", True)


def test_filling_sets_values_and_ticks_boxes(reply: Form) -> None:
    filled = reply.filled({"ileti": "Merhaba", "takip": "1", "yon": "9"})

    assert dict(filled.fields)["ileti"] == "Merhaba"
    assert [value for name, value in filled.fields if name == "yon"] == ["9"]
    assert ("takip", "1") in filled.fields
    assert filled.filled({"takip": "2"}).fields.count(("takip", "2")) == 1
    assert dict(reply.fields)["ileti"].startswith(" ilk")


def test_an_unknown_field_is_an_error_that_names_those_there_are(reply: Form) -> None:
    with pytest.raises(Unreadable, match=r"no field mesaj; it has bos, coklu, .*takip, token, yon"):
        reply.filled({"mesaj": "x"})


def test_a_button_is_sent_only_if_pressed(reply: Form) -> None:
    assert reply.pressing("onizle").fields == (*reply.fields, ("onizle", "Önizle"))
    assert reply.pressing("gonder").fields[-1] == ("gonder", "1")
    with pytest.raises(Unreadable, match=r"no button sil; it has gonder, onizle\."):
        reply.pressing("sil")


def test_what_was_typed_is_not_shown(reply: Form) -> None:
    assert "Gizli" not in repr(reply.filled({"konu": "Gizli-Söz-12"}))


def test_a_form_is_found_by_anything_in_it(page_of: PageOf) -> None:
    page = page_of(REPLY)

    assert find_form(page, "textarea[name=ileti]") == find_form(page, "#yanit") == find_form(page, "[name=disarida]")
    assert find_form(page, "#baska") is None
    assert find_form(page, "#yok") is None
    assert find_forms(page)[0].action == "https://forum.example/ara"
    assert [form.method for form in find_forms(page)] == ["GET", "POST"]


@pytest.mark.parametrize(
    ("html", "charset", "expected"),
    [
        ("<form>", "windows-1254", "windows-1254"),
        ('<form accept-charset="UTF-8">', "windows-1254", "utf-8"),
        ('<form accept-charset="yok, ISO-8859-9">', "utf-8", "windows-1254"),
    ],
)
def test_accept_charset_wins_over_the_page(html: str, charset: str, expected: str, page_of: PageOf) -> None:
    assert find_forms(page_of(html, charset=charset))[0].charset == expected


@pytest.mark.parametrize(
    ("html", "action"),
    [
        ("<form>", "https://forum.example/konu/1?s=2"),
        ('<base href="/eski/"><form action="a.asp">', "https://forum.example/eski/a.asp"),
        ('<base href="/eski/"><form action="">', "https://forum.example/konu/1?s=2"),
        ('<form action="./p.php?mode=reply&amp;t=2">', "https://forum.example/konu/p.php?mode=reply&t=2"),
    ],
)
def test_the_action_is_absolute(html: str, action: str, page_of: PageOf) -> None:
    assert find_forms(page_of(html, url="https://forum.example/konu/1?s=2#son"))[0].action == action


def test_a_form_spread_over_a_table_keeps_its_fields(page_of: PageOf) -> None:
    html = '<table><form action="a"><tr><td><input name="b" value="1"></td></tr><tr><td><input name="c"></form></table>'

    assert find_forms(page_of(html))[0].fields == (("b", "1"), ("c", ""))


@pytest.mark.skipif(not RECORDED.is_dir(), reason="recorded pages of real engines are not at hand")
@pytest.mark.parametrize(
    ("page", "selector", "names"),
    [
        ("mybb/login.html", "input[name=username]", {"username", "password", "my_post_key", "action", "url"}),
        ("mybb/reply-form.html", "textarea[name=message]", {"my_post_key", "posthash", "message", "subject", "tid"}),
        ("smf/login.html", "#frmLogin", {"user", "passwrd"}),
        ("smf/reply-form.html", "#postmodify", {"message", "seqnum", "last_msg", "topic"}),
        ("phpbb/login.html", "#login", {"username", "password", "form_token", "creation_time", "sid"}),
        ("phpbb/reply-form.html", "#postform", {"message", "form_token", "creation_time", "topic_cur_post_id"}),
        ("flaskbb/login.html", "input[type=password]", {"csrf_token", "login", "password"}),
        ("machina/login.html", "input[type=password]", {"csrfmiddlewaretoken", "username", "password"}),
    ],
)
def test_forms_of_real_engines_are_found(page: str, selector: str, names: set[str], page_of: PageOf) -> None:
    form = find_form(page_of((RECORDED / page).read_text()), selector)

    assert form
    assert form.method == "POST"
    assert names <= {name for name, _ in form.fields}
