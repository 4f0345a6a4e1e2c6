"""The troubleshooting log: shown, searched, filtered, paged, exported, cleared."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from directories.events import Event
from directories.models import AuditEvent
from directories.services.troubleshooting import forget_old_entries
from tests.factories.directories import DirectoryFactory, TroubleshootingEntryFactory
from tests.pages.provisioning.reading import (
    csv_rows,
    is_part_of_page,
    main_of,
    queries_of,
)


def url_of(directory, more=""):
    base = f"/security/identity-providers/{directory.pk}/troubleshooting-log/"
    return base + more


def names(response):
    return [entry.subject_name for entry in response.context["page"].rows]


@pytest.fixture
def log(okta):
    """Return a function that adds an entry of `minutes` ago."""
    now = timezone.now()

    def add(name="", minutes=0, **values):
        return TroubleshootingEntryFactory.create(
            directory=okta,
            subject_name=name,
            at=now - timedelta(minutes=minutes),
            **values,
        )

    return add


def test_an_empty_log_promises_nothing(console, okta):
    text = main_of(console.get(url_of(okta)))

    assert "No entries" in text
    assert "was taken up" not in text
    assert "Clear log" not in text


def test_a_row_tells_level_type_name_message_and_repetitions(console, okta, log):
    log("eva@x.org", level="warning", subject="user", reason="Not linked.", times=7)

    text = main_of(console.get(url_of(okta)))

    assert "7 Warning User eva@x.org Not linked." in text


def test_the_details_tell_what_to_do_and_which_request_it_was(console, okta, log):
    log(
        advice="Rename the group.",
        request={
            "method": "POST",
            "path": "/scim/directory/x/Groups",
            "status": 409,
            "request_id": "abc123",
        },
    )

    text = main_of(console.get(url_of(okta)))

    assert "What to do: Rename the group." in text
    assert "Answered: 409 The body of the request was no JSON. What to do:" in text
    assert "Request POST /scim/directory/x/Groups Request ID abc123" in text
    assert "Request ID abc123 First time" in text


def test_the_newest_come_first_counting_the_last_repetition(console, okta, log):
    log("repeated", minutes=1, first_at=timezone.now() - timedelta(hours=9), times=4)
    log("old", minutes=10)
    log("new")

    assert names(console.get(url_of(okta))) == ["new", "repeated", "old"]


def test_entries_of_another_directory_stay_out(console, okta, organization):
    other = DirectoryFactory.create(organization=organization)
    TroubleshootingEntryFactory.create(directory=other, subject_name="other")

    assert names(console.get(url_of(okta))) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=EVA", ["eva@x.org"]),
        ("?q=taken", ["staff"]),
        ("?level=error", ["staff"]),
        ("?type=user", ["eva@x.org"]),
        ("?type=user&level=error", []),
        ("?level=nonsense&type=%00", ["staff", "eva@x.org"]),
        ("?q=%00", ["staff", "eva@x.org"]),
    ],
)
def test_search_and_filters_narrow_the_list(console, okta, log, query, found):
    log("eva@x.org", minutes=1, level="info", subject="user", reason="Hello.")
    log("staff", level="error", subject="group", reason="The name is taken.")

    answer = console.get(url_of(okta, query))

    assert names(answer) == found
    if not found:
        assert "Clear filters" in main_of(answer)


def test_pages_hold_fifty_and_lead_on_and_back(console, okta, log):
    for minutes in range(60):
        log(f"n{minutes:02}", minutes=minutes)

    first = console.get(url_of(okta))
    second = console.get(url_of(okta, first.context["links"].next))
    back = console.get(url_of(okta, second.context["links"].previous))

    assert names(first) == [f"n{n:02}" for n in range(50)] == names(back)
    assert names(second) == [f"n{n:02}" for n in range(50, 60)]
    assert second.context["links"].next == ""
    assert "60 entries" in main_of(first)


def test_pages_keep_the_filters(console, okta, log):
    for minutes in range(55):
        log("n", minutes=minutes)

    link = console.get(url_of(okta, "?q=n&level=error")).context["links"].next

    assert "q=n" in link
    assert "level=error" in link


@pytest.mark.parametrize("cursor", ["?after=%21", "?before=eA", "?after=W10"])
def test_a_broken_page_address_is_refused(console, okta, log, cursor):
    log()

    assert console.get(url_of(okta, cursor)).status_code == 400


def test_the_fragment_is_the_same_as_on_the_page(console, okta, log):
    log("eva@x.org")

    assert is_part_of_page(console, url_of(okta))


def test_many_entries_cost_no_more_queries(console, okta, log):
    log()
    one = queries_of(console, url_of(okta))
    for minutes in range(30):
        log(minutes=minutes)

    assert queries_of(console, url_of(okta)) == one


def test_the_export_holds_what_the_filters_pass_and_is_recorded(console, okta, log):
    log("eva@x.org", level="error", reason="=1+1", request={"method": "POST"})
    log("staff", level="info")

    answer = console.post(url_of(okta, "export/"), {"level": "error"})

    rows = csv_rows(answer)
    assert "troubleshooting-log.csv" in answer["Content-Disposition"]
    assert rows[0][3:7] == ["Level", "Type", "Name", "Message"]
    assert [row[3:7] for row in rows[1:]] == [
        ["Error", "Request", "eva@x.org", "'=1+1"]
    ]
    event = AuditEvent.objects.get(action=Event.EXPORTED)
    assert event.target_name == "Troubleshooting log of Okta prod"
    assert event.details == {"filters": {"level": "error"}}


def test_clearing_deletes_this_log_alone_and_is_recorded(
    console, okta, log, organization
):
    log()
    log()
    other = DirectoryFactory.create(organization=organization)
    TroubleshootingEntryFactory.create(directory=other)

    answer = console.post(url_of(okta, "clear/"), follow=True)

    assert "2 entries deleted." in answer.content.decode()
    assert not okta.troubleshooting_entries.exists()
    assert other.troubleshooting_entries.count() == 1
    event = AuditEvent.objects.get(action=Event.SCIM_LOG_CLEARED)
    assert event.details == {"entries": 2}


def test_what_an_identity_provider_sent_brings_no_markup(console, okta, log):
    log("<script>alert(1)</script>", reason="<b>bold</b>")

    page = console.get(url_of(okta)).content.decode()

    assert "<script>alert" not in page
    assert "<b>bold</b>" not in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("?from=2026-03-02", ["Second", "Third"]),
        ("?to=2026-03-02", ["First", "Second"]),
        ("?from=2026-03-02&to=2026-03-02", ["Second"]),
        ("?q=THIRD", ["Third"]),
        ("?q=ir", ["First", "Third"]),
        ("?q=7e57ab1e-0000-4000-8000-000000000001", ["First"]),
        ("?q=" + "ab" * 16, ["Second"]),
        ("?q=nothing", []),
    ],
)
def test_entries_are_found_by_day_word_and_id(console, okta, query, shown):
    for day, word in enumerate(("First", "Second", "Third"), start=1):
        TroubleshootingEntryFactory.create(
            directory=okta,
            reason=f"{word} case",
            at=f"2026-03-0{day}T12:00Z",
            subject_id=f"7e57ab1e-0000-4000-8000-{day:012}",
            request={"request_id": "ab" * 16} if day == 2 else {},
        )

    page = console.get(url_of(okta) + query).content.decode()

    assert [w for w in ("First", "Second", "Third") if f"{w} case" in page] == shown


def test_old_entries_are_forgotten_as_the_directory_says(okta):
    keeps = DirectoryFactory.create(troubleshooting_days=0)
    for directory in (okta, keeps):
        for at in ("2026-01-01T00:00Z", "2026-03-30T00:00Z"):
            TroubleshootingEntryFactory.create(directory=directory, at=at)

    forget_old_entries(datetime(2026, 4, 2, tzinfo=UTC))

    assert okta.troubleshooting_entries.count() == 1
    assert keeps.troubleshooting_entries.count() == 2
