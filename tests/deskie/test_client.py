"""What the client sends and what it makes of answers, against a real server on loopback."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import aiohttp
import pytest

from forum_bridge import __version__
from forum_bridge.deskie import (
    Agent,
    Budget,
    Case,
    CaseStatus,
    Channel,
    ChannelType,
    DeskDeclined,
    DeskieClient,
    Group,
    Label,
    Language,
    Message,
    NewCase,
    Priority,
    User,
)
from forum_bridge.errors import ConfigurationRefused, Retry, Unclear
from forum_bridge.model import Attachment

if TYPE_CHECKING:
    from tests.deskie.conftest import Desk, StandingClock


CASE = {
    "case_id": 8804417,
    "case_number": "512-903316",
    "subject": "Kargo takibi",
    "user_id": 5120087,
    "staff_id": 0,
    "status": "open",
    "channel": "cch42",
    "deleted": False,
    "spam": "0",
    "created_at": "Tue, 14 Jan 2025 10:02:11 +0300",
    "updated_at": "Tue, 14 Jan 2025 10:02:11 +0300",
    "closed_at": "-",
    "parent_case_id": 0,
    "closing_speed": "-",
    "custom_fields": [],
    "labels": [55],
    "a_field_of_tomorrow": {"x": 1},
}
MESSAGE = {
    "message_id": "61200455",
    "user_id": 5120087,
    "staff_id": 0,
    "content": "Takip numarası: 44-19",
    "attachments": [],
    "note": False,
    "created_at": "Tue, 14 Jan 2025 10:20:40 +0300",
    "sent_at": "-",
}
MORNING = datetime(2025, 1, 14, 7, 2, 11, tzinfo=UTC)


async def test_a_case_is_created(desk: Desk, client: DeskieClient) -> None:
    desk.answers({"case": CASE}, status=201)
    case = await client.create_case(
        NewCase(
            user_custom_id="meydan:17",
            channel="cch42",
            subject="Kargo takibi",
            html="<p>Siparişim nerede? 📦</p>",
            user_full_name="Selin Aydın",
            email="selin@acme.example",
            group_id=310,
            labels=(55,),
            custom_fields={"cf_71": "https://forum.example/t/9120"},
        )
    )
    assert case == Case(
        id=8804417,
        number="512-903316",
        user_id=5120087,
        status=CaseStatus.OPEN,
        channel="cch42",
        subject="Kargo takibi",
        labels=frozenset({55}),
        created_at=MORNING,
        updated_at=MORNING,
    )
    (seen,) = desk.seen
    assert (seen.method, seen.path) == ("POST", "/api/cases.json")
    assert seen.json == {
        "case": {
            "user_custom_id": "meydan:17",
            "channel": "cch42",
            "subject": "Kargo takibi",
            "content_html": "<p>Siparişim nerede? 📦</p>",
            "user_full_name": "Selin Aydın",
            "user_email": "selin@acme.example",
            "group_id": 310,
            "labels": [55],
            "custom_fields": {"cf_71": "https://forum.example/t/9120"},
        }
    }


async def test_every_call_says_who_we_are(desk: Desk, client: DeskieClient) -> None:
    desk.answers({})
    await client.labels()
    headers = desk.seen[0].headers
    assert headers["User-Agent"] == f"forum-bridge/{__version__}"
    assert headers["Authorization"] == aiohttp.encode_basic_auth("kopru@acme.example", "9f8e7d6c5b4a39281706")


async def test_a_customers_message_is_added(desk: Desk, client: DeskieClient) -> None:
    desk.answers({"message": MESSAGE}, status=201)
    message = await client.add_message(8804417, 5120087, "<p>Selam</p>")
    assert message == Message(
        id=61200455,
        user_id=5120087,
        staff_id=0,
        html="",
        text="Takip numarası: 44-19",
        note=False,
        sent_via_rule=False,
        created_at=datetime(2025, 1, 14, 7, 20, 40, tzinfo=UTC),
    )
    (seen,) = desk.seen
    assert (seen.method, seen.path) == ("POST", "/api/cases/8804417/messages.json")
    assert seen.json == {"message": {"user_id": 5120087, "content_html": "<p>Selam</p>"}}


async def test_a_note_is_added(desk: Desk, client: DeskieClient) -> None:
    desk.answers({"message": {**MESSAGE, "note": True}}, status=201)
    assert (await client.add_note(8804417, "<p>kilitli</p>")).note
    (seen,) = desk.seen
    assert (seen.method, seen.path) == ("POST", "/api/cases/8804417/note.json")
    assert seen.json == {"note": {"content_html": "<p>kilitli</p>"}}


async def test_a_status_is_set(desk: Desk, client: DeskieClient) -> None:
    desk.answers({"case": {**CASE, "status": "closed", "closed_at": "Tue, 14 Jan 2025 10:02:11 +0300"}})
    case = await client.set_status(8804417, CaseStatus.CLOSED)
    assert (case.status, case.closed_at) == (CaseStatus.CLOSED, MORNING)
    (seen,) = desk.seen
    assert (seen.method, seen.path) == ("PUT", "/api/cases/8804417.json")
    assert seen.json == {"case": {"status": "closed"}}


@pytest.mark.parametrize(
    ("told", "labels"),
    [
        ({"labels": [55, 7]}, {55, 7}),
        ({"labels": {"0": "55"}, "locked_labels": [7]}, {55, 7}),
        ({"labels": [], "locked_labels": []}, set()),
        ({"labels": {}}, set()),
        ({}, None),  # it is not known whether it carries any
    ],
)
async def test_the_labels_that_a_case_carries(
    desk: Desk, client: DeskieClient, told: dict[str, object], labels: set[int] | None
) -> None:
    bare = {name: value for name, value in CASE.items() if name != "labels"}
    desk.answers({"case": {**bare, **told}})
    case = await client.case(8804417)
    assert case is not None
    assert case.labels == (None if labels is None else frozenset(labels))


async def test_a_case_is_read(desk: Desk, client: DeskieClient) -> None:
    desk.answers({"case": {**CASE, "status": "on_hold", "deleted": True, "spam": 1, "parent_case_id": "77"}})
    case = await client.case(8804417)
    assert case is not None
    assert (case.status, case.deleted, case.spam, case.parent_case_id) == ("on_hold", True, True, 77)


@pytest.mark.parametrize("body", [{"error": "case_not_found"}, b"", {}])
async def test_a_purged_case_is_none(desk: Desk, client: DeskieClient, body: object) -> None:
    desk.answers(body, status=404)
    assert await client.case(1) is None


async def test_an_error_in_a_200_counts(desk: Desk, client: DeskieClient) -> None:
    desk.answers({"error": "case_not_found"})
    assert await client.case(1) is None


async def test_messages_newest_first(desk: Desk, client: DeskieClient) -> None:
    file = {"file_id": 7781, "file_name": "fiş.pdf", "file_size": "20480", "mime_type": "application/pdf"}
    answer = {
        "message_id": 61200502,
        "user_id": 0,
        "staff_id": 905,
        "content": "",
        "content_html": "<p>Yarın.</p>",
        "attachments": {"0": {**file, "url": "https://acme.deskie.io/files/7781"}},
    }
    desk.answers({"0": {"message": answer}, "total_count": 1})
    (message,) = await client.messages(8804417)
    assert (message.html, message.text, message.staff_id) == ("<p>Yarın.</p>", "", 905)
    assert message.attachments == (
        Attachment("https://acme.deskie.io/files/7781", "fiş.pdf", "application/pdf", 20480),
    )
    assert desk.seen[0].query == {"order": "desc", "page": "1", "limit": "50"}


async def test_cases_of_a_user(desk: Desk, client: DeskieClient) -> None:
    desk.answers({"1": {"case": {"case_id": 2}}, "0": {"case": {"case_id": 3, "status": "waiting"}}, "total_count": 2})
    assert [case.id for case in await client.cases_of_user(5120087)] == [3, 2]
    query = {"user_id": "5120087", "show_active_chats": "true", "sort": "created_at_desc", "page": "1", "limit": "100"}
    assert desk.seen[0].query == query
    await client.cases_of_user(5120087, absorbed=True)
    assert desk.seen[1].query == {**query, "show_merged_cases": "true"}


async def test_cases_of_linked_profiles_are_left_out_however_many_there_are(desk: Desk, client: DeskieClient) -> None:
    def page(first: int, *ours: int) -> dict[str, object]:
        numbers = range(first, first - 100, -1)
        cases = [{"case": {"case_id": each, "user_id": 17 if each in ours else 18}} for each in numbers]
        return {**{str(place): case for place, case in enumerate(cases)}, "total_count": 300}

    for answer in (page(900), page(800, 750, 720), page(700, 690)):
        desk.answers(answer)
    assert [case.id for case in await client.cases_of_user(17, limit=2)] == [750, 720]
    assert [seen.query["page"] for seen in desk.seen] == ["1", "2"]


@pytest.mark.parametrize("ids", [[3, "4"], {"0": 3, "1": 4}, "", None, [], "-"])
async def test_a_profile_tells_those_that_it_is_linked_with(desk: Desk, client: DeskieClient, ids: object) -> None:
    desk.answers({"user": {"user_id": 2, "user_full_name": "Gökçe", "linked_users": ids}})
    assert await client.user(2) == User(2, "Gökçe", linked=frozenset({3, 4} if ids not in ("", None, [], "-") else ()))
    assert desk.seen[0].path == "/api/users/2.json"


async def test_a_profile_that_is_no_more_is_declined(desk: Desk, client: DeskieClient) -> None:
    desk.answers({"error": "user_not_found"}, status=404)
    with pytest.raises(DeskDeclined, match="user_not_found"):
        await client.user(2)


async def test_profiles_are_linked_in_the_form_that_was_seen(desk: Desk, client: DeskieClient) -> None:
    desk.answers({"user": {"user_id": 2}})
    await client.link_users(2, 3)
    assert [(seen.method, seen.path, seen.json) for seen in desk.seen] == [
        ("PUT", "/api/users/2/link.json", {"user_id": 3})
    ]


async def test_profiles_are_linked_in_the_other_form_only_where_the_first_is_declined(
    desk: Desk, client: DeskieClient
) -> None:
    desk.answers({"error": "wrong_request"}, status=400)
    desk.answers({"user": {"user_id": 2}})
    await client.link_users(2, 3)
    assert [seen.json for seen in desk.seen] == [{"user_id": 3}, {"user": {"user_id": 3}}]


@pytest.mark.parametrize(("status", "error"), [(400, DeskDeclined), (502, Unclear), (429, Retry)])
async def test_profiles_that_deskie_does_not_link(
    desk: Desk, client: DeskieClient, status: int, error: type[Exception]
) -> None:
    desk.answers({"error": "wrong_request"}, status=status)
    with pytest.raises(error):
        await client.link_users(2, 3)
    assert len(desk.seen) == (2 if error is DeskDeclined else 1)


@pytest.mark.parametrize("custom_id", ["meydan:1", "meydan:guest:Ayşe & Can+%^", "a/b?c=d#e"])
async def test_users_are_found_by_exactly_their_id(desk: Desk, client: DeskieClient, custom_id: str) -> None:
    def user(number: int, theirs: str, channel: str = "cch42") -> dict[str, object]:
        return {"user": {"user_id": number, "user_custom_id": theirs, "user_custom_channel": channel}}

    found = {"0": user(1, custom_id + "0"), "1": user(2, custom_id), "2": user(3, custom_id, "cch7")}
    found |= {"3": user(4, custom_id.upper()), "4": user(5, custom_id, "42"), "5": {"user": {"user_id": 6}}}
    desk.answers(found)
    users = await client.users_by_custom_id(custom_id, "cch42")
    assert [one.id for one in users] == [2, 5, 6]
    assert users[0] == User(2, "", custom_id, "cch42")
    assert desk.seen[0].query["user_custom_id"] == f"^{custom_id}^"
    assert desk.seen[0].query["user_custom_channel"] == "cch42"


async def test_a_desk_that_takes_anchors_literally_is_asked_without_them(desk: Desk, client: DeskieClient) -> None:
    desk.answers({"total_count": 0})
    desk.answers({"0": {"user": {"user_id": 9, "user_custom_id": "meydan:12"}}, "1": {"user": {"user_id": 2}}})
    assert [user.id for user in await client.users_by_custom_id("meydan:1", "cch42")] == [2]
    assert [seen.query["user_custom_id"] for seen in desk.seen] == ["^meydan:1^", "meydan:1"]


async def test_the_small_lists(desk: Desk, client: DeskieClient) -> None:
    channel = {"channel_id": 42, "channel_api_key": "cch42", "title": "Forum", "channel_type": "async"}
    channel |= {"webhook_url": "https://bridge.example/deskie/cch42/s3cr3t", "active": True}
    desk.answers({"0": {"custom_channel": channel}, "1": {"custom_channel": {"channel_id": 3, "channel_type": "x"}}})
    desk.answers({"0": {"staff": {"staff_id": 905, "staff_full_name": "Deniz Kaya", "active": 0}}})
    desk.answers({"0": {"label": {"label_id": 7, "label_title": "forum"}}})
    desk.answers({"0": {"group": {"group_id": 310, "group_title": "Destek", "active": True}}})
    desk.answers({"0": {"language": {"language_id": 1, "code": "tr", "title": "Türkçe"}}})
    ours, other = await client.custom_channels()
    assert ours == Channel("cch42", "Forum", ChannelType.ASYNC, "https://bridge.example/deskie/cch42/s3cr3t")
    assert "s3cr3t" not in repr(ours)
    assert (other.key, other.type) == ("cch3", None)
    assert await client.staff() == [Agent(905, "Deniz Kaya", active=False)]
    assert await client.labels() == [Label(7, "forum")]
    assert await client.groups() == [Group(310, "Destek")]
    assert await client.languages() == [Language(1, "tr", "Türkçe")]
    paths = ["custom_channels", "staff", "labels", "groups", "languages"]
    assert [seen.path for seen in desk.seen] == [f"/api/{path}.json" for path in paths]


def page(first: int, size: int, total: int | None) -> dict[str, object]:
    members: dict[str, object] = {str(i): {"label": {"label_id": first + i, "label_title": ""}} for i in range(size)}
    return members if total is None else {**members, "total_count": total}


@pytest.mark.parametrize(
    ("sizes", "total", "calls"),
    [
        ([100, 30], 130, 2),
        ([100, 100, 0], None, 3),
        ([100, 30], None, 2),
        ([50, 50, 30], 130, 3),  # a desk that gives less than asked
        ([100], 100, 1),
        ([0], 500, 1),
    ],
)
async def test_long_lists_are_read_page_by_page(
    desk: Desk, client: DeskieClient, sizes: list[int], total: int | None, calls: int
) -> None:
    for number, size in enumerate(sizes):
        desk.answers(page(1 + sum(sizes[:number]), size, total))
    labels = await client.labels()
    assert [label.id for label in labels] == list(range(1, sum(sizes) + 1))
    assert [seen.query["page"] for seen in desk.seen] == [str(number + 1) for number in range(calls)]


async def test_a_desk_that_never_ends_its_list_is_left_after_a_thousand(desk: Desk, client: DeskieClient) -> None:
    desk.answers(page(1, 100, 10**9))
    assert len(await client.labels()) == 1000
    assert len(desk.seen) == 10


async def test_calls_draw_on_the_budget_and_it_learns(desk: Desk, client: DeskieClient, budget: Budget) -> None:
    desk.answers({}, headers={"rate_limit_per_minute": "50", "api_calls_left": "2"})
    await client.staff()
    assert budget.ceiling == 50
    with pytest.raises(Retry) as wait:
        await client.labels()
    assert wait.value.after is not None
    assert len(desk.seen) == 1


async def test_a_write_costs_two(desk: Desk, http: aiohttp.ClientSession, clock: StandingClock) -> None:
    desk.answers({"case": CASE}, status=201)
    narrow = Budget(clock, share=1.0, ceiling=3)
    client = DeskieClient(http, desk.url, "a@b.example", "k", narrow, clock)
    await client.set_status(1, CaseStatus.OPEN, priority=Priority.ANSWER)
    with pytest.raises(Retry):
        await client.set_status(1, CaseStatus.OPEN, priority=Priority.ANSWER)
    assert await client.case(1, priority=Priority.ANSWER) is not None
    assert len(desk.seen) == 2


async def test_an_address_with_credentials_and_no_slash(
    desk: Desk, http: aiohttp.ClientSession, budget: Budget, clock: StandingClock
) -> None:
    desk.answers({})
    address = desk.url.rstrip("/").replace("http://", "http://someone:else@")
    await DeskieClient(http, address, "a@b.example", "k", budget, clock).labels()
    assert desk.seen[0].path == "/api/labels.json"
    assert desk.seen[0].headers["Authorization"] == aiohttp.encode_basic_auth("a@b.example", "k")


def test_an_email_that_basic_authentication_cannot_carry(
    budget: Budget, clock: StandingClock, http: aiohttp.ClientSession
) -> None:
    with pytest.raises(ConfigurationRefused):
        DeskieClient(http, "https://acme.deskie.io/api/", "a:b@c.example", "k", budget, clock)


async def test_changed_cases_are_listed_oldest_change_first_a_page_at_a_time(desk: Desk, client: DeskieClient) -> None:
    desk.answers({"0": {"case": CASE}, "total_count": "2"})
    page = await client.changed_cases("cch42", MORNING, 3)
    assert [case.updated_at for case in page.records] == [MORNING]
    assert (page.goes_on(1), page.goes_on(2)) == (True, False)
    wanted = {"channel": "cch42", "show_active_chats": "true", "sort": "updated_at_asc", "page": "3", "limit": "100"}
    assert desk.seen[0].query == {**wanted, "from_updated_time": str(int(MORNING.timestamp()))}


@pytest.mark.parametrize(("answer", "last"), [({"0": {"case": CASE}, "total_count": 7}, MORNING), ({"case": []}, None)])
async def test_the_last_change_of_a_channel(
    desk: Desk, client: DeskieClient, answer: object, last: datetime | None
) -> None:
    desk.answers(answer)
    assert await client.last_change("cch42") == last
    assert (desk.seen[0].query["sort"], desk.seen[0].query["limit"]) == ("updated_at_desc", "1")


async def test_messages_come_newest_first_a_page_at_a_time(desk: Desk, client: DeskieClient) -> None:
    desk.answers({"0": {"message": MESSAGE}})
    page = await client.messages_page(8804417, 2)
    assert [message.id for message in page.records] == [61200455]
    assert not page.goes_on(101)
    assert desk.seen[0].query == {"order": "desc", "page": "2", "limit": "100"}
