"""Both roads as handlers for a dispatcher: what work there is, and what does it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

from forum_bridge.bridge.addressee import Addressee
from forum_bridge.bridge.agents import Agents
from forum_bridge.bridge.answer_uploads import AnswerUploads
from forum_bridge.bridge.around import Around
from forum_bridge.bridge.case_labels import CaseLabels
from forum_bridge.bridge.deliver import Deliver
from forum_bridge.bridge.desk import Desk
from forum_bridge.bridge.desk_word import DeskWord
from forum_bridge.bridge.draft import Drafting
from forum_bridge.bridge.drift_guard import DriftGuard
from forum_bridge.bridge.link import Linking
from forum_bridge.bridge.listing import Listing
from forum_bridge.bridge.poll import Heard, Poll, unheard
from forum_bridge.bridge.privacy import Privacy
from forum_bridge.bridge.publish import Publish
from forum_bridge.bridge.quarantine import KEEP, Quarantine
from forum_bridge.bridge.receive import Receive
from forum_bridge.bridge.reconcile import Reconcile
from forum_bridge.bridge.site import Site
from forum_bridge.bridge.tell import Tell
from forum_bridge.bridge.wording import Wording
from forum_bridge.daemon.compose import rules_for
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.model import Clock, Wake, WorkKind

Handlers = Mapping[WorkKind, Callable[[str], Awaitable[datetime | None]]]


def roads(
    ledger: Ledger,
    desk: Desk,
    sites: Mapping[str, Site],
    receive: Receive,
    wake: Wake,
    clock: Clock,
    chance: Callable[[], float],
    heard: Heard = unheard,
    *,
    keep_pages: timedelta = KEEP,
) -> Handlers:
    """Return the handlers of polling, delivering, linking, publishing, telling agents and reconciling. ``chance``
    gives numbers in [0, 1) for jitter, ``heard`` is told what came, ``keep_pages`` is how
    long pages that could not be read are kept."""
    word = DeskWord(desk, clock)
    around = Around(ledger, word, receive.take, clock)
    addressee = Addressee(ledger, desk, word)
    guard = DriftGuard(Quarantine(ledger.path, keep_pages, clock), clock)
    channels = {site.name: site.channel for site in sites.values()}
    return {
        WorkKind.POLL: Poll(ledger, sites, rules_for, wake, clock, chance, guard, heard),
        WorkKind.DELIVER: Deliver(ledger, desk, sites, wake, clock, chance),
        WorkKind.LINK: Linking(ledger, desk, clock),
        WorkKind.PUBLISH: Publish(
            ledger,
            sites,
            Wording(ledger, word, addressee, around, Privacy(CaseLabels(desk, clock), desk.files), clock),
            Drafting(ledger, Agents(desk, clock), desk.files),
            AnswerUploads(desk.files),
            wake,
            clock,
            chance,
        ),
        WorkKind.TELL: Tell(ledger, desk, clock, chance),
        WorkKind.RECONCILE: Reconcile(ledger, desk, Listing(ledger, desk, channels, clock), receive.take, clock),
    }
