"""Whether a post read back from a forum is a given answer, whatever the engine changed while rendering it.

The rule for a longer post: text around the answer must be the frame that our template puts there. So an answer that is
the beginning of another is not found in the other's post, if the caller says what the frame is.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import accumulate
from urllib.parse import unquote

from forum_bridge.markup.characters import visible

_TYPOGRAPHER = str.maketrans({"©": "c", "®": "r", "™": "tm"})
_PICTURE = re.compile(r"\[img(?:: [^\]]*)?\]")
_SCHEME = re.compile(r"https?://(?:www\.)?", re.IGNORECASE)
_TEXT_SMILEY = re.compile(r"(?<!\S)(?:[:;=8xX]['’]?-?[()DPpOo|/\\*$3]|<3|:[A-Za-z_+-][\w+-]*:)(?!\S)")
_RULE = re.compile(r"^(?:-{3}|—{8})$", re.MULTILINE)
_SMILEY = "\ue000"
_LOOSE_BEFORE, _LOOSE_AFTER = 80, 160


def fingerprint(text: str) -> str:
    """Return letters, digits, currency signs and emoji of the text, folded (NFKC, case): what no engine changes."""
    text = _SCHEME.sub("", unquote(_PICTURE.sub("", visible(text)))).translate(_TYPOGRAPHER)
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(filter(_kept, folded))


def is_answer(own_text: str, answer_text: str, *, frame: str | None = None) -> bool:
    """Whether the post's plain text (``CleanPost.text``) is the answer (``answer_text``); quotes do not count.

    ``frame`` is what the template sets around an answer (see ``frame_text``; "" for nothing): what a post holds beside
    the answer must be part of it. Without a frame a short rest is let pass, if the answer ends where a line of the post
    ends: up to 80 letters before it, 160 after it; then a short answer may be taken for a slightly longer one, so give
    the frame where two answers wait. Smileys may have become emoji or pictures, emoji may be lost where twelve letters
    or more agree. Posts that MyBB merged are compared part by part.
    """
    answer = _without_quotes(answer_text)
    whole = _without_quotes(own_text)
    return any(_holds(own, answer, frame) for own in (whole, *parts(whole)))


def parts(own_text: str) -> list[str]:
    """Return the parts of a post's plain text that a rule divides; MyBB puts one between posts that it merges."""
    return _RULE.split(own_text)


def _holds(own: str, answer: str, frame: str | None) -> bool:
    wanted = fingerprint(answer)
    if not wanted:
        return bool(answer.strip()) and "".join(own.split()) == "".join(answer.split())
    if _fits(own, wanted, frame):
        return True
    own_bare, own_smileys = _bare(own)
    bare, smileys = _bare(answer)
    if own_smileys and len(own_smileys) == len(smileys):
        alike = all(a == b or _SMILEY in (a, b) for a, b in zip(own_smileys, smileys, strict=True))
        return alike and bool(fingerprint(bare)) and _fits(own_bare, fingerprint(bare), frame)
    return not own_smileys and len(fingerprint(bare)) >= 12 and _fits(own_bare, fingerprint(bare), frame)


def _fits(own: str, wanted: str, frame: str | None) -> bool:
    lines = [fingerprint(line) for line in own.split("\n")]
    found = "".join(lines)
    line_ends = set(accumulate(map(len, lines)))
    around = None if frame is None else fingerprint(frame)
    room = _LOOSE_BEFORE + _LOOSE_AFTER if around is None else len(around)
    if len(found) - len(wanted) > room:
        return False
    for at in range(len(found) - len(wanted) + 1):
        if found.startswith(wanted, at):
            before, after = found[:at], found[at + len(wanted) :]
            if around is not None and _frames(before, after, around):
                return True
            loose = len(before) <= _LOOSE_BEFORE and len(after) <= _LOOSE_AFTER
            if around is None and loose and at + len(wanted) in line_ends:
                return True
    return False


def _frames(before: str, after: str, around: str) -> bool:
    """What stands before must begin the frame, what stands after must end it, and they must not overlap."""
    return around.startswith(before) and around.endswith(after) and len(before) + len(after) <= len(around)


def _bare(text: str) -> tuple[str, list[str]]:
    """Return the text without smileys, and the smileys: emoji as they are, typed ones as one sign."""
    smileys: list[str] = []

    def take(_: re.Match[str]) -> str:
        smileys.append(_SMILEY)
        return " "

    typed = _TEXT_SMILEY.sub(take, text)
    emoji = [character for character in typed if _emoji(character)]
    return "".join(character for character in typed if not _emoji(character)), emoji + smileys


def _without_quotes(text: str) -> str:
    own = "\n".join(line for line in text.split("\n") if not line.startswith(">"))
    return own if own.strip() else text


def _emoji(character: str) -> bool:
    return unicodedata.category(character) == "So" or "\U0001f3fb" <= character <= "\U0001f3ff"


def _kept(character: str) -> bool:
    category = unicodedata.category(character)
    if "\ufe00" <= character <= "\ufe0f":  # only says how an emoji is drawn
        return False
    return category[0] in "LN" or category in ("Mn", "Mc", "Sc") or _emoji(character)
