"""The webhook's decoder: what Deskie sends, what it might send, and what anybody might."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import fields
from urllib.parse import quote, urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from forum_bridge.deskie.fields import MAX_FIELDS
from forum_bridge.deskie.trouble import BadWebhook
from forum_bridge.deskie.webhook import AgentAnswer, Ignored, InternalNote, Origin, decode
from forum_bridge.model import Attachment

FORM = "application/x-www-form-urlencoded"
WIRE = (
    b"type=message_new&object%5Bmessage_id%5D=61200502&object%5Bcase_id%5D=8804417&object%5Bstaff_id%5D=905"
    b"&object%5Buser_id%5D=5120087&object%5Bcustom_user_id%5D=u-7731&object%5Bcontent%5D=Yar%C4%B1n+teslim+edilecek."
    b"&object%5Battachments%5D%5B0%5D%5Burl%5D=https%3A%2F%2Facme.deskie.io%2Ffiles%2F7781"
    b"&object%5Bnote%5D=0&object%5Bsent_via_rule%5D=0&object%5Bb_from_api%5D=0"
)
FILE = Attachment("https://acme.deskie.io/files/7781")
AS_SENT = AgentAnswer(
    message_id=61200502,
    case_id=8804417,
    staff_id=905,
    user_id=5120087,
    custom_user_id="u-7731",
    body="Yarın teslim edilecek.",
    is_html=False,
    attachments=(FILE,),
    origin=Origin.AGENT,
)


def form(charset: str = "utf-8", **message: object) -> bytes:
    """A form with a whole message, changed by ``message``; a field set to None is left out."""
    full = {"message_id": 7, "case_id": 42, "content": "Merhaba"} | message
    pairs = {f"object[{name}]": value for name, value in full.items() if value is not None}
    return urlencode({"type": "message_new", **pairs}, encoding=charset).encode()


def answer(body: bytes, content_type: str = FORM) -> AgentAnswer:
    decoded = decode(content_type, body)
    assert isinstance(decoded, AgentAnswer)
    return decoded


def test_as_on_the_wire() -> None:
    assert decode(FORM, WIRE) == AS_SENT
    assert decode("", WIRE) == AS_SENT
    assert decode("text/plain", WIRE.replace(b"%5B", b"[").replace(b"%5D", b"]")) == AS_SENT


JSON = {
    "type": "message_new",
    "object": {
        "message_id": 61200502,
        "case_id": "8804417",
        "staff_id": 905,
        "user_id": 5120087,
        "user_custom_id": "u-7731",
        "content": "Yarın teslim edilecek.",
        "attachments": [{"url": FILE.url}],
        "note": 0,
        "sent_via_rule": False,
    },
}


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/json; charset=utf-8", FORM, "", "multipart/x"]
)
@pytest.mark.parametrize("lead", [b"", b"\xef\xbb\xbf", b" \r\n"])
def test_json_whatever_its_type(content_type: str, lead: bytes) -> None:
    assert decode(content_type, lead + json.dumps(JSON).encode()) == AS_SENT


def test_the_object_may_be_json_text_or_the_root() -> None:
    inner = JSON["object"]
    assert decode("", json.dumps({"type": "message_new", "object": json.dumps(inner)}).encode()) == AS_SENT
    assert decode("", json.dumps(inner).encode()) == AS_SENT
    assert decode(FORM, urlencode({"type": "message_new", "object": json.dumps(inner)}).encode()) == AS_SENT


def multipart(boundary: str, parts: list[tuple[str, bytes]]) -> bytes:
    body = b"preamble to be ignored\r\n"
    for name, value in parts:
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + value + b"\r\n"
    return body + f"--{boundary}--\r\n".encode()


PARTS = [
    ("type", b"message_new"),
    ("object[message_id]", b"61200502"),
    ("object[case_id]", b"8804417"),
    ("object[staff_id]", b"905"),
    ("object[user_id]", b"5120087"),
    ("object[custom_user_id]", b"u-7731"),
    ("object[content]", "Yarın teslim edilecek.".encode()),
    ("object[attachments][0][url]", FILE.url.encode()),
]


@pytest.mark.parametrize("boundary", ["x", "----WebKitFormBoundaryq1"])
def test_multipart(boundary: str) -> None:
    assert decode(f'multipart/form-data; boundary="{boundary}"', multipart(boundary, PARTS)) == AS_SENT
    assert decode(f"multipart/form-data; boundary={boundary}", multipart(boundary, PARTS)[24:]) == AS_SENT


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", multipart("x", PARTS)),
        ("multipart/form-data; boundary=y", multipart("x", PARTS)),
        ("multipart/form-data; boundary=x", multipart("x", PARTS)[:-20]),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Type: text/plain\r\n\r\nhi\r\n--x--"),
        ("multipart/form-data; boundary=x", b"--x\r\nno header\r\n--x--"),
    ],
)
def test_multipart_that_cannot_be_read(content_type: str, body: bytes) -> None:
    with pytest.raises(BadWebhook):
        decode(content_type, body)


def test_the_number_of_multipart_fields_is_bounded() -> None:
    assert decode("multipart/form-data; boundary=x", multipart("x", PARTS * (MAX_FIELDS // len(PARTS)))) == AS_SENT
    with pytest.raises(BadWebhook, match="more than 1000 fields"):
        decode("multipart/form-data; boundary=x", multipart("x", PARTS * (MAX_FIELDS // len(PARTS) + 1)))


SENTENCE = "Şu iğdenin çiçeği ığıl ığıl: ĞÜŞİÖÇ"


@pytest.mark.parametrize("charset", ["windows-1254", "ISO-8859-9", '"iso-8859-9"', "utf-8", "UTF8"])
def test_charsets(charset: str) -> None:
    content_type = f"{FORM}; charset={charset}"
    assert answer(form(charset.strip('"'), content=SENTENCE), content_type).body == SENTENCE


def test_a_declared_charset_counts_even_where_the_bytes_would_be_utf_8() -> None:
    assert answer(form("cp1254", content="Ã¼"), f"{FORM}; charset=iso-8859-9").body == "Ã¼"


def test_an_undeclared_or_wrong_charset_falls_back_to_turkish() -> None:
    assert answer(form("windows-1254", content=SENTENCE)).body == SENTENCE
    assert answer(form("windows-1254", content=SENTENCE), f"{FORM}; charset=utf-8").body == SENTENCE
    assert answer(form(content=SENTENCE), f"{FORM}; charset=punycode").body == SENTENCE
    raw = b"type=message_new&object[message_id]=7&object[case_id]=42&object[content]="
    assert answer(raw + SENTENCE.encode()).body == SENTENCE
    assert answer(raw + SENTENCE.encode("cp1254")).body == SENTENCE


def test_emoji_and_long_text() -> None:
    assert answer(form(content="Oldu 👍🏽")).body == "Oldu 👍🏽"
    assert len(answer(form(content="ş" * 100_000)).body) == 100_000


def test_percent_encoding_is_undone_once() -> None:
    assert answer(form(content="%C4%B1 %20 100%+1")).body == "%C4%B1 %20 100%+1"
    once = "&".join(f"object[{name}]={quote(value)}" for name, value in [("message_id", "7"), ("case_id", "42")])
    assert answer(f"{once}&object[content]={quote(quote('a b'))}".encode()).body == "a%20b"


@pytest.mark.parametrize(
    ("html", "plain", "body", "is_html"),
    [
        ("<p>Tamam</p>", "Tamam", "<p>Tamam</p>", True),
        ("", "<b>Tamam</b> &amp; bitti", "<b>Tamam</b> &amp; bitti", True),
        ("  \n", "Tamam", "Tamam", False),
        (None, "a &lt;b&gt; &amp;amp; c", "a <b> &amp; c", False),
        ("a &amp; b", "", "a & b", False),
        (None, "a < b ve c > d", "a < b ve c > d", False),
        (None, "Yazın: <selin@acme.example>", "Yazın: <selin@acme.example>", False),
        (None, "satır<br>satır", "satır<br>satır", True),
        (None, None, "", False),
        ('<p>Yeni</p><div class="x omni_orig_reply"><p>Eski</p></div>', None, "<p>Yeni</p>", True),
        ("<p>omni_orig_reply</p>", None, "<p>omni_orig_reply</p>", True),
        ('<div class="omni_orig_reply">Eski</div>', None, "", True),
    ],
)
def test_bodies(html: str | None, plain: str | None, body: str, is_html: bool) -> None:
    decoded = answer(form(content_html=html, content=plain))
    assert (decoded.body, decoded.is_html) == (body, is_html)


def test_history_nested_beyond_reason_stays_rather_than_stall() -> None:
    deep = "<div>" * 50_000 + '<div class="omni_orig_reply">'
    assert answer(form(content_html=deep)).body == deep


@pytest.mark.parametrize(
    ("flags", "origin"),
    [
        ({}, Origin.AGENT),
        ({"sent_via_rule": "1"}, Origin.RULE),
        ({"b_from_api": "1"}, Origin.API),
        ({"b_from_api": "true", "sent_via_rule": "1"}, Origin.API),
        ({"b_from_api": "0", "sent_via_rule": ""}, Origin.AGENT),
    ],
)
def test_origins(flags: dict[str, str], origin: Origin) -> None:
    assert answer(form(**flags)).origin is origin


@pytest.mark.parametrize("note", ["1", "true", "yes", "2", "-", "no", " x", "on", "0.0", "none", "False!"])
def test_anything_but_a_clear_no_is_a_note(note: str) -> None:
    assert decode(FORM, form(note=note)) == InternalNote(7, 42)


@pytest.mark.parametrize("note", ["0", "", "false", "False", None])
def test_a_clear_no_is_no_note(note: str | None) -> None:
    assert isinstance(decode(FORM, form(note=note)), AgentAnswer)


@pytest.mark.parametrize("note", [True, 1, 1.0, 0.0, [], {}, [0], {"a": 0}, "x"])
def test_a_note_in_json(note: object) -> None:
    message = {"message_id": 7, "case_id": 42, "content": "gizli"}
    assert decode("", json.dumps({"object": {**message, "note": note}}).encode()) == InternalNote(7, 42)
    assert decode("", json.dumps({"object": message, "note": note}).encode()) == InternalNote(7, 42)


@pytest.mark.parametrize(
    "body",
    [
        form() + b"&object[note]=0&object[note]=1",
        form() + b"&object[note]=1&object[note]=0",
        form() + b"&object[note]=0&object[note][x]=1",
        form() + b"&object[note][x]=1&object[note]=0",
        b'{"object": {"message_id": 7, "case_id": 42, "note": 1, "note": 0}}',
        b'{"object": {"message_id": 7, "case_id": 42, "note": 1}, "object": {"message_id": 7, "case_id": 42}}',
    ],
)
def test_contradictions_are_refused(body: bytes) -> None:
    with pytest.raises(BadWebhook):
        decode(FORM, body)


def test_a_note_has_nothing_to_publish() -> None:
    assert [field.name for field in fields(InternalNote)] == ["message_id", "case_id"]


@pytest.mark.parametrize(
    ("spelling", "value", "custom_id"),
    [("custom_user_id", "u-7731", "u-7731"), ("user_custom_id", "u-7731", "u-7731"), ("custom_user_id", "", None)],
)
def test_both_spellings_of_our_id(spelling: str, value: str, custom_id: str | None) -> None:
    assert answer(form(**{spelling: value})).custom_user_id == custom_id


def test_an_answer_may_name_only_the_customer() -> None:
    decoded = answer(form(case_id=None, custom_user_id="meydan:17"))
    assert (decoded.case_id, decoded.custom_user_id, decoded.user_id, decoded.staff_id) == (None, "meydan:17", None, 0)


@pytest.mark.parametrize(
    "body",
    [
        form(case_id=None),
        form(case_id="0"),
        form(message_id=None),
        form(message_id="-"),
        form(message_id="9" * 30),
        form(content=None) + b"&object[content][x]=1",
        b"",
        b"%",
        b"\x00\xff\xfe garbage",
        b"{",
        b"{}",
        b"[1]",
        b'{"object": []}',
        b'{"object": "x"}',
        b'{"object": 5}',
        b'{"type": {"a": 1}}',
        b"<html>502</html>",
        form() + b"&a=1" * 1_000_000,
        form() + b"&object[attachments][]=1" * MAX_FIELDS,
        form() + b"&x" + b"[a]" * 300_000 + b"=1",
        form() + b"&x" + b"[" * 1_000_000 + b"=1",
        b'{"a":' * 200_000,
        b'{"message_id": ' + b"9" * 10_000 + b"}",
    ],
)
def test_what_cannot_be_read_is_refused(body: bytes) -> None:
    with pytest.raises(BadWebhook) as refusal:
        decode(FORM, body)
    assert refusal.value.explanation


def test_other_types_are_ignored() -> None:
    assert decode(FORM, b"type=case_closed&object[case_id]=42") == Ignored(
        "the type 'case_closed' is not a new message"
    )
    assert isinstance(decode("", b'{"type": "typing"}'), Ignored)


def test_attachments_in_all_shapes() -> None:
    address = "https://acme.deskie.io/files/1"
    raw = [
        ("[10][url]", f"{address}0"),
        ("[2][url]", f"{address}2"),
        ("[2][file_name]", "fiş.pdf"),
        ("[2][mime_type]", "application/pdf"),
        ("[2][file_size]", "20480"),
        ("[3]", f"{address}3"),
        ("[4][url]", "javascript:alert(1)"),
        ("[5][file_name]", "no address"),
    ]
    body = form() + b"&" + urlencode({f"object[attachments]{key}": value for key, value in raw}).encode()
    assert answer(body).attachments == (
        Attachment(f"{address}2", "fiş.pdf", "application/pdf", 20480),
        Attachment(f"{address}3"),
        Attachment(f"{address}0"),
    )
    assert answer(form() + f"&object[attachments][url]={address}".encode()).attachments == (Attachment(address),)
    assert answer(form() + f"&object[attachments][][url]={address}".encode()).attachments == (Attachment(address),)
    assert answer(form(attachments="")).attachments == ()


def test_what_no_database_takes_is_replaced() -> None:
    body = json.dumps({"message_id": 7, "case_id": 42, "content": "a\x00\ud800b"}).encode()
    assert answer(body).body == "a\ufffd\ufffdb"


KEYS = st.sampled_from(
    [
        *(
            "type",
            "object",
            "object[message_id]",
            "object[case_id]",
            "object[note]",
            "object[content]",
            "note",
            "message_id",
        ),
        *(
            "object[attachments][0][url]",
            "object[attachments][]",
            "object[",
            "object[content][x]",
            "case_id",
            "a[b][c][d]",
        ),
    ]
)
VALUES = st.sampled_from(["message_new", "7", "1", "0", "", "<p>x</p>", "-", "https://a.example/b", "{}"]) | st.text(
    max_size=9
)
FORMS = st.lists(st.tuples(KEYS, VALUES), max_size=9).map(lambda pairs: urlencode(pairs, errors="replace").encode())
TREES = st.dictionaries(
    KEYS | st.sampled_from(["content_html", "attachments", "user_id"]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | VALUES,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | VALUES, inner, max_size=3),
        max_leaves=9,
    ),
    max_size=6,
)
JSONS = TREES.map(lambda tree: json.dumps(tree).encode()) | TREES.map(
    lambda tree: json.dumps({"object": tree}).encode()
)
TYPES = st.sampled_from([FORM, "", "application/json", "multipart/form-data; boundary=x", f"{FORM}; charset=idna"])


@given(TYPES | st.text(max_size=40), FORMS | JSONS | st.binary(max_size=200))
@example("multipart/form-data; boundary=x", b"--x\r\n\r\n\r\n--x--")
@example("multipart/form-data; boundary=\ud800", b"--x")
def test_any_bytes_are_one_of_three_or_refused(content_type: str, body: bytes) -> None:
    with suppress(BadWebhook):
        assert isinstance(decode(content_type, body), AgentAnswer | InternalNote | Ignored)


@given(st.binary(max_size=120), st.binary(max_size=60))
def test_any_multipart_is_one_of_three_or_refused(head: bytes, value: bytes) -> None:
    body = multipart("x", PARTS)[:-7] + b"--x\r\n" + head + b"\r\n\r\n" + value + b"\r\n--x--"
    with suppress(BadWebhook):
        assert isinstance(decode("multipart/form-data; boundary=x", body), AgentAnswer | InternalNote | Ignored)
