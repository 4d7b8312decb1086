"""Names of files from strangers, made fit to be shown, sent on and saved: no path, nothing hidden, not too long."""

from __future__ import annotations

import mimetypes
import re
import unicodedata
from collections.abc import Mapping
from email.message import Message
from urllib.parse import unquote, urlsplit

LONGEST = 120  # characters; most file systems take 255 bytes
_UNFIT = re.compile(r'[<>:"/\\|?*;%\x00-\x1f\x7f]+')
_EXTENDED = re.compile(r"filename\*\s*=\s*\"?(utf-8|iso-8859-1)'[^']*'([^;\"]+)", re.IGNORECASE)  # RFC 8187
_NAMELESS = "file"
_PROGRAMS = frozenset(("php", "asp", "aspx", "ashx", "cgi", "pl", "jsp", "do"))  # they hand files out and are none
_UNTOLD = frozenset(("", "application/octet-stream"))


def clean_name(name: str, mime: str = "") -> str:
    """Return a file's name without its path, control and reordering characters and what other systems refuse, at most
    120 characters with its ending kept; "file" if nothing is left. One without an ending, or with that of the program
    that hands it out, gets the ending of ``mime``."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rstrip("/").rpartition("/")[2]
    shown = "".join(" " if _hidden(character) else character for character in last)
    clean = " ".join(_UNFIT.sub("_", shown).split()).strip(" .") or _NAMELESS
    stem, dot, ending = clean.rpartition(".")
    usual = "" if mime in _UNTOLD else (mimetypes.guess_extension(mime) or "").removeprefix(".")
    if not (dot and stem and re.fullmatch(r"\w{1,10}", ending)):
        stem, ending = clean, usual
    elif ending.lower() in _PROGRAMS and usual:
        ending = usual
    stem = stem[: LONGEST - len(ending) - 1].rstrip(" .")
    return f"{stem}.{ending}" if ending else stem


def told_name(headers: Mapping[str, str]) -> str:
    """Return what a server calls a file in Content-Disposition (RFC 6266), uncleaned; "" if it says nothing."""
    header = headers.get("Content-Disposition", "")
    if extended := _EXTENDED.search(header):
        return unquote(extended[2].strip(), extended[1], "replace")
    message = Message()
    message["Content-Disposition"] = header.encode("latin-1", "replace").decode("latin-1")
    told = message.get_filename() or ""
    return _as_utf8(unquote(told) if "%" in told else told)


def name_in(url: str) -> str:
    """Return the last part of an address's path, unescaped and uncleaned; "" if it has none."""
    return unquote(urlsplit(url).path.rstrip("/").rpartition("/")[2])


def _as_utf8(text: str) -> str:
    """Servers send names as bare UTF-8, which headers are not read as."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text.encode("utf-8", "replace").decode("utf-8")


def _hidden(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
