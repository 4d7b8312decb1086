"""What the shipped presets take for a thread's address, and what they make of it."""

from __future__ import annotations

import pytest
from tests.forums.test_pages import preset

from forum_bridge.errors import WatchTrouble
from forum_bridge.forums.html.address import names_post, thread_ref

HOST = "https://forum.example/"
MACHINA, DH, VB5 = "forum/destek-3/topic/kargo-41/", "kargo--161912895", "forum/destek/kargo/2772-kargo"


@pytest.mark.parametrize(
    ("engine", "address", "thread", "plain"),
    [
        ("vbulletin4", "forum/showthread.php?t=31&page=2", "31", "forum/showthread.php?t=31"),
        ("vbulletin4", "forum/showthread.php?s=0a1b&page=2&t=31#post9", "31", "forum/showthread.php?t=31"),
        ("vbulletin4", "showthread.php/31-kargo-ve-iade/page2", "31", "showthread.php?t=31"),
        ("vbulletin4", "forum/showthread.php?31-kargo-ve-iade/page2&p=9", "31", "forum/showthread.php?t=31"),
        ("vbulletin4", "forum/threads/31-kargo/page3?p=9#post9", "31", "forum/showthread.php?t=31"),
        ("vbulletin5", f"{VB5}/page2", "2772", VB5),
        ("vbulletin5", f"{VB5}?p=2775#post2775", "2772", VB5),
        ("vbulletin5", "forums/2024-yili/2772-kargo/page2", "2772", "forums/2024-yili/2772-kargo"),
        ("vbulletin5", "topluluk/2772-kargo", "2772", "topluluk/2772-kargo"),
        ("machina", f"forum/{MACHINA}?page=2", "41", f"forum/{MACHINA}"),
        ("machina", f"topluluk/{MACHINA}?post=9#9", "41", f"topluluk/{MACHINA}"),
        (
            "machina",
            "forum/forum/destek-3/topic/%C3%BCr%C3%BCn-41/",
            "41",
            "forum/forum/destek-3/topic/%C3%BCr%C3%BCn-41/",
        ),
        ("donanimhaber", f"{DH}-22126#161930001", "161912895", DH),
        ("donanimhaber", f"{DH}?utm=x", "161912895", DH),
    ],
)
def test_a_threads_address(engine: str, address: str, thread: str, plain: str) -> None:
    found = thread_ref(HOST + address, preset(engine))
    assert (found.id, found.url) == (thread, HOST + plain)


@pytest.mark.parametrize(
    ("engine", "address"),
    [
        ("vbulletin4", "forum/forumdisplay.php?f=4"),
        ("vbulletin5", "forum/destek/kargo"),
        ("vbulletin5", "member/103-derya"),
        ("vbulletin5", "forum/member/103-derya"),
        ("machina", "forum/forum/destek-3/"),
        ("donanimhaber", "alisveris--f462"),
    ],
)
def test_no_threads_address(engine: str, address: str) -> None:
    with pytest.raises(WatchTrouble):
        thread_ref(HOST + address, preset(engine))


@pytest.mark.parametrize(
    ("engine", "address"),
    [
        ("vbulletin4", "forum/showthread.php?p=9#post9"),
        ("vbulletin4", "forum/threads/31-kargo?p=9"),
        ("vbulletin5", "node/2775"),
    ],
)
def test_a_posts_address(engine: str, address: str) -> None:
    assert names_post(HOST + address, preset(engine))
