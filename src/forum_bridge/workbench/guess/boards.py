"""Guesses the part ``board`` of a preset: on a board's page each row leads to one thread and tells its last post."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin

from forum_bridge.forums.html.value import Value
from forum_bridge.workbench.guess.groups import container_of
from forum_bridge.workbench.guess.guessed import Best, Guess, Scene
from forum_bridge.workbench.guess.moments import moments
from forum_bridge.workbench.guess.moves import guess_last_time, guess_moved
from forum_bridge.workbench.guess.outline import Element, Outline
from forum_bridge.workbench.guess.pager import PagerGuess, guess_pager
from forum_bridge.workbench.guess.selectors import selectors


@dataclass(frozen=True, slots=True)
class BoardGuess:
    """What the rows of a board are and where in each its fields stand. ``titles`` are the threads' by their ids."""

    scene: Scene
    link: Guess
    title: Guess | None
    moved: tuple[Guess, ...]
    time: Guess | None
    pager: PagerGuess
    titles: dict[str, str]
    links: dict[str, str]


def guess_board(html: str, url: str, match: str, now: datetime) -> BoardGuess | None:
    """Return what a board's page says of its threads, whose addresses look like ``match``; None where its links do not
    fall into rows."""
    outline = Outline.of(html, url)
    if outline is None:
        return None
    threads = _threads(outline, url, match)
    rows = _rows(threads)
    if len(rows) < 2:
        return None
    posts = tuple(rows.values())
    row = container_of(posts, outline)
    if row is None:
        return None
    scene = Scene(outline, posts, moments(outline, now), row)
    link = _link(scene, threads, list(rows))
    if link is None:
        return None
    title = _title(scene, link)
    time = guess_last_time(scene, now)
    moved = tuple(guess_moved(scene, list(rows), time))
    titles = {thread: each for thread, each in zip(rows, (title or link).found, strict=True) if each}
    links = {thread: urljoin(url, each) for thread, each in zip(rows, link.found, strict=True) if each}
    return BoardGuess(scene, link, title, moved, time, guess_pager(outline, url, posts), titles, links)


def _threads(outline: Outline, url: str, match: str) -> dict[str, list[Element]]:
    """Return the links to each thread, by its id."""
    found: dict[str, list[Element]] = defaultdict(list)
    for element in outline.elements:
        href = element.attributes.get("href", "") if element.tag == "a" else ""
        told = re.search(match, urljoin(url, href)) if href else None
        if told is not None:
            found[told["id"]].append(element)
    return found


def _rows(threads: dict[str, list[Element]]) -> dict[str, Element]:
    """Return the row of each thread: the outermost element in which there are links to it alone. What is not like most
    (a box with the newest threads) is left out."""
    every = [link for links in threads.values() for link in links]
    rows: dict[str, Element] = {}
    for thread, links in threads.items():
        titled = next((each for each in links if each.texts[1] > each.texts[0]), links[0])
        row = titled
        for around in titled.upwards():
            if any(around.holds(link) and link not in links for link in every):
                break
            row = around
        rows[thread] = row
    kinds: dict[tuple[int, str], list[str]] = defaultdict(list)
    for thread, row in rows.items():
        kinds[row.depth, row.tag].append(thread)
    most = max(kinds.values(), key=len, default=[])
    return {thread: rows[thread] for thread in rows if thread in most}


def _link(scene: Scene, threads: dict[str, list[Element]], ids: Sequence[str]) -> Guess | None:
    best = Best()
    for thread, row in list(zip(ids, scene.posts, strict=True))[:3]:
        for link in threads[thread]:
            said = scene.outline.text(link)
            if not row.holds(link) or len(said) < 2 or said.isdigit():
                continue
            for each in selectors(link, row, most=14):
                if not best.new(each.css):
                    continue
                elements = scene.first_of(each.css)
                right = [element in threads[thread_id] for element, thread_id in zip(elements, ids, strict=True)]
                texts = [scene.outline.text(element) if element is not None else "" for element in elements]
                if all(right) and all(len(text) > 1 or text for text in texts):
                    hrefs = scene.tried(Value.parse(f"{each.css} @href"))
                    score = 5.0 - 0.3 * each.cost + min(sum(map(len, texts)) / len(texts), 30) / 10
                    best.offer([Guess(f"{each.css} @href", hrefs, score, f"{len(ids)} threads: {texts[0][:40]!r} …")])
    return best.guess


def _title(scene: Scene, link: Guess) -> Guess | None:
    """Return the titles that the links say."""
    css = link.text.removesuffix(" @href")
    found = scene.tried(Value.parse(css))
    return Guess(css, found, 1.0, f"{found[0]!r} …") if all(found) else None
