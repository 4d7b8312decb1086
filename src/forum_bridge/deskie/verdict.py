"""What one HTTP answer of Deskie means: the JSON it brings, or the error that says what to do. Pure: no network, no
clock.

Statuses and codes are those that clients of the API met; the complete list is not published. A code in a 200 counts as
a failure like any other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from forum_bridge.deskie.trouble import CaseNotFound, DeskDeclined, DeskRefused, NotDeskie
from forum_bridge.deskie.values import Misshapen, parse, text
from forum_bridge.errors import BridgeError, Retry, Unclear


@dataclass(frozen=True, slots=True)
class Call:
    """What was asked: ``path`` below the base URL, and whether it may have changed something."""

    method: str
    path: str

    @property
    def writes(self) -> bool:
        return self.method != "GET"

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, body as text, the address a redirect names, and Deskie's wish to be left alone for a
    while."""

    status: int
    body: str
    location: str = ""
    retry_after: timedelta | None = None


def rate_limited(answer: Answer) -> bool:
    """Tell whether the call was refused for the account's limit: 429, or the 403 of old accounts."""
    return answer.status == 429 or (
        answer.status == 403 and re.search(r"rate.?limit", answer.body[:2000], re.IGNORECASE) is not None
    )


def lost(call: Call, what: str, *, explanation: str | None = None, after: timedelta | None = None) -> BridgeError:
    """Return the error for a call whose outcome is not known: a read may simply be repeated, a write must be looked
    up."""
    message = f"Deskie: {what} ({call})."
    if call.writes:
        return Unclear(message, explanation=explanation and f"{explanation} {Unclear.explanation}")
    return Retry(message, after=after, explanation=explanation)


def judge(call: Call, answer: Answer) -> object:
    """Return the JSON value of a success; raises what the answer means otherwise (not for the rate limit, see
    above)."""
    value = _value(answer)
    code = _code(value)
    if answer.status >= 500 or answer.status == 408:
        raise lost(call, f"the desk answered with HTTP {answer.status}", after=answer.retry_after)
    if 300 <= answer.status < 400:
        raise NotDeskie(f"Deskie: {call} was redirected to {_place(answer.location)}; the bridge follows no redirects.")
    if code == "case_not_found" or (answer.status == 404 and _of_a_case(call) and _from_deskie(value, answer)):
        raise CaseNotFound(f"Deskie: the case of {call} does not exist (any more).")
    if answer.status in {401, 403} or code in _REFUSALS:
        raise _refused(call, answer, code)
    if answer.status in {404, 405} and not _from_deskie(value, answer):
        raise NotDeskie(f"Deskie: there is no API at this address (HTTP {answer.status} without JSON for {call}).")
    if answer.status >= 400 or code is not None:
        reason = f"{code} (HTTP {answer.status})" if code else f"HTTP {answer.status}"
        raise DeskDeclined(f"Deskie declined {call}: {reason}.", code=code or "")
    if isinstance(value, Mapping | list):
        return value
    if call.method == "DELETE" and not answer.body.strip():
        return {}  # what is deleted has nothing to show (api: DELETE answers 200 and an empty body)
    what = "a web page" if answer.body.lstrip().startswith("<") else "something other than JSON"
    raise lost(call, f"the answer was {what}", explanation=NotDeskie.explanation)


_RIGHTS = "Grant that agent the group and the custom channel (Channels → Custom channels)."
_REFUSALS = {
    "staff_not_active": ("the agent of deskie.email is disabled", "Enable that agent, or use another one's e-mail."),
    "staff_has_not_access": ("the agent of deskie.email may not do this", _RIGHTS),
}


def _refused(call: Call, answer: Answer, code: str | None) -> DeskRefused:
    if code in _REFUSALS:
        what, todo = _REFUSALS[code]
    elif answer.status == 401:
        what, todo = "the API key is wrong", "Check deskie.api_key: the key is made in Deskie's settings, section API."
    elif answer.body.lstrip().startswith("<"):
        what = "access denied by a web page, perhaps a firewall's"
        todo = "Check deskie.base_url, and whether this machine's address may reach Deskie."
    else:
        what = "unknown e-mail or missing rights"
        todo = (
            f"Check deskie.email: it must be the e-mail of an active agent, the one the API key belongs to. {_RIGHTS}"
        )
    return DeskRefused(f"Deskie refused {call}: {what}{f' ({code})' if code else ''}.", explanation=todo)


def _value(answer: Answer) -> object:
    try:
        return parse(answer.body.removeprefix("\ufeff"))
    except Misshapen:
        return None


def _code(value: object) -> str | None:
    error = value.get("error") if isinstance(value, Mapping) else None
    if not error:
        return None
    try:
        words = text(error)
    except Misshapen:
        return "error"
    return re.sub(r"[^\w .:,'()-]+", "?", words)[:120]


def _of_a_case(call: Call) -> bool:
    return call.path.startswith("cases/")


def _from_deskie(value: object, answer: Answer) -> bool:
    return isinstance(value, Mapping) or not answer.body.strip()


def _place(location: str) -> str:
    return location.partition("?")[0][:200] or "nowhere"
