"""docs/push.openapi.yaml is a valid OpenAPI document, and the bridge does what it says: what fits is taken, what does
not is refused, and every answer is one that it names."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from ruamel.yaml import YAML
from schemathesis import GenerationMode
from tests.push.place import SECRET, PushWorld, post

from forum_bridge.bridge import push_door
from forum_bridge.forums.engines.push import delivery
from forum_bridge.model import Author, Draft, PostId, Quote, ThreadId, ThreadRef
from forum_bridge.web.standard_webhooks import Keys

FILE = Path(__file__).parents[2] / "docs" / "push.openapi.yaml"
DOCUMENT = YAML(typ="safe", pure=True).load(FILE.read_text(encoding="utf-8"))
API = schemathesis.openapi.from_dict(DOCUMENT)
NUMBERS = count(1)
BOUNDED = settings(
    max_examples=40,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],  # what fails is told as it is: to make it smaller takes minutes
    suppress_health_check=list(HealthCheck),
)
STRICTER = (
    "may not begin with",
    "printable",
    "control characters",
    "stands there twice",
    "user name or password",
    "no http or https",
)


def test_the_document_is_valid() -> None:
    validate(DOCUMENT)


def signed(place: PushWorld, content: bytes) -> dict[str, str]:
    """The headers of a request of its own name, and from an address of its own."""
    number = next(NUMBERS)
    headers = Keys.of([SECRET]).signed(f"case-{number}", content, place.world.clock())
    return {**headers, "X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}


async def tried(run: Callable[[], None]) -> None:
    """Run what asks the bridge beside the bridge's own loop."""
    await asyncio.to_thread(run)


async def test_what_fits_is_taken(place: PushWorld) -> None:
    operation = API["/push/{forum}"]["POST"]

    @BOUNDED
    @given(case=operation.as_strategy(GenerationMode.POSITIVE))
    def send(case: Any) -> None:
        body = json.dumps(case.body).encode()
        answer = requests.post(place.url, data=body, headers=signed(place, body), timeout=10)
        case.validate_response(answer, excluded_checks=[schemathesis.checks.positive_data_acceptance])
        said = answer.json().get("error", "")
        assert answer.status_code == 200 or any(word in said for word in STRICTER), (said, body[:1000])

    await tried(send)
    assert await place.world.post_states()


async def test_what_does_not_fit_is_refused(place: PushWorld) -> None:
    operation = API["/push/{forum}"]["POST"]

    @BOUNDED
    @given(case=operation.as_strategy(GenerationMode.NEGATIVE))
    def send(case: Any) -> None:
        body = json.dumps(case.body).encode() if not isinstance(case.body, bytes) else case.body
        if fits(body, "Posts"):
            return  # something else of it was spoilt, which is not sent here
        answer = requests.post(place.url, data=body, headers=signed(place, body), timeout=10)
        if len(body) > push_door.MAX_BODY:
            assert answer.status_code == 413
        else:
            case.validate_response(answer)
            assert answer.status_code == 400, body[:1000]

    await tried(send)
    assert "waiting" not in (await place.world.post_states()).values()


@pytest.mark.parametrize("mode", list(GenerationMode))
async def test_whatever_is_asked_of_the_history_is_answered_as_it_says(place: PushWorld, mode: GenerationMode) -> None:
    await place.send(post(1), post(2))
    operation = API["/push/{forum}/history"]["GET"]

    @BOUNDED
    @given(case=operation.as_strategy(mode))
    def ask(case: Any) -> None:
        query = urlencode({key: value for key, value in (case.query or {}).items() if isinstance(value, str | int)})
        url = f"{place.url}/history?{query}"
        answer = requests.get(url, headers=signed(place, query.encode()), timeout=10)
        assert answer.status_code in {200, 400}
        assert fits(answer.content, "History" if answer.ok else "Error")

    await tried(ask)
    _, told = await place.history(thread="7")
    assert len(told["messages"]) == 2 and fits(json.dumps(told).encode(), "History")  # type: ignore[arg-type]


@pytest.mark.parametrize("whole", [True, False])
async def test_answers_are_what_the_document_says(place: PushWorld, whole: bool) -> None:
    ref = ThreadRef(ThreadId("7"), "https://app.example/chat/7", "Kargo")
    to = Quote(PostId("1"), Author("Ayşe", "12" if whole else None), "https://app.example/1", "Nerede?")
    draft = Draft("<p>Yolda.</p>", key="default:1:1", to=to if whole else None, agent="Elif" if whole else "")
    assert fits(delivery.document(ref, draft, place.world.clock()), "Answer")


def fits(document: bytes, name: str) -> bool:
    """Whether a document is what the schema of that name says."""
    try:
        told = json.loads(document)
    except ValueError:
        return False
    schema: Mapping[str, Any] = {"$ref": f"#/components/schemas/{name}", **DOCUMENT}
    return bool(Draft202012Validator(schema).is_valid(told))
