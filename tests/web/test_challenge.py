"""A guard's page is known for what it is, and a forum's page never taken for one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from multidict import CIMultiDict

from forum_bridge.web.challenge import is_challenge

RECORDED = Path(__file__).parents[3] / "shared" / "forums" / "pages"

CLOUDFLARE = """<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title>
<meta name="robots" content="noindex,nofollow"><script>window._cf_chl_opt={cvId:'3',cZone:"forum.example"};</script>
<script src="/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1?ray=8fcb"></script></head>
<body><noscript>Enable JavaScript and cookies to continue</noscript></body></html>"""
BLOCKED = """<html><head><title>Attention Required! | Cloudflare</title></head><body>
<h1>Sorry, you have been blocked</h1>
<p>You are unable to access forum.example</p><p>Cloudflare Ray ID: 8fcb3f8a</p></body></html>"""
DDOS_GUARD = """<html><head><title>DDoS-Guard</title>
<script src="/.well-known/ddos-guard/js-challenge/index.js"></script>
</head><body><h1>Checking your browser before accessing forum.example</h1></body></html>"""
SUCURI = (
    "<html><title>You are being redirected...</title><script>var s={};sucuri_cloudproxy_js='';eval(r);</script></html>"
)
INCAPSULA = """<html><body><iframe id="main-iframe" src="/_Incapsula_Resource?CWUDNSAI=23&xinfo=1" width="100%">
Request unsuccessful. Incapsula incident ID: 1-2</iframe></body></html>"""
IMUNIFY = (
    "<html><head><title>One moment, please...</title></head><body>Please wait while your request is being verified..."
)
ANUBIS = """<html><head><title>Making sure you're not a bot!</title>
<script id="anubis_challenge" type="application/json">{}
</script></head><body><h1>Making sure you're not a bot!</h1></body></html>"""
TURNSTILE = """<html><body><h1>Doğrulama</h1><div class="cf-turnstile"></div>
<script src="https://challenges.cloudflare.com/turnstile/v0/api.js"></script></body></html>"""


@pytest.mark.parametrize(
    ("status", "headers", "html"),
    [
        (403, {"CF-Mitigated": "challenge"}, ""),
        (200, {"cf-mitigated": "challenge"}, "<html>"),
        (202, {"x-amzn-waf-action": "challenge"}, ""),
        (403, {"Server": "cloudflare"}, CLOUDFLARE),
        (503, {}, CLOUDFLARE),
        (200, {}, CLOUDFLARE),
        (403, {"Server": "cloudflare"}, BLOCKED),
        (403, {"Server": "ddos-guard"}, DDOS_GUARD),
        (200, {"Server": "Sucuri/Cloudproxy"}, SUCURI),
        (200, {}, INCAPSULA),
        (200, {"Server": "imunify360-webshield/1.21"}, IMUNIFY),
        (200, {}, ANUBIS),
        (403, {}, TURNSTILE),
        (429, {}, TURNSTILE.replace("challenges.cloudflare.com/turnstile/v0/api.js", "js.hcaptcha.com/1/api.js")),
    ],
)
def test_guards_are_known(status: int, headers: dict[str, str], html: str) -> None:
    assert is_challenge(status, CIMultiDict(headers), html)


TALK = "<p>Just a moment… DDoS-Guard, _cf_chl_opt, captcha-delivery.com, cf-challenge, hcaptcha.com/1/api.js</p>"
JSD = '<script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script>'
LOGIN = '<form><input type="password"></form><script src="https://js.hcaptcha.com/1/api.js"></script>'


@pytest.mark.parametrize(
    ("status", "headers", "html"),
    [
        (200, {"Server": "cloudflare"}, f"<title>Just a moment...</title>{TALK}"),
        (200, {"Server": "cloudflare"}, TALK * 40),
        (403, {"Server": "cloudflare"}, TALK * 40),
        (403, {"Server": "cloudflare"}, f"<title>Yasak</title><p>Bu bölüme giremezsiniz.</p>{JSD}"),
        (200, {}, f'<pre>&lt;script id="anubis_challenge"&gt; {CLOUDFLARE.replace("<", "&lt;")}</pre>'),
        (200, {}, f"{ANUBIS}{'<p>Bir ileti, bir ileti daha.</p>' * 100}"),
        (200, {}, LOGIN),
        (403, {}, LOGIN),
        (200, {"Server": "imunify360-webshield/1.21"}, "<title>Genel Sohbet</title><p>Merhaba</p>"),
        (503, {"Server": "cloudflare"}, "<title>Bakım</title>Forum bakımda, birazdan buradayız."),
        (404, {}, ""),
    ],
)
def test_forums_are_not_taken_for_guards(status: int, headers: dict[str, str], html: str) -> None:
    assert not is_challenge(status, CIMultiDict(headers), html)


@pytest.mark.skipif(not RECORDED.is_dir(), reason="recorded pages of real engines are not at hand")
def test_no_page_of_a_real_engine_is_taken_for_a_guard() -> None:
    pages = [*RECORDED.glob("*/*.html"), *RECORDED.glob("*/*.xml"), *RECORDED.glob("*/*.json")]
    taken = []
    for page in pages:
        meta = page.with_name(f"{page.name}.meta.json")
        facts = json.loads(meta.read_text()) if meta.exists() else {}
        headers: CIMultiDict[str] = CIMultiDict(facts.get("headers") or {})
        html = page.read_text(errors="replace")
        if is_challenge(facts.get("status") or 200, headers, html) or is_challenge(403, headers, html):
            taken.append(page.name)

    assert pages
    assert taken == []
