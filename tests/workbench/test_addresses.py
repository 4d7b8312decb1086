"""How a thread's address looks, told from one address: another thread's is read by it, too."""

from __future__ import annotations

import re
from urllib.parse import urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum_bridge.workbench.guess.addresses import guess_address
from forum_bridge.workbench.site import under

HOST = "https://www.acme.example"
# A thread's address with {id} and {title}, that of its second page, and what precedes it.
SHAPES = (
    ("/forum/showthread.php?tid={id}", "&page=2", "/forum/"),
    ("/forum/viewtopic.php?f=3&t={id}", "&start=20", "/forum/"),
    ("/index.php?topic={id}.0", None, "/"),
    ("/cgi-bin/YaBB.cgi?board=news;action=display;num={id}", ";start=15", "/cgi-bin/"),
    ("/topic/{id}-{title}", "?page=2", "/"),
    ("/topluluk/konu/{title}.{id}/", "page-2", "/topluluk/"),
    ("/forum/konu-{title}-{id}.html", "?sayfa=2", "/forum/"),
    ("/threads/{id}-{title}", "/page2", "/"),
    ("/forum/destek/kargo/{id}-{title}", "/page2", "/"),
    ("/t/{title}/{id}/", "2/", "/"),
    ("/oku.asp?konu={id}", "&syf=2", "/"),
)
WORDS = st.sampled_from(["kargo", "gelmedi", "fatura", "iade"])
TITLES = st.tuples(WORDS, st.lists(WORDS | st.just("2026"), max_size=3)).map(lambda told: "-".join((told[0], *told[1])))


def address(shape: str, number: int, title: str) -> str:
    return HOST + shape.format(id=number, title=title)


@pytest.mark.parametrize(("shape", "second", "root"), SHAPES)
@given(data=st.data())
def test_one_address_tells_how_the_others_look(shape: str, second: str | None, root: str, data: st.DataObject) -> None:
    number, other = data.draw(st.integers(1000, 999_999)), data.draw(st.integers(1000, 999_999))
    url = address(shape, number, data.draw(TITLES))
    links = [url + second, url + "#post12", HOST + "/"] if second else [url, HOST + "/"]
    guess = guess_address(url, [*links, HOST + "/"])
    assert guess is not None
    assert guess.id == str(number)
    theirs = address(shape, other, data.draw(TITLES))
    for each, own in ((theirs, other), (theirs + (second or ""), other), (url, number)):
        found = re.search(guess.match.text, each)
        assert found is not None, (guess.match.text, each)
        assert found["id"] == str(own)
    assert under(url, guess.match.text) == urljoin(HOST, root)


@pytest.mark.parametrize("elsewhere", ["/uye.asp?no=12", "/forum/memberlist.php?u=7", "/user/3", "/bolum.asp?bolum=3"])
def test_other_addresses_are_none_of_a_thread(elsewhere: str) -> None:
    for shape, *_ in SHAPES:
        guess = guess_address(address(shape, 4711, "kargo-gelmedi"), [])
        assert guess is not None
        assert re.search(guess.match.text, HOST + elsewhere) is None, guess.match.text


def test_an_address_without_a_number_is_no_thread_s() -> None:
    assert guess_address(f"{HOST}/forum/kargo-gelmedi", []) is None


def test_of_two_numbers_the_one_that_other_pages_share_is_taken_and_doubted() -> None:
    url = f"{HOST}/b/3/m/4711"
    guess = guess_address(url, [f"{url}/2", f"{url}/3", f"{url}#12"])
    assert guess is not None
    assert guess.id == "4711"
    assert "is that so in other threads" in guess.match.doubt


@given(st.text(max_size=40))
def test_any_address_can_be_asked(path: str) -> None:
    guess_address(f"{HOST}/{path}", [path, f"/{path}"])
