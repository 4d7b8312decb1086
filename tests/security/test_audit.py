"""A known hole fails the audit; what nobody answered for is told and never called sound."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from tests.security import audit as auditing
from tests.security.audit import audit, needed

PACKAGES = {"one": "1.0", "two": "2.0"}
HOLE = {"id": "PYSEC-2026-1", "aliases": ["CVE-2026-1"], "fixed_in": ["1.1"], "withdrawn": None, "summary": "…"}


class Service:
    """Answers as PyPI's JSON API does; what ``told`` does not have is 404."""

    def __init__(self) -> None:
        self.told: dict[str, object] = {}
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        told = self.told.get(f"{request.match_info['name']} {request.match_info['version']}")
        if told is None:
            return web.Response(status=404)
        text = told if isinstance(told, str) else json.dumps(told)
        return web.Response(text=text, content_type="application/json")


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    made, app = Service(), web.Application()
    app.router.add_get("/pypi/{name}/{version}/json", made.answer)
    async with TestServer(app) as server:
        made.url = str(server.make_url("/pypi"))
        yield made


async def test_a_known_hole_fails(service: Service) -> None:
    service.told = {"one 1.0": {"vulnerabilities": [HOLE]}, "two 2.0": {"vulnerabilities": []}}
    done = await audit(PACKAGES, service.url)
    assert done.status == 1
    assert list(done.lines()) == [
        "audit: HOLE: one: PYSEC-2026-1, mended in 1.1",
        "audit: 2 packages audited, 1 known holes",
    ]


async def test_one_that_was_withdrawn_or_does_not_concern_us_is_none(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    withdrawn = {**HOLE, "id": "PYSEC-2026-2", "withdrawn": "2026-11-01T00:00:00Z"}
    service.told = {"one 1.0": {"vulnerabilities": [withdrawn, HOLE]}, "two 2.0": {"vulnerabilities": []}}
    monkeypatch.setattr(auditing, "ACCEPTED", {"PYSEC-2026-1": "the bridge does not use it"})
    assert (await audit(PACKAGES, service.url)).status == 0


@pytest.mark.parametrize("answer", ["<html>", "[]", {}, {"vulnerabilities": None}, {"info": {"name": "two"}}])
async def test_an_answer_that_tells_nothing_of_holes_is_none(service: Service, answer: object) -> None:
    service.told = {"one 1.0": {"vulnerabilities": []}, "two 2.0": answer}
    done = await audit(PACKAGES, service.url)
    assert (done.status, done.answered, done.unanswered) == (0, 1, ("two",))
    assert "audit: WARNING: no answer for 1 packages; not audited: two" in done.lines()


async def test_a_service_that_is_not_there_fails_nothing_and_is_not_silent() -> None:
    done = await audit(PACKAGES, f"http://127.0.0.1:{unused_port()}/pypi")
    assert (done.status, done.answered) == (0, 0)
    assert list(done.lines()) == ["audit: WARNING: no answer for 2 packages; nothing was audited"]


def test_all_that_the_bridge_runs_on_is_asked_for() -> None:
    found = needed()
    assert {"aiohttp", "lxml", "nh3", "yarl", "multidict", "pydantic-core"} <= set(found)
    assert not {"forum-bridge", "pytest", "ruff", "mypy"} & set(found)
