"""Nothing real is left in a recording."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from forum_bridge.testkit.invented import Inventor

PAGE = """<a href="/uye/cagri-oz">Çağrı Öz</a> <a href="/u/%C3%87a%C4%9Fr%C4%B1%20%C3%96z">çağrı öz</a>
{"displayName":"\\u00c7a\\u011fr\\u0131 \\u00d6z"} cagri.oz@firma.com.tr 0532 123 45 67 88.231.14.9
<a href="?sid=0123456789abcdef0123456789abcdef&amp;t=12">12</a>
<input type="hidden" name="csrf_token" value="IjA4.ZdX-q_">
<script>my_post_key = "deadbeefdeadbeef"; var version = "4.12.0"</script> <p id="p4096">Çağrı Özel 0123</p>"""


def test_names_addresses_and_secrets_become_invented_ones() -> None:
    page = Inventor(["Çağrı Öz"])(PAGE)
    for real in (
        "Çağrı Öz<",
        "cagri-oz",
        "%C3%87a",
        "\\u00c7a",
        "firma",
        "532",
        "88.231",
        "0123456789abcdef",
        "IjA4",
        "dead",
    ):
        assert real not in page, real
    assert 'href="/uye/ayse-yilmaz"' in page
    assert "Ayşe Yılmaz</a>" in page and "kisi1@posta.example" in page
    assert "&amp;t=12" in page and 'id="p4096"' in page and '"4.12.0"' in page  # what an adapter reads stays
    assert "Çağrı Özel" in page  # another word


def test_the_same_secret_is_the_same_on_every_page_and_of_the_same_shape() -> None:
    invent = Inventor([], salt="forum")
    first, second = invent('sid: "a1B2-c3D4"'), invent('"sid":"a1B2-c3D4"')
    secret = first.split('"')[1]
    assert secret == second.split('"')[3] and secret != "a1B2-c3D4"
    assert secret[1].isdigit() and secret[2].isupper() and secret[4] == "-"


def test_ids_of_posts_stay() -> None:
    long = "0123456789abcdef0123456789abcdef01234567"
    assert Inventor([], kept=["0123456789"])(f"/forumpost/{long}") == f"/forumpost/{long}"
    assert long not in Inventor([])(f"/forumpost/{long}")


@given(st.text(min_size=2, max_size=12).filter(lambda name: name.strip() == name and len(name.strip()) > 1))
def test_no_name_survives_as_a_word(name: str) -> None:
    assert f">{name}<" not in Inventor([name])(f"<b>{name}</b>") or name.startswith("Ayşe")
