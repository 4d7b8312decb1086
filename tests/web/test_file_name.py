import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from forum_bridge.web.file_kind import is_page, picture_type
from forum_bridge.web.file_name import LONGEST, clean_name, name_in, told_name


@pytest.mark.parametrize(
    ("name", "mime", "clean"),
    [
        ("fatura.pdf", "", "fatura.pdf"),
        ("kırık ekran 📷.png", "", "kırık ekran 📷.png"),
        ("../../etc/passwd", "", "passwd"),
        ("..\\..\\boot.ini", "", "boot.ini"),
        ("a\r\nContent-Type: text/html", "", "html"),
        ('a"b;c%00.png', "", "a_b_c_00.png"),
        ("gpj.\u202eexe.png", "", "gpj. exe.png"),
        ("...", "", "file"),
        ("", "image/png", "file.png"),
        ("download.php", "image/png", "download.png"),
        ("eklenti.php", "application/octet-stream", "eklenti.php"),
        ("rapor", "application/pdf", "rapor.pdf"),
        ("i\u0307stanbul.txt", "", "i\u0307stanbul.txt"),
    ],
)
def test_names_are_made_fit(name: str, mime: str, clean: str) -> None:
    assert clean_name(name, mime) == clean


@given(st.text(max_size=400), st.sampled_from(["", "image/png", "text/plain", "no/such"]))
def test_any_name_can_be_saved_and_sent(name: str, mime: str) -> None:
    clean = clean_name(name, mime)
    assert 0 < len(clean) <= LONGEST
    assert not set(clean) & set('/\\\0\r\n"%<>:|?*')
    assert clean.encode()
    assert clean_name(clean, mime) == clean
    assert clean.strip(". ")


def test_a_long_name_keeps_its_ending() -> None:
    assert clean_name("ş" * 300 + ".docx").endswith("ş.docx")


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="a b.png"', "a b.png"),
        ("attachment; filename=a.png; filename*=UTF-8''%C5%9F.png", "ş.png"),
        ('inline; filename="\u00c5\u0178.png"'.encode("cp1252", "replace").decode("latin-1"), "ş.png"),
        ('attachment; filename="%C5%9F.png"', "ş.png"),
        ("attachment", ""),
        ("", ""),
        (";;;=\x00", ""),
    ],
)
def test_a_servers_name_for_a_file(header: str, name: str) -> None:
    assert told_name(CIMultiDict({"content-disposition": header})) == name


def test_an_addresss_name() -> None:
    assert name_in("https://a.example/x/k%C4%B1r%C4%B1k.png?size=2#a") == "kırık.png"
    assert name_in("https://a.example") == ""


@given(st.binary(max_size=64))
def test_bytes_are_looked_at_without_fail(head: bytes) -> None:
    assert not (picture_type(head) and is_page(head, {}))


def test_a_drawing_that_can_run_scripts_is_no_picture() -> None:
    assert picture_type(b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>') is None
    assert picture_type(b"RIFF\x00\x00\x00\x00WEBPVP8 ") == "image/webp"
