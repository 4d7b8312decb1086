"""Nothing real is left in a recording, and nothing but that is changed."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pytest

from forum_bridge.model import Author
from forum_bridge.testkit.invented import Inventor
from forum_bridge.testkit.others import members, shown

BASE = "https://pano.example"
PAGE = """<a href="/uye/cagri-oz">Çağrı Öz</a> <a href="/u/%C3%87a%C4%9Fr%C4%B1%20%C3%96z">çağrı öz</a>
<script>var seen = {"displayName":"\\u00c7a\\u011fr\\u0131 \\u00d6z"}</script>
cagri.oz@firma.com.tr 0532 123 45 67 88.231.14.9
<a href="?sid=0123456789abcdef0123456789abcdef&amp;t=12">12</a> <meta name="csrf-token" content="Zq8xW-kkeP">
<input type="hidden" name="csrf_token" value="IjA4.ZdX-q_"> 2a02:e0:4f:1::9 12:30:45
<script>my_post_key = "deadbeefdeadbeef"; var version = "4.12.0"</script> <p id="p4096">Çağrı Özel 0123</p>"""


def inventor(*authors: Author, ways: Iterable[str] = (), kept: Iterable[str] = ()) -> Inventor:
    return Inventor(authors, BASE, f"{BASE}/konu/kargo.5/", ways, kept)


def test_names_addresses_and_secrets_become_invented_ones() -> None:
    page = inventor(Author("Çağrı Öz"))(PAGE)
    for real in (
        *("Çağrı Öz<", "cagri-oz", "cagri.oz", "%C3%87a", "\\u00c7a", "firma", "532", "88.231", "0123456789abcdef"),
        *("IjA4", "Zq8x", "dead", "2a02"),
    ):
        assert real not in page, real
    assert 'href="/uye/ayse-yilmaz"' in page and 'href="/u/Ay%C5%9Fe%20Y%C4%B1lmaz"' in page
    assert "Ayşe Yılmaz</a>" in page and "ayse.yilmaz@posta.example" in page and '"Ay\\u015fe Y\\u0131lmaz"' in page
    assert "&amp;t=12" in page and 'id="p4096"' in page and '"4.12.0"' in page  # what an adapter reads stays
    assert "Çağrı Özel" in page and "12:30:45" in page  # another word, and a time of day


def test_the_same_secret_is_the_same_on_every_page_and_of_the_same_shape() -> None:
    invent = inventor()
    first, second = invent('<b data-sid="a1B2-c3D4">'), invent('{"sid":"a1B2-c3D4"}')
    secret = first.split('"')[1]
    assert secret == second.split('"')[3] and secret != "a1B2-c3D4"
    assert secret[1].isdigit() and secret[2].isupper() and secret[4] == "-"


def test_ids_of_posts_stay() -> None:
    long = "0123456789abcdef0123456789abcdef01234567"
    assert inventor(kept=["0123456789"])(f"/forumpost/{long}") == f"/forumpost/{long}"
    assert long not in inventor()(f"/forumpost/{long}")


def test_the_name_of_a_way_is_nobody() -> None:
    """Fossil's profiles are ``/timeline?u=name``, and people may be called what pages are."""
    ayse, timeline = (Author(name, name, f"{BASE}/timeline?ss=v&y=f&u={name}") for name in ("ayse", "timeline"))
    invent = inventor(ayse, timeline, ways=[f"{BASE}/forumthread/2ba6?t=c&hist"])
    assert invent.people == {"ayse": "mehmet", "timeline": "zeynep"}  # no Ayşe is invented where one is real
    assert invent('<a href="/timeline?ss=v&amp;u=ayse">ayse</a>') == '<a href="/timeline?ss=v&amp;u=mehmet">mehmet</a>'
    assert invent('<a href="/timeline?u=timeline">timeline</a>') == '<a href="/timeline?u=zeynep">zeynep</a>'
    assert invent("<a href='/timeline'>x</a><link href='/timeline.rss'>").count("/timeline") == 2
    assert invent('<div class="timeline" id="timeline"></div>') == '<div class="timeline" id="timeline"></div>'


@pytest.mark.parametrize(
    ("author", "before", "after"),
    [
        (Author("Derya Kara", "103", f"{BASE}/member/103-derya"), "/member/103-derya", "/member/103-ayse"),
        (Author("derya", "103", f"{BASE}/member/103-derya"), "/member/103-derya/media", "/member/103-ayse/media"),
        (Author("Derya K.", "7", f"{BASE}/uye/derya-k.7/"), "/uye/derya-k.7/#hak", "/uye/ayse-yilmaz.7/#hak"),
        (Author("Derya K.", "3", f"{BASE}/u/derya-k/3/"), "/u/derya-k/3/posts/", "/u/ayse-yilmaz/3/posts/"),
        (Author("derya", "derya"), "/avatars/derya.png?v=3", "/avatars/ayse.png?v=3"),
        (
            Author("derya", "derya"),
            "member.php?action=profile&amp;name=derya",
            "member.php?action=profile&amp;name=ayse",
        ),
        (Author("Derya Öz"), "?u=Derya+%D6z&amp;t=4", "?u=Ay%FEe+Y%FDlmaz&amp;t=4"),
        (Author("derya"), "/konu/derya-nerede.12/", "/konu/ayse-nerede.12/"),
        (Author("derya"), "/login?next=%2Fu%2Fderya", "/login?next=%2Fu%2Fayse"),
        (Author("derya"), "https://derya-web.example/deryalar/7", "https://derya-web.example/deryalar/7"),
        (Author("posts"), "/posts/12", "/posts/12"),
    ],
)
def test_an_address_names_a_person_in_a_part_of_its_own(author: Author, before: str, after: str) -> None:
    found = inventor(author)(f'<a href="{before}">x</a>')
    expected = f'<a href="{after}">x</a>'
    assert found == expected


def test_one_person_is_one_person_whatever_they_are_called() -> None:
    invent = inventor(
        Author("Filiz Öz", "filiz.oz", f"{BASE}/u/filiz.oz"),
        Author("Filiz Öz"),
        Author("Filiz", "2"),
        Author("Filiz Ö", "2"),
    )
    assert invent.people == {
        "Filiz": "Ayse", "Filiz Ö": "Ayşe Yılmaz", "Filiz Öz": "Mehmet Demir", "filiz.oz": "mehmet.demir"
    }  # fmt: skip
    assert invent("<p title='FİLİZ ÖZ'>@filiz.oz ve Filiz'e; filiz.oz@firma.com</p>") == (
        "<p title='Mehmet Demir'>@mehmet.demir ve Ayse'e; mehmet.demir@posta.example</p>"
    )
    assert invent("<p>Fili&#122; &Ouml;z, Filiz\n  Öz</p>") == "<p>Mehmet Demir, Mehmet Demir</p>"


def test_names_in_entities_keys_and_scripts() -> None:
    invent = inventor(Author("amp"), Author("post"), Author("id"))
    page = '<p>a &amp; b, amp</p><script>if (post) {a = {"post": "post"}}</script>'
    assert invent(page) == '<p>a &amp; b, ayse</p><script>if (post) {a = {"post": "zeynep"}}</script>'
    told = json.loads(invent('{"id": "id", "post": {"text": "x\\nid@firma.com <b class=\\"id\\">id</b>"}}'))
    assert told == {"id": "mehmet", "post": {"text": 'x\nmehmet@posta.example <b class="id">mehmet</b>'}}


def test_two_people_never_become_one() -> None:
    authors = [Author(f"Kişi {number}", f"kisi{number}") for number in range(40)]
    people = inventor(*authors).people
    assert len(set(people.values())) == len(people) == 80


def test_documents_tell_of_more_people_than_those_who_wrote() -> None:
    document = (
        '{"users": [{"id": 7, "username": "derya", "name": "Derya Kaya"}, {"username": "[[global:guest]]", "id": 0}]}'
    )
    found = list(members(document))
    assert found == [Author("derya", "7"), Author("Derya Kaya", "7")]
    assert json.loads(inventor(*found)(document))["users"][0] == {"id": 7, "username": "ayse", "name": "Ayşe Yılmaz"}
    assert list(members("<p>username</p>")) == []


def test_what_an_adapter_calls_an_account_that_is_gone_is_nobody() -> None:
    people = [Author("Former user"), Author("Ali Can"), Author("İnce <b>"), Author("Uzak", "3")]
    pages = ['{"username": "[[global:former-user]]", "n": "\\u0130nce <b>"}', "<i><b>Ali</b>\n Can</i>"]
    assert list(shown(people, pages)) == [Author("Ali Can"), Author("İnce <b>"), Author("Uzak", "3")]
