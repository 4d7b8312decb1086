"""Guesses what changes in a board's row when its thread gets a post: which post is the last, when it was written, how
many replies there are. Never the number of views, which changes with every look."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from forum_bridge.forums.html.date_words import AGO, DAYS, NOW, folded
from forum_bridge.forums.html.value import Value
from forum_bridge.workbench.guess.guessed import Best, Guess, Scene
from forum_bridge.workbench.guess.moments import ORDERS, cut_out, find
from forum_bridge.workbench.guess.numbers import cuts
from forum_bridge.workbench.guess.outline import Element
from forum_bridge.workbench.guess.selectors import selectors

_REPLIES = re.compile(r"(?i)repl|answer|cevap|yanıt|yanit|cvp|\bposts?\b|ileti|(?<!son )mesaj")
_VIEWS = re.compile(r"(?i)view|hit|görüntü|goruntu|okun|gösterim|gosterim|\bread\b|izlen|visit|tık")
_NEWEST = re.compile(r"(?i)last|\bson\b|latest|newest")
_LAST = re.compile(r"(?i)last|son|latest|newest|goto|post|msg|pid")
_NO_POST = re.compile(
    r"(?i)page|sayfa|start|\bst=|board|forum|fid|user|member|profil|uye|author|[?&;]u(?:id)?=|attach|icon|avatar|sort"
)
_COUNT = re.compile(r"(?P<before>\D{0,24}?)(?P<count>\d[\d.,]*)\D{0,24}")


def guess_moved(scene: Scene, threads: Sequence[str], time: Guess | None) -> Iterator[Guess]:
    """Yield what shows that a thread moved: its last post's number, else the time of that post if it is told in full;
    and the number of replies. ``threads`` are the ids of the rows' threads."""
    last, replies = _last_post(scene, threads), _replies(scene)
    drifts = time is not None and any(_drifts(each) for each in time.found if each)
    if last is not None:
        yield last
    elif time is not None and not drifts:
        yield time
    if replies is not None and not (replies.doubt and last is not None):
        yield replies
    elif last is None and time is not None and drifts:
        yield replace(time, doubt="It changes by itself, so threads are looked at more often than they have to be.")


def guess_last_time(scene: Scene, now: datetime) -> Guess | None:
    """Return when each thread got its last post: the times fall from row to row, but for threads that are pinned."""
    best = Best()
    for row in scene.samples:
        for moment in scene.moments:
            if not moment.exact or not row.holds(moment.element) or moment.element is row:
                continue
            for each in selectors(moment.element, row, most=12):
                text = f"{each.css}{f' @{moment.attribute}' if moment.attribute else ''}"
                if best.new(text):
                    best.offer(_times(scene, text, each.cost, now, machine=bool(moment.attribute)))
    return best.guess


def _times(scene: Scene, text: str, cost: int, now: datetime, *, machine: bool) -> Iterator[Guess]:
    known = [each for each in scene.tried(Value.parse(text)) if each]
    regex = cut_out(known, now) if len(known) == len(scene.posts) else None
    if regex is None:
        return
    value = Value.parse(f"{text}{regex}")
    found = scene.tried(value)
    told = [find(each, now) if each else None for each in found]
    if any(each is None or not each.exact for each in told):
        return
    for place, _ in enumerate(ORDERS):
        when = [each.when[place] for each in told if each is not None]
        read = [each for each in when if each is not None]
        falls = sum(earlier >= later for earlier, later in pairwise(read)) / max(len(read) - 1, 1)
        if len(read) == len(when) and falls >= 0.7:
            score = falls + (1.0 if machine and "title" not in text else 0.0) + 0.7 * bool(_NEWEST.search(text))
            yield Guess(str(value), found, score - 0.1 * cost, f"{found[0]}; the newest stands first")


def _drifts(text: str) -> bool:
    """Return whether a text tells a moment by the present one: it changes by itself."""
    words = re.findall(r"[a-z]+", folded(text))
    return not AGO.isdisjoint(words) or not DAYS.keys().isdisjoint(words) or folded(text) in NOW


def _last_post(scene: Scene, threads: Sequence[str]) -> Guess | None:
    """Return the number of the last post in a link of each row: no two alike, and not that of the thread."""
    best = Best()
    for row in scene.samples:
        for element in scene.outline.within(row):
            href = element.attributes.get("href", "") if element.tag == "a" else ""
            for cut in cuts(href):
                if not cut.regex or _NO_POST.search(cut.before):
                    continue
                for each in selectors(element, row, most=10):
                    text = f"{each.css} @href =~ {cut.regex}"
                    if not best.new(text):
                        continue
                    found = scene.tried(Value.parse(text))
                    own = sum(number == thread for number, thread in zip(found, threads, strict=True))
                    if None in found or len(set(found)) < len(found) or own > len(found) / 2:
                        continue
                    score = 2.0 * bool(_LAST.search(f"{each.css} {cut.before}")) - 0.3 * each.cost
                    best.offer([Guess(text, found, score, f"{', '.join(map(str, found[:3]))} …: the last post")])
    return best.guess


def _replies(scene: Scene) -> Guess | None:
    """Return the number of replies: by what it, its class or its column is called, else the smaller of two numbers."""
    dated = {moment.element.first for moment in scene.moments}
    named, nameless = Best(), dict[tuple[str | None, ...], Guess]()
    for row in scene.samples[:2]:
        for element in scene.outline.within(row):
            count = _COUNT.fullmatch(scene.outline.text(element))
            if (
                count is None
                or element.first in dated
                or any(_COUNT.fullmatch(scene.outline.text(child)) for child in element.children)
            ):
                continue
            labels = f"{scene.outline.text(element)} {_heading(scene, element, row)} {' '.join(element.classes)}"
            for each in selectors(element, row, most=10):
                text = (
                    each.css if count[0] == count["count"] else f"{each.css} =~ {_after(count['before'])}(\\d[\\d.,]*)"
                )
                found = scene.tried(Value.parse(text))
                if any(said is None or not re.fullmatch(r"\d[\d.,]*", said) for said in found):
                    continue
                said = f"{each.css} {labels}"
                guess = Guess(
                    text, found, -0.2 * each.cost, f"{', '.join(map(str, found[:4]))} …: the number of replies"
                )
                if _REPLIES.search(said) and not _VIEWS.search(each.css):
                    named.offer([guess])
                elif not _VIEWS.search(said) and (found not in nameless or nameless[found].score < guess.score):
                    nameless[found] = guess
    if named.guess is not None:
        return named.guess
    if len(nameless) < 2:
        return None
    fewest = min(nameless.values(), key=lambda guess: _sum(guess.found))
    doubt = "Is this the number of replies, and not that of views?"
    return Guess(fewest.text, fewest.found, fewest.score, fewest.why, doubt)


def _after(before: str) -> str:
    return "" if not before.strip() else r"^\D*" if len(before) < 24 else ""


def _heading(scene: Scene, element: Element, row: Element) -> str:
    """Return what stands above a cell in the head of its table, counted by columns."""
    cell = next((each for each in (element, *element.upwards(until=row)) if each.parent is row), None)
    table = next((each for each in row.upwards() if each.tag == "table"), None)
    if cell is None or table is None or row.tag != "tr":
        return ""
    columns, place = _columns(row), row.children.index(cell)
    at = sum(_span(each) for each in row.children[:place])
    for head in reversed([each for each in scene.outline.within(table) if each.tag == "tr" and each.first < row.first]):
        if _columns(head) != columns or any(post.holds(head) for post in scene.posts):
            continue
        seen = 0
        for each in head.children:
            seen += _span(each)
            if seen > at:
                return scene.outline.text(each)[:30]
    return ""


def _columns(row: Element) -> int:
    return sum(_span(each) for each in row.children)


def _span(cell: Element) -> int:
    span = cell.attributes.get("colspan", "1")
    return int(span) if span.isdigit() and len(span) < 4 else 1


def _sum(found: Sequence[str | None]) -> int:
    return sum(int(re.sub(r"\D", "", each) or 0) for each in found if each)
