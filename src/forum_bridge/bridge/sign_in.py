"""Signing in as a state machine, pure: whether it may be tried now, and how it stands after a try. Nothing here asks a
forum, and nothing here forgets: what was refused is not tried again until something was changed."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from forum_bridge.model import SignInState

FIRST_WAIT = timedelta(hours=6)  # after a captcha or a refusal of programs
LONGEST_WAIT = timedelta(hours=24)
SHORT = timedelta(minutes=10)  # a session that ends sooner was not worth a new one at once
LONGEST_REST = timedelta(minutes=15)

TODO = {
    SignInState.OK: "There is nothing to do.",
    SignInState.EXPIRED: "The bridge signs in again by itself. If it happens often, sign in by hand with this account "
    "and look for a notice, or for a limit of sessions.",
    SignInState.REFUSED: "Check login.user and login.password of this forum and correct them. If they are right and "
    "the forum was mended: `{retry}`.",
    SignInState.CAPTCHA: "Sign in once by hand with this account, or ask the owner to exempt it from captchas; then "
    "`{retry}`.",
    SignInState.BLOCKED: "Ask the forum's owner to let the bridge's User-Agent through; then `{retry}`.",
}
"""The operator's next action; ``retry`` is the command that has the bridge sign in once more."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How signing in stands on a forum: ``state`` since ``since``, last tried at ``tried_at``. ``tries`` ended so one
    after another; before ``next_at`` (None: at once) it is not tried by itself. ``digest`` is what was tried with;
    ``signed_out`` counts sessions that the forum ended."""

    state: SignInState | None = None
    since: datetime | None = None
    tried_at: datetime | None = None
    tries: int = 0
    next_at: datetime | None = None
    digest: str | None = None
    signed_out: int = 0


@dataclass(frozen=True, slots=True)
class Wait:
    """It is not tried now; ``until`` is None where only a person can change that."""

    until: datetime | None


def may_try(standing: Standing, digest: str, now: datetime) -> Wait | None:
    """Return why signing in with what ``digest`` stands for has to wait; None when it may be tried now.

    Another user or password is tried at once where the old one was refused or a riddle asked; never where the forum
    refuses programs, for then it is not the account."""
    match standing.state:
        case SignInState.REFUSED:
            return Wait(None) if standing.digest == digest else None
        case SignInState.CAPTCHA if standing.digest != digest:
            return None
        case _ if standing.next_at is not None and now < standing.next_at:
            return Wait(standing.next_at)
        case _:
            return None


def after(standing: Standing, outcome: SignInState, digest: str, now: datetime) -> Standing:
    """Return how it stands after a try."""
    same = standing.state is outcome
    tries = standing.tries + 1 if same else 1
    since = standing.since if same and standing.since is not None else now
    made = Standing(outcome, since, now, tries, None, digest, standing.signed_out)
    match outcome:
        case SignInState.CAPTCHA | SignInState.BLOCKED:
            return replace(made, next_at=now + min(FIRST_WAIT * 2 ** min(tries - 1, 4), LONGEST_WAIT))
        case SignInState.OK:
            return replace(made, tries=standing.tries)  # of sessions that ended soon
        case _:
            return made


def expired(standing: Standing, now: datetime) -> Standing:
    """Return how it stands once the forum has ended a session that it had given: a new one is asked for at once, and
    ever later where the last ones did not last."""
    soon = standing.tried_at is not None and now - standing.tried_at < SHORT
    tries = standing.tries + 1 if soon else 0
    rest = min(timedelta(minutes=1) * 2 ** min(tries - 1, 10), LONGEST_REST) if tries else timedelta(0)
    return replace(
        standing,
        state=SignInState.EXPIRED,
        since=now,
        tries=tries,
        next_at=now + rest if tries > 1 else None,
        signed_out=standing.signed_out + 1,
    )


def again(standing: Standing) -> Standing:
    """Return how it stands once a person said that it shall be tried again."""
    return replace(standing, next_at=None, digest=None)


def digest_of(key: str, *parts: str | None) -> str:
    """Return what recognises a user and a password without telling them: who has the ledger and not the configuration,
    which holds ``key``, cannot try passwords on it."""
    said = "\0".join(f"{len(part)}:{part}" if part is not None else "-" for part in parts)
    return hmac.new(key.encode(), said.encode(), hashlib.sha256).hexdigest()
