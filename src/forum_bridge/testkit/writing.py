"""The promises of writing, on a forum that runs for the test: what is written stands there once and unchanged and is
found again, and what was refused is told apart and stands nowhere."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

from forum_bridge.errors import BridgeError, Forbidden, NotPosted, Retry, SignInNeeded, Unclear
from forum_bridge.forums.contract import CanQuote, CanReply, CanSignIn
from forum_bridge.markup.clean import clean_post
from forum_bridge.markup.compare import is_answer
from forum_bridge.model import Draft, Post, Receipt, ReceiptState, SignInState
from forum_bridge.testkit.outcome import Outcome, Result, outcome
from forum_bridge.testkit.place import OpenPlace, Place, Refusal
from forum_bridge.web.address import belongs

ANSWER = "Siparişiniz bugün yola çıktı."
EVERY_SIGN = (
    "Ölçüler: şğıİçöüŞĞÜÖÇ, 3 < 5 & 7 > 2, \"tırnak\" 'kesme' [köşeli] {süslü} \\ %41 &amp; €\n\nİkinci paragraf"
)
EMOJI = "Yolda 🚂 geliyor"

Check = Callable[[Place, CanReply], Awaitable[str | None]]  # returns what is wrong, None if the promise is kept


class NotHere(Exception):
    """The adapter never gave this promise, or the place cannot try it."""


async def conform_writing(open_place: OpenPlace) -> AsyncIterator[Outcome]:
    """Yield the outcome of each check as it comes, each on a place of its own. What an adapter does not do is skipped
    by name."""
    for promise, check in WRITING.items():
        async with open_place() as place, place.adapter() as adapter:
            if not isinstance(adapter, CanReply):
                yield Outcome(
                    promise, Result.SKIPPED, "it does not reply, or its forum takes an answer once by its key"
                )
                continue
            yield await outcome(promise, _signed_in(check, place, adapter), NotHere)


async def _signed_in(check: Check, place: Place, adapter: CanReply) -> str | None:
    if isinstance(adapter, CanSignIn) and (signed_in := await adapter.sign_in()).state is not SignInState.OK:
        return f"signing in: {signed_in.state.value} {signed_in.detail}".strip()
    return await check(place, adapter)


async def found_again(place: Place, adapter: CanReply) -> str | None:
    """The look finds the reply just written, once, by the id and at the address that the forum gave it."""
    before = place.standing()
    receipt = await adapter.reply(place.thread, Draft(ANSWER, key="kit:1"))
    if place.standing() != before + 1:
        return f"{place.standing() - before} posts were written"
    found = await _looked(place, adapter, ANSWER)
    if len(found) != 1:
        return f"the look found {len(found)} of one reply"
    if receipt.post_id is not None and receipt.post_id != found[0].id:
        return f"the receipt names {receipt.post_id}, the look found {found[0].id}"
    for url in filter(None, (receipt.url, found[0].url)):
        if not belongs(url, place.thread.url):
            return f"its address is {url}"
    return None


async def unchanged(place: Place, adapter: CanReply) -> str | None:
    """Each letter and sign of a text arrives as it was."""
    for text in (EVERY_SIGN, EMOJI):
        await adapter.reply(place.thread, Draft(text, key=f"kit:{text[:5]}"))
        if text not in [each.replace("\r\n", "\n").strip() for each in place.arrived()]:
            return f"what arrived holds no {text!r}"
        place.wait()
    return None


async def lost_is_found(place: Place, adapter: CanReply) -> str | None:
    """A reply that took effect and whose response was lost is called unclear, and the look finds it: so nobody writes
    it a second time."""
    before = place.standing()
    place.lose_next()
    told = await _tried(place, adapter, ANSWER)
    if place.standing() != before + 1:
        return f"{place.standing() - before} posts were written"
    if not isinstance(told, Unclear | Receipt):
        return f"it raised {type(told).__name__}: {told}"
    own = await adapter.own_posts(place.thread, place.newest)
    if not own.complete:
        return "the look did not see everything"
    found = [post for post in own.posts if is_answer(_text(post), ANSWER)]
    return None if len(found) == 1 else f"the look found {len(found)} of one reply"


async def same_words_twice(place: Place, adapter: CanReply) -> str | None:
    """The same text written again is another post, or is refused, or told to be part of the one before."""
    before = place.standing()
    first = await adapter.reply(place.thread, Draft(ANSWER, key="kit:1"))
    place.wait()
    again = await _tried(place, adapter, ANSWER, "kit:2")
    written = place.standing() - before
    if isinstance(again, Unclear | NotPosted | Retry) or (
        isinstance(again, Receipt) and again.state is ReceiptState.MERGED
    ):
        return None if written == 1 else f"{written} posts were written, and it told {again!r}"
    if isinstance(again, BridgeError):
        return f"it raised {type(again).__name__}: {again}"
    found = {post.id for post in await _looked(place, adapter, ANSWER)}
    if (written, len(found)) != (2, 2):
        return f"{written} posts were written, and the look found {len(found)}"
    return "both receipts name one post" if first.post_id is not None and first.post_id == again.post_id else None


async def quoted(place: Place, adapter: CanReply) -> str | None:
    """A quote and a mention arrive as the engine writes them, and the answer below them is found."""
    if not isinstance(adapter, CanQuote):
        raise NotHere("it has no quotes and mentions of its own")
    quote, mention = adapter.quote(place.quote), adapter.mention(place.quote)
    if not quote.strip() or not mention.strip():
        return "the quote or the mention is empty"
    await adapter.reply(place.thread, Draft(f"{quote}\n\n{mention}\n\n{ANSWER}", key="kit:1"))
    arrived = [each.replace("\r\n", "\n") for each in place.arrived()]
    if not any(quote in each and mention in each and ANSWER in each for each in arrived):
        return "what arrived holds no quote"
    found = [post for post in (await adapter.own_posts(place.thread, place.newest)).posts if ANSWER in _text(post)]
    return None if len(found) == 1 else f"the look found {len(found)} of one reply"


def refused(why: Refusal, *expected: type[BridgeError]) -> Check:
    """Return the check that a reply refused for this reason is told by such an error, and stands nowhere."""

    async def check(place: Place, adapter: CanReply) -> str | None:
        if not place.refuse(why):
            raise NotHere(f"the place does not know {why.value}")
        text = place.unfit if why is Refusal.UNFIT else ANSWER
        before = place.standing()
        told = [
            await _tried(place, adapter, text, f"kit:{number}") for number in range(2 if why is Refusal.FLOOD else 1)
        ]
        errors = [each for each in told if isinstance(each, BridgeError)]
        written = place.standing() - before
        if written != len(told) - len(errors):
            return f"{written} posts were written, and it told {told}"
        if not errors or not all(isinstance(each, expected) for each in errors):
            return f"it told {told}"
        said = " ".join(f"{each!r} {each} {each.explanation}" for each in errors)
        return "the error tells a secret" if any(secret in said for secret in place.secrets) else None

    return check


async def queued(place: Place, adapter: CanReply) -> str | None:
    """A reply that waits for a moderator is told to do so, and was written once."""
    if not place.refuse(Refusal.MODERATED):
        raise NotHere(f"the place does not know {Refusal.MODERATED.value}")
    before = place.standing()
    receipt = await adapter.reply(place.thread, Draft(ANSWER, key="kit:1"))
    if place.standing() != before + 1:
        return f"{place.standing() - before} posts were written"
    return None if receipt.state is ReceiptState.QUEUED else f"the receipt says {receipt.state.value}"


WRITING: dict[str, Check] = {
    "finds the reply just written": found_again,
    "changes no sign of a text": unchanged,
    "finds a reply whose response was lost": lost_is_found,
    "tells the same words twice apart": same_words_twice,
    "quotes and mentions as its engine does": quoted,
    "tells a locked thread, and writes nothing": refused(Refusal.LOCKED, NotPosted),
    "tells a flood limit, and writes nothing": refused(Refusal.FLOOD, Retry),
    "tells that it was signed out, and writes nothing": refused(Refusal.SIGNED_OUT, SignInNeeded, Forbidden),
    "tells that it was banned, and writes nothing": refused(Refusal.BANNED, NotPosted, Forbidden, SignInNeeded),
    "tells a text that is not taken, and writes nothing": refused(Refusal.UNFIT, NotPosted),
    "tells that a moderator looks first": queued,
}


async def _tried(place: Place, adapter: CanReply, text: str, key: str = "kit:1") -> Receipt | BridgeError:
    try:
        return await adapter.reply(place.thread, Draft(text, key=key))
    except BridgeError as error:
        return error


async def _looked(place: Place, adapter: CanReply, text: str) -> list[Post]:
    own = await adapter.own_posts(place.thread, place.newest)
    return [post for post in own.posts if is_answer(_text(post), text)]


def _text(post: Post) -> str:
    return clean_post(post.html, post.url).text
