"""The audit log: shown, searched, filtered, paged, exported."""

import json
from datetime import UTC, datetime

import pytest

from directories.events import Event
from directories.models import AuditEvent
from tests.factories.directories import (
    AuditEventFactory,
    GroupRecordFactory,
    MemberFactory,
    UserRecordFactory,
)
from tests.pages.provisioning.reading import (
    csv_rows,
    is_part_of_page,
    main_of,
    queries_of,
)

URL = "/security/audit-log/"
EXPORT = f"{URL}export/"


@pytest.fixture
def record(organization):
    """Return a function that adds an event of the organization."""

    def add(**values):
        return AuditEventFactory.create(organization=organization, **values)

    return add


def targets(response):
    return [row.event.target_name for row in response.context["rows"]]


def test_an_empty_log_says_what_will_be_written(console):
    assert "Nothing has happened yet" in main_of(console.get(URL))


def test_a_row_tells_activity_time_actor_and_target(console, record):
    record(
        action=Event.GROUP_CREATED,
        at=datetime(2026, 11, 21, 14, 2, tzinfo=UTC),
        actor_kind="directory",
        actor_name="Okta prod",
        target_name="staff",
    )

    assert (
        "Created group 21 Nov 2026, 14:02 Okta prod Identity provider staff"
        in main_of(console.get(URL))
    )


def test_targets_lead_to_their_pages(console, admin, record, okta):
    person = admin.public_id
    record(target_kind="account", target_id=str(person), target_name="eva@x.org")
    record(target_kind="directory", target_id=str(okta.pk), target_name=okta.name)

    page = console.get(URL).content.decode()

    assert f'href="/directory/users/{person}/"' in page
    assert f'href="/security/identity-providers/{okta.pk}/"' in page


def test_the_details_hold_the_event_as_json(console, record):
    event = record(details={"name": ["Old", "Nëw"]}, request_id="abc", target_id="")

    row = console.get(URL).context["rows"][0]

    said = json.loads(row.json)
    assert said["details"] == {"name": ["Old", "Nëw"]}
    assert (said["id"], said["requestId"]) == (event.pk, "abc")
    page = console.get(URL).content.decode()
    assert f'commandfor="event-{event.pk}"' in page
    assert '<dialog class="dialog dialog-wide"' in page


def test_the_newest_come_first_and_others_events_stay_out(console, record):
    record(target_name="first")
    record(target_name="second")
    AuditEventFactory.create(target_name="foreign")

    assert targets(console.get(URL)) == ["second", "first"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=ada", ["staff"]),
        ("?q=EVA", ["eva@x.org"]),
        ("?action=group_created", ["staff"]),
        ("?action=nonsense", ["eva@x.org", "staff"]),
        ("?from=2026-11-21", ["eva@x.org"]),
        ("?to=2026-11-20", ["staff"]),
        ("?from=2026-11-20&to=2026-11-21", ["eva@x.org", "staff"]),
        ("?from=2026-11-22", []),
        ("?from=nonsense&to=2026-13-77", ["eva@x.org", "staff"]),
        ("?to=9999-12-31&from=0001-01-01", ["eva@x.org", "staff"]),
        ("?q=%00", ["eva@x.org", "staff"]),
    ],
)
def test_search_and_filters_narrow_the_list(console, record, query, found):
    record(
        action=Event.GROUP_CREATED,
        actor_name="Ada Admin",
        target_name="staff",
        target_kind="group",
        at=datetime(2026, 11, 20, 23, 59, tzinfo=UTC),
    )
    record(target_name="eva@x.org", at=datetime(2026, 11, 21, tzinfo=UTC))

    answer = console.get(URL + query)

    assert targets(answer) == found
    if not found:
        assert "Clear filters" in main_of(answer)


def test_pages_hold_fifty_and_lead_on_and_back(console, record):
    for number in range(60):
        record(target_name=str(number))

    first = console.get(URL)
    second = console.get(URL + first.context["links"].next)
    back = console.get(URL + second.context["links"].previous)

    assert targets(first) == [str(n) for n in range(59, 9, -1)] == targets(back)
    assert targets(second) == [str(n) for n in range(9, -1, -1)]
    assert "60 events" in main_of(first)
    assert "50 events on this page" in main_of(console.get(f"{URL}?q=rollcall"))


def test_the_fragment_is_the_same_as_on_the_page(console, record):
    record(target_name="staff")

    assert is_part_of_page(console, URL)


def test_many_events_cost_no_more_queries(console, record):
    record()
    one = queries_of(console, URL)
    for _ in range(30):
        record()

    assert queries_of(console, URL) == one


def test_the_export_holds_what_the_filters_pass_and_is_recorded(console, record):
    record(action=Event.GROUP_CREATED, target_name="@staff", details={"a": 1})
    record(target_name="eva@x.org")

    answer = console.post(EXPORT, {"action": "group_created", "from": "2020-01-01"})

    rows = csv_rows(answer)
    assert "audit-log.csv" in answer["Content-Disposition"]
    assert [row[1:3] + row[7:8] + row[10:] for row in rows[1:]] == [
        ["Created group", "group_created", "'@staff", '{"a": 1}']
    ]
    event = AuditEvent.objects.get(action=Event.EXPORTED)
    assert event.details["filters"] == {"action": "group_created", "from": "2020-01-01"}
    assert (event.actor_name, event.target_name) == ("Ada Admin", "Audit log")


def test_the_export_is_not_a_link(console):
    assert console.get(EXPORT).status_code == 405


def test_names_bring_no_markup(console, record):
    record(target_name="<script>alert(1)</script>", details={"x": "</code><script>"})

    page = console.get(URL).content.decode()

    assert "<script>alert" not in page
    assert "</code><script>" not in page


def test_old_events_are_found_by_the_people_and_groups_they_are_about(
    console, organization, okta, monkeypatch
):
    monkeypatch.setattr("directories.queries.logs.LOOKED_THROUGH", 1)
    member = MemberFactory.create(
        organization=organization, account__email="far@acme.example"
    )
    record = UserRecordFactory.create(
        directory=okta, account=member.account, link_state="linked"
    )
    group = GroupRecordFactory.create(directory=okta, display_name="Far team")
    for target in (member.account.public_id, record.scim_id, group.scim_id):
        AuditEventFactory.create(
            organization=organization, target_id=str(target), target_name="found"
        )
    for n in range(5):
        AuditEventFactory.create(organization=organization, target_name=f"late {n}")

    def shown(text):
        return len(targets(console.get(f"{URL}?q={text}")))

    assert shown("far@acme") == 2
    assert shown("far team") == 1
    assert shown("late") == 1
