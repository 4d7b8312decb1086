"""Bodies of pages that real engines served; read where they lie, if they lie there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from forum_bridge.markup.clean import clean_post

PAGES = Path(os.environ.get("FORUM_PAGES", Path(__file__).resolve().parents[3] / "shared" / "forums" / "pages"))
ENGINES = {
    "phpbb/thread-p1.html": ".postbody .content",
    "mybb/thread-p1.html": ".post_body",
    "smf/thread-p1.html": ".inner",
}
FIRST = """Merhaba arkadaşlar! Bu başlıkta kalın, eğik ve altı çizili yazı var.

Türkçe harfler: çğıöşü ÇĞİÖŞÜ — {0}tırnak{1} ve {2} üç nokta. Emoji: 😀🚂

- birinci madde
- ikinci madde & <etiket> "çift" 'tek'

Bağlantı metni ve çıplak http://127.0.0.1:9/duz/adres?x=1&y=2

int main(void) {{
    return 1 < 2 && 3 > 2;  /* girinti   korunmalı */
}}

Son satır {3}"""


@pytest.mark.parametrize(("page", "selector"), ENGINES.items())
def test_one_post_reads_the_same_on_every_engine(page: str, selector: str) -> None:
    if not (PAGES / page).is_file():
        pytest.skip(f"{PAGES / page} is not here; set FORUM_PAGES to a folder of recorded pages")
    soup = BeautifulSoup((PAGES / page).read_text(), "lxml")
    texts = [clean_post(str(body), "https://forum.example/konu").text for body in soup.select(selector)]
    marks = (
        ('"', '"', "...", ":)") if page.startswith("smf") else ("“", "”", "…", ":Smile:" if "mybb" in page else ":)")
    )
    assert texts[0] == FIRST.format(*marks)
    quoting = [text for text in texts if text.endswith("Alıntıya cevap 4.")]
    assert len(quoting) == 1
    assert quoting[0].startswith("> ")
    assert "PM" not in quoting[0]
    assert "ago" not in quoting[0]
