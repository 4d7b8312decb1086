"""What Invision is handed to write a post, and what its answers mean. Pure.

https://invisioncommunity.com/developers/rest-api, forums/posts/POSTindex: with a key for the API a post is kept as it
is handed over, whatever state the topic is in, and flood control does not apply."""

from __future__ import annotations

from datetime import datetime
from html import escape

from forum_bridge.errors import BridgeError, Forbidden, NotPosted, Unclear
from forum_bridge.forums.api.client import Told
from forum_bridge.forums.api.document import text, within
from forum_bridge.forums.engines.invision import addresses
from forum_bridge.markup.characters import one_line
from forum_bridge.markup.quote import inert_name
from forum_bridge.model import Draft, Markup, PostId, Quote, Receipt, ReceiptState, ThreadRef

_REASONS = {
    "NO_TOPIC": "the topic does not exist any more",
    "NO_AUTHOR": "the member in whose name is answered does not exist",
    "NO_POST": "the answer is empty",
}


def new_post(thread: ThreadRef, draft: Draft, member_id: str) -> dict[str, str]:
    """Return the fields that create a post in a member's name."""
    return {"topic": thread.id, "author": member_id, "post": draft.text}


def receipt(told: Told, thread: ThreadRef) -> Receipt:
    """Return the receipt of a post that was created. Raises Unclear when the answer does not name it."""
    post_id = text(within(told.document, "id"))
    if post_id is None:
        raise Unclear("The forum took the answer and did not name the post.")
    state = ReceiptState.QUEUED if within(told.document, "hidden") else ReceiptState.POSTED
    return Receipt(PostId(post_id), addresses.permalink(addresses.topic(thread.url), post_id), state)


def refusal(told: Told) -> BridgeError:
    """Return why nothing was posted: Forbidden where the key is the reason."""
    code = text(within(told.document, "errorMessage")) or f"status {told.status}"
    if told.status == 401 or code == "NO_PERMISSION":
        return Forbidden(
            f"The forum did not let the key write: {code}",
            explanation="The key needs forums/posts: POSTindex (and GETitem), and forums/topics: GETitem_posts.",
        )
    return NotPosted(f"The forum did not take the answer: {_REASONS.get(code, code)}")


def quote(to: Quote, text_: str) -> str:
    """Return a quote as the editor makes it, so that its author is told."""
    found = addresses.topic(to.url)
    attributes = {
        "data-ipsquote": "",
        "data-ipsquote-contentapp": "forums",
        "data-ipsquote-contenttype": "forums",
        "data-ipsquote-contentclass": "forums_Topic",
        "data-ipsquote-contentid": found.id,
        "data-ipsquote-contentcommentid": to.post_id,
        "data-ipsquote-username": one_line(to.author.name),
        **({"data-ipsquote-userid": to.author.id} if to.author.id is not None else {}),
        **({"data-ipsquote-timestamp": _seconds(to.time)} if to.time is not None else {}),
    }
    told = " ".join(f'{name}="{escape(value)}"' for name, value in attributes.items())
    cited = f'<div class="ipsQuote_citation">{inert_name(to.author, Markup.HTML)}</div>'
    return f'<blockquote class="ipsQuote" {told}>{cited}<div class="ipsQuote_contents">{text_}</div></blockquote>'


def mention(to: Quote) -> str:
    """Return the author's name as the editor makes it, so that they are told; a guest's as it is."""
    if to.author.id is None:
        return inert_name(to.author, Markup.HTML)
    home = escape(f"{addresses.topic(to.url).root}/profile/{to.author.id}-m/")
    return (
        f'<a contenteditable="false" data-ipshover="" data-ipshover-target="{home}?do=hovercard"'
        f' data-mentionid="{escape(to.author.id)}" href="{home}" rel="">@{inert_name(to.author, Markup.HTML)}</a>'
    )


def _seconds(moment: datetime) -> str:
    return str(int(moment.timestamp()))
