"""Pages that real engines once served are read as people would read them. They are other people's software's output and
lie outside of the project; where they are not, nothing is tested here."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from tests.forums.test_pages import preset

from forum_bridge.errors import Unreadable
from forum_bridge.forums.html.judge import said, shows_login
from forum_bridge.forums.html.parse import parse_board, parse_thread
from forum_bridge.forums.reading.page import BoardPage, ThreadPage
from forum_bridge.markup.clean import clean_post
from forum_bridge.markup.compare import is_answer
from forum_bridge.model import Post
from forum_bridge.web.retry_after import http_date

RECORDED = Path(__file__).parents[2].parent / "shared" / "forums" / "pages"
ENGINES = ["mybb", "smf"]
pytestmark = pytest.mark.skipif(not RECORDED.is_dir(), reason="pages recorded from other people's forums are not here")

TITLE = "Köprü denemesi: şehir hatları ve ölçüler"
FIRST = {"mybb": 1, "smf": 2}  # the threads' first posts: in SMF the forum's own greeting came before
BEGUN = {"mybb": datetime(2026, 11, 12, 23, 49, tzinfo=UTC), "smf": datetime(2026, 11, 12, 23, 53, tzinfo=UTC)}
NAMES = {"mybb": ("ali", "ayse", "çağrı öz"), "smf": ("ali", "ayse", "Çağrı Öz")}


@dataclass(frozen=True)
class Recorded:
    engine: str
    html: str
    url: str
    served: datetime

    def thread(self) -> ThreadPage:
        return parse_thread(self.html, self.url, preset(self.engine), self.served)

    def board(self) -> BoardPage:
        return parse_board(self.html, self.url, preset(self.engine), self.served)


def recorded(engine: str, name: str) -> Recorded:
    path = RECORDED / engine / f"{name}.html"
    meta = json.loads(path.with_name(f"{name}.html.meta.json").read_text(encoding="utf-8"))
    served = http_date(meta["headers"]["Date"])
    assert served is not None
    return Recorded(engine, path.read_text(encoding="utf-8"), meta["final"], served)


def text_of(post: Post) -> str:
    return clean_post(post.html, post.url).text


@pytest.mark.parametrize("engine", ENGINES)
def test_a_thread_of_three_pages(engine: str) -> None:
    pages = [recorded(engine, f"thread-p{number}").thread() for number in (1, 2, 3)]
    assert [len(page.posts) for page in pages] == [20, 20, 7]
    posts = [post for page in pages for post in page.posts]
    assert [int(post.id) for post in posts] == list(range(FIRST[engine], FIRST[engine] + 47))
    assert [post.opening for post in posts] == [True, *[False] * 46]
    assert {post.thread.title for post in posts} == {TITLE}
    assert len({post.thread for post in posts}) == 1
    assert {(post.author.name, post.author.id) for post in posts} == {
        (name, str(number)) for number, name in enumerate(NAMES[engine], 2)
    }
    times = [post.time for post in posts if post.time is not None]
    assert times[0] == BEGUN[engine]
    assert len(times) == 47
    gaps = [(later - earlier) / timedelta(minutes=1) for earlier, later in pairwise(times)]
    assert all(295 < gap < 310 for gap in gaps)  # whoever seeded it spread the posts over ten days
    first, second, third = pages
    assert (first.pages.previous, first.pages.next) == (None, second.url)
    assert (second.pages.previous, second.pages.next) == (first.url, third.url)
    assert (first.pages.last, third.pages.last) == (third.url, None)
    assert (third.pages.previous, third.pages.next) == (second.url, None)


@pytest.mark.parametrize("engine", ENGINES)
def test_bodies_are_what_was_written(engine: str) -> None:
    posts = [post for number in (1, 2, 3) for post in recorded(engine, f"thread-p{number}").thread().posts]
    furniture = ("<script", "<button", "signature", "Select</a>", "post_controls", "quickbuttons")
    assert not any(each in post.html for post in posts for each in furniture[:3])
    cleaned = [clean_post(post.html, post.url) for post in posts]
    assert not any(each in clean.html or "Select" in clean.text for clean in cleaned for each in furniture)
    opening = cleaned[0]
    for written in (
        "çğıöşü ÇĞİÖŞÜ",
        "😀🚂",
        "birinci madde",
        "int main(void) {",
        "girinti   korunmalı",
        '<etiket> "çift"',
    ):
        assert written in opening.text
    assert "<b>kalın</b>" in opening.html
    assert "(#4)" in cleaned[3].text
    quoting = [clean for clean in cleaned if "Alıntıya cevap" in clean.text]
    assert len(quoting) == 3
    assert all(clean.html.startswith("<blockquote") for clean in quoting)
    assert all("<b>" in clean.html.partition("</p>")[0] for clean in quoting)  # who is quoted stands first
    assert not any("ago" in clean.text or "Today" in clean.text for clean in cleaned)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_same_thread_for_a_member(engine: str) -> None:
    guest, member = recorded(engine, "thread-p3").thread(), recorded(engine, "thread-p3-loggedin").thread()
    assert (guest.account_id, member.account_id) == (None, "5")
    assert [(post.id, post.author, post.time) for post in guest.posts] == [
        (post.id, post.author, post.time) for post in member.posts
    ]


@pytest.mark.parametrize(
    ("engine", "name", "shown"),
    [
        ("mybb", "thread-p4-beyond", range(1, 21)),  # MyBB shows the first page to who asks past the end
        ("mybb", "thread-by-pid", range(21, 41)),
        ("mybb", "thread-lastpost", range(41, 48)),
        ("smf", "thread-p4-beyond", range(42, 49)),
        ("smf", "thread-offset15", range(2, 22)),  # an offset in the middle is rounded down to its page
        ("smf", "thread-all", range(2, 22)),
        ("smf", "thread-new-guest", range(42, 49)),
    ],
)
def test_odd_addresses_of_a_thread(engine: str, name: str, shown: range) -> None:
    page, plain = recorded(engine, name).thread(), recorded(engine, "thread-p1").thread()
    assert [int(post.id) for post in page.posts] == list(shown)
    assert page.ref == plain.ref
    assert (page.pages.previous is None) == (shown.start == FIRST[engine])


@pytest.mark.parametrize("engine", ENGINES)
def test_a_board(engine: str) -> None:
    rows = {row.ref.title: row for row in recorded(engine, "forum").board().rows}
    assert set(rows) >= {TITLE, "Kısa konu", "Kilitli konu"}
    thread = recorded(engine, "thread-p3").thread()
    assert rows[TITLE].ref == thread.ref
    assert rows[TITLE].time == thread.posts[-1].time
    assert all(row.time is not None and row.mark for row in rows.values())


@pytest.mark.parametrize("engine", ENGINES)
def test_a_locked_thread_and_its_files(engine: str) -> None:
    assert recorded(engine, "locked-thread-guest").thread().locked
    assert not recorded(engine, "thread-p1").thread().locked
    with_files = recorded(engine, "thread-p1" if engine == "mybb" else "newthread-result").thread().posts[0]
    assert [file.name for file in with_files.attachments] == ["deneme.png", "ek dosyası ğ.txt"]


@pytest.mark.parametrize(
    ("engine", "name", "meaning", "seconds"),
    [
        ("mybb", "err-bad-login", "wrong_password", None),
        ("mybb", "err-bad-token", "token", None),
        ("mybb", "err-flood", "flood", 41),
        ("mybb", "err-guest-reply", "sign_in", None),
        ("mybb", "err-locked", "locked", None),
        ("mybb", "err-thread-missing", "gone", None),
        ("smf", "err-bad-login", "wrong_password", None),
        ("smf", "err-duplicate-submit", "already", None),
        ("smf", "err-flood", "flood", 5),
        ("smf", "err-guest-reply", "sign_in", None),
        ("smf", "err-locked", "locked", None),
        ("smf", "err-thread-missing", "gone", None),
        ("smf", "err-empty", "refused", None),
        ("smf", "warn-new-replies", "again", None),
    ],
)
def test_what_an_error_page_says(engine: str, name: str, meaning: str, seconds: int | None) -> None:
    page = recorded(engine, name)
    word = said(page.html, preset(engine))
    assert word is not None
    assert word.meaning == meaning
    assert word.wait == (timedelta(seconds=seconds) if seconds else None)
    for read in (page.thread, page.board):
        with pytest.raises(Unreadable):
            read()


@pytest.mark.parametrize("engine", ENGINES)
def test_no_other_page_says_anything_or_is_taken_for_a_thread_or_a_board(engine: str) -> None:
    for path in sorted((RECORDED / engine).glob("*.html")):
        page = recorded(engine, path.stem)
        if not path.stem.startswith(("err-", "warn-")):
            assert said(page.html, preset(engine)) is None, path.stem
        if not path.stem.startswith(("thread", "locked", "newthread-result", "reply-result")):
            with pytest.raises(Unreadable):
                page.thread()
        if path.stem != "forum":
            with pytest.raises(Unreadable):
                page.board()


@pytest.mark.parametrize("engine", ENGINES)
def test_the_pages_that_ask_to_sign_in(engine: str) -> None:
    asking = {path.stem for path in (RECORDED / engine).glob("*.html") if shows_login(path.read_text(), preset(engine))}
    more = {"err-guest-reply", "err-thread-missing"} if engine == "smf" else set()
    assert asking == {"login", "err-bad-login"} | more


def test_what_smf_changed_in_an_answer_does_not_hide_it() -> None:
    ours = recorded("smf", "reply-result").thread().posts[-1]
    assert ours.author.id == "5"
    assert is_answer(text_of(ours), "Köprüden ilk cevap: çğıöşü 😀 kalın", frame="")
    opening = text_of(recorded("smf", "thread-p1").thread().posts[0])
    assert is_answer(opening.partition("birinci")[0], "Merhaba arkadaşlar! Bu başlıkta kalın, eğik ve altı çizili yazı "
        "var.\n\nTürkçe harfler: çğıöşü ÇĞİÖŞÜ — “tırnak” ve … üç nokta. Emoji: 😀🚂", frame="")  # fmt: skip


def test_both_parts_of_a_post_that_mybb_merged_are_found_in_it() -> None:
    merged = recorded("mybb", "thread-p3-after-merge").thread().posts[-1]
    for answer in ("Köprüden ilk cevap: çğıöşü 😀 kalın", "Hemen ikinci cevap"):
        assert is_answer(text_of(merged), answer, frame="")
    assert not is_answer(text_of(merged), "Üçüncü cevap", frame="")


def machina(name: str) -> str:
    return (RECORDED / "machina" / f"{name}.html").read_text(encoding="utf-8")


def test_a_thread_of_machina() -> None:
    """Its addresses hold letters that only some people have."""
    url = "http://127.0.0.1/forum/forum/general-1/topic/bridge-test-topic-%C3%BCn%C3%AFcode-tags-1/"
    addresses = [f"{url}?page={number}" for number in (1, 2, 3)]
    pages = [
        parse_thread(machina(f"topic_p{name}"), address, preset("machina"), None)
        for name, address in zip(("1", "2", "3_last"), addresses, strict=True)
    ]
    posts = [post for page in pages for post in page.posts]
    assert [(post.id, post.url) for post in posts] == [(str(at), f"{url}?post={at}#{at}") for at in range(1, 46)]
    assert {(post.author.name, post.author.id) for post in posts} == {("alice", "2"), ("bob", "3"), ("carol", "4")}
    assert {post.thread.title for post in posts} == {"Bridge test topic — ünïcode & <tags>"}
    assert {(post.thread.id, post.thread.url) for post in posts} == {("1", url)}
    assert {post.time for post in posts} == {datetime(2026, 11, 22, 16, 1, tzinfo=UTC)}  # 7:01 p.m. in Istanbul
    assert text_of(posts[0]) == "First post by alice.\n\n> quote\n\ncode https://example.test/a?b=1&c=2"
    assert [page.pages.next for page in pages] == [*addresses[1:], None]
    assert [page.pages.previous for page in pages] == [None, *addresses[:2]]
    assert [page.pages.last for page in pages] == [addresses[2], addresses[2], None]


def test_other_pages_of_machina() -> None:
    board = parse_board(machina("forum"), "http://127.0.0.1/forum/forum/general-1/", preset("machina"), None)
    assert [(row.ref.id, row.ref.title, row.mark) for row in board.rows] == [
        ("1", "Bridge test topic — ünïcode & <tags>", "45 44")
    ]
    assert shows_login(machina("login"), preset("machina"))
    for name in ("topic_p9_beyond", "forum", "index", "login"):
        with pytest.raises(Unreadable):
            parse_thread(machina(name), "http://127.0.0.1/forum/forum/general-1/topic/x-1/", preset("machina"), None)
