"""Recognises a page that stands between us and the forum: a browser check, a captcha wall, a firewall's refusal.
It is never parsed and never defeated. Knows the guards' own marks, no forum.

Marks: Cloudflare's header from https://developers.cloudflare.com/cloudflare-challenges/challenge-types/challenge-pages/detect-response/;
Imunify360's from wafw00f's plugin; the others from the pages the guards serve."""

from __future__ import annotations

import re
from collections.abc import Mapping

_HEAD = 64 * 1024  # a guard's page is small, and its marks stand early
_REFUSING = frozenset({401, 403, 405, 415, 429, 503})
_BRIEF = 1500  # characters a reader sees; a guard's page says little, a forum's page more

# Headers that only the guard sets, and only on its own page.
_HEADERS = (
    ("cf-mitigated", "challenge"),
    ("x-vercel-mitigated", "challenge"),
    ("x-amzn-waf-action", "challenge"),
    ("x-amzn-waf-action", "captcha"),
    ("x-sucuri-block", ""),
)

# Beside a refusing status.
_REFUSED = re.compile(
    r"""<title>\s*(?:Just\ a\ moment|Attention\ Required!\ \|\ Cloudflare|DDoS-Guard|Access\ denied\ \|[^<]*Cloudflare
        |Sucuri\ WebSite\ Firewall|One\ moment,\ please)
    | \b_cf_chl_opt\b | \bcf-browser-verification\b | \bcf-challenge(?:-running|-form)?\b | id="challenge-form"
    | /cdn-cgi/challenge-platform/[^"'\s]*orchestrate
    | /\.well-known/ddos-guard/ | _Incapsula_Resource | captcha-delivery\.com | id="px-captcha"
    | protected\ by\ Imunify360""",
    re.IGNORECASE | re.VERBOSE,
)

# With any status: elements and scripts that a guard's page is made of and that no post can contain unescaped.
_MADE_OF = re.compile(
    r"""<script[^<>]*\bid="anubis_challenge"
    | <script[^<>]*>[^<]*\bsucuri_cloudproxy_js\b
    | <iframe[^<>]*\bid="main-iframe"[^<>]*_Incapsula_Resource
    | <iframe[^<>]*_Incapsula_Resource[^<>]*\bid="main-iframe"
    | <script[^<>]*/cdn-cgi/challenge-platform/[^"'\s>]*orchestrate
    | <script[^<>]*>[^<]*\bwindow\._cf_chl_opt\b""",
    re.IGNORECASE | re.VERBOSE,
)
_SPARKS = ("anubis_challenge", "sucuri_cloudproxy_js", "_Incapsula_Resource", "/orchestrate/", "_cf_chl_opt")  # cheap
_IMUNIFY_TITLE = re.compile(r"<title>\s*One moment, please", re.IGNORECASE)
_PASSWORD = re.compile(r"""type\s*=\s*["']?password""", re.IGNORECASE)
_CAPTCHA = re.compile(
    r"challenges\.cloudflare\.com/turnstile/|hcaptcha\.com/1/api\.js|recaptcha/(?:api|enterprise)\.js"
)
_UNSEEN = re.compile(
    r"<(script|style|svg|noscript)\b.*?(?:</\1|\Z)|<!--.*?(?:-->|\Z)|<[^<>]*>", re.IGNORECASE | re.DOTALL
)


def is_challenge(status: int, headers: Mapping[str, str], html: str) -> bool:
    """Say whether this answer is a guard's page rather than the forum's. ``headers`` must find names in any case.

    Careful to one side: a forum's own refusal, a login form with a captcha and a post that talks about challenges are
    the forum's; so marks in the body count only beside a refusing status or on a page that shows next to nothing."""
    if any(name in headers and value in headers[name].lower() for name, value in _HEADERS):
        return True
    if len(html) > _HEAD or not _marked(status, headers, html):
        return False
    return len(" ".join(_UNSEEN.sub(" ", html).split())) <= _BRIEF


def _marked(status: int, headers: Mapping[str, str], html: str) -> bool:
    if any(word in html for word in _SPARKS) and _MADE_OF.search(html):
        return True
    if headers.get("server", "").startswith("imunify360-webshield"):
        return _IMUNIFY_TITLE.search(html) is not None
    if status not in _REFUSING:
        return False
    captcha = _CAPTCHA.search(html) and not _PASSWORD.search(html)
    return bool(captcha) or _REFUSED.search(html) is not None
