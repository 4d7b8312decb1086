"""Bodies that a webhook may bring and none should: a real one, changed field by field and byte by byte. Pure: the same
seed gives the same bodies."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote_plus, urlencode

FORGED = "FORGED-BY-THE-FUZZ"
IDS = 400  # message ids that are drawn from, so that the ledger meets the same one again and again
LARGEST = 20_000  # bytes, of all but the few bodies that are too large on purpose

Pairs = list[tuple[str, str]]

_VALUES = (
    "", "0", "1", "-1", "true", "false", "null", "NaN", "1e308", "9" * 19, "9" * 400, "18446744073709551616", "0x10",
    "\0", "a\0b", "\x1b[31m", "\u202egnp.exe", "\ufeff", "\U0001f4a3" * 20, "é" * 300, "[]", "{}", "[[]]", '{"a":1}',
    "<script>alert(1)</script>", "[/quote][b]", "](javascript:x)", "@everyone", "${HOME}", "{{ 7*7 }}", "../../etc",
    "message_new", "message_deleted", "<div>" * 600, "<" * 3000, "[forum] https://f.example/1", "%00", "%ED%A0%80",
)  # fmt: skip
_TYPES = (
    "application/x-www-form-urlencoded", "application/json", "text/plain", "", "application/json; charset=utf-16",
    "application/x-www-form-urlencoded; charset=windows-1254", "application/json; charset=idna", "multipart/form-data",
    'multipart/form-data; boundary="', "application/octet-stream; charset=punycode", "x" * 300, "; charset=\"'",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Body:
    """A request's body and what it says it is."""

    content_type: str
    content: bytes


def bodies(real: Pairs, seed: int, live: Sequence[int] = ()) -> Iterator[Body]:
    """Yield bodies without end, made of ``real``, the fields of one that Deskie sent. ``live``: ids of messages that
    exist, or soon will, which a forger may guess."""
    dice = random.Random(seed)  # noqa: S311 -- it has to be the same again, not unguessable
    while True:
        pairs = [(name, value) for name, value in real]
        _forge(pairs, dice, live)
        for _ in range(dice.choice((0, 0, 1, 1, 2, 4))):
            dice.choice(_CHANGES)(pairs, dice)
        body = dice.choice(_PACKED)(pairs, dice)
        content = body.content
        for _ in range(dice.choice((0, 0, 0, 1, 1, 3))):
            content = dice.choice(_DAMAGED)(content, dice)
        kind = dice.choice(_TYPES) if dice.random() < 0.1 else body.content_type
        yield Body(kind, content[:LARGEST])


_ODD = (
    b"\0", b"\xff\xfe", b"\xed\xa0\x80", b"\xc0\x80", b"%", b"%u0041", b"&", b"=", b"[" * 9, b"\r\n--", b"\xef\xbb\xbf",
)  # fmt: skip


def _forge(pairs: Pairs, dice: random.Random, live: Sequence[int]) -> None:
    told = str(dice.choice(live)) if live and dice.random() < 0.1 else str(10_000_000 + dice.randrange(IDS))
    for place, (name, _) in enumerate(pairs):
        if name.endswith("[message_id]"):
            pairs[place] = (name, told)
        elif name.endswith(("[content]", "[content_html]")):
            pairs[place] = (name, f"{FORGED} {told}")


def _dropped(pairs: Pairs, dice: random.Random) -> None:
    if pairs:
        del pairs[dice.randrange(len(pairs))]


def _doubled(pairs: Pairs, dice: random.Random) -> None:
    if pairs:
        name, value = dice.choice(pairs)
        pairs.append((name, dice.choice((value, *_VALUES))))


def _changed(pairs: Pairs, dice: random.Random) -> None:
    if pairs:
        place = dice.randrange(len(pairs))
        pairs[place] = (pairs[place][0], dice.choice(_VALUES))


def _nested(pairs: Pairs, dice: random.Random) -> None:
    name = dice.choice(("object", "object[attachments]", "type", "", "object[message_id]"))
    inner = dice.choice(("[a]", "[]", "[0]", "[", "]", "[[", "[note]"))
    pairs.insert(dice.randrange(len(pairs) + 1), (name + inner * dice.randrange(12), dice.choice(_VALUES)))


def _many(pairs: Pairs, dice: random.Random) -> None:
    pairs += [(f"f{number}", "") for number in range(dice.choice((10, 900, 1100)))]


def _noted(pairs: Pairs, dice: random.Random) -> None:
    pairs.append((dice.choice(("note", "object[note]", "object[NOTE]")), dice.choice(("1", "true", "yes", *_VALUES))))


def _form(pairs: Pairs, dice: random.Random) -> Body:
    charset = dice.choice(("utf-8", "utf-8", "cp1254", "utf-16"))
    text = urlencode(pairs, encoding=charset, errors="replace")
    return Body(dice.choice(_TYPES[:1] * 4 + ("",)), text.encode())


def _json(pairs: Pairs, dice: random.Random) -> Body:
    members = [f"{json.dumps(_last(name))}: {_value(value, dice)}" for name, value in pairs if name != "type"]
    inner = "{" + ", ".join(members) + "}"
    whole = f'{{"type": "message_new", "object": {inner}}}' if dice.random() < 0.8 else inner
    if dice.random() < 0.05:
        whole = whole.replace("}", ', "deep": ' + "[" * 5000 + "}", 1)
    return Body("application/json", whole.encode("utf-8", "surrogatepass"))


def _multipart(pairs: Pairs, dice: random.Random) -> Body:
    mark = dice.choice(("----x", "a" * 70, '"', "--"))
    parts = [f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in pairs]
    end = dice.choice((f"--{mark}--\r\n", f"--{mark}", ""))
    return Body(f"multipart/form-data; boundary={mark}", ("".join(parts) + end).encode("utf-8", "replace"))


def _last(name: str) -> str:
    return name.rpartition("[")[2].rstrip("]") or name


def _value(value: str, dice: random.Random) -> str:
    if value.isdigit() and dice.random() < 0.5:
        return value
    return dice.choice((json.dumps(value),) * 6 + ("1e999", "NaN", "-0", "[1]", "{}", '"\\ud800"', "null", "9" * 5000))


def _flipped(content: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(content) + 1)
    return content[:at] + bytes((dice.randrange(256),)) + content[at + 1 :]


def _cut(content: bytes, dice: random.Random) -> bytes:
    return content[: dice.randrange(len(content) + 1)]


def _repeated(content: bytes, dice: random.Random) -> bytes:
    begin = dice.randrange(len(content) + 1)
    piece = content[begin : begin + dice.randrange(40)]
    return content[:begin] + piece * dice.randrange(60) + content[begin:]


def _inserted(content: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(content) + 1)
    return content[:at] + dice.choice(_ODD) + content[at:]


def _noise(_: bytes, dice: random.Random) -> bytes:
    return dice.randbytes(dice.randrange(200))


def _quoted_again(content: bytes, _: random.Random) -> bytes:
    return quote_plus(content.decode("latin-1"), encoding="latin-1").encode()


_CHANGES: tuple[Callable[[Pairs, random.Random], None], ...] = (
    _dropped, _doubled, _changed, _changed, _changed, _nested, _many, _noted,
)  # fmt: skip
_PACKED: tuple[Callable[[Pairs, random.Random], Body], ...] = (_form, _form, _form, _json, _json, _multipart)
_DAMAGED: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _flipped, _flipped, _cut, _repeated, _inserted, _inserted, _noise, _quoted_again,
)  # fmt: skip
