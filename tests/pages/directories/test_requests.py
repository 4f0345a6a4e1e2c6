"""The request log: shown, searched, filtered, paged, exported, cleared, in full."""

from datetime import timedelta

import pytest
from django.utils import timezone

from directories.events import Event
from directories.models import AuditEvent, RequestEntry
from directories.queries import requests as queries
from directories.services import request_log
from tests.factories.directories import (
    AuditEventFactory,
    DirectoryFactory,
    RequestEntryFactory,
    TroubleshootingEntryFactory,
)
from tests.pages.provisioning.reading import (
    csv_rows,
    is_part_of_page,
    main_of,
    queries_of,
)

PERSON = "2819c223-7f76-453a-919d-413861904646"


def url_of(directory, more=""):
    return f"/security/identity-providers/{directory.pk}/requests/{more}"


def paths(response):
    return [told.entry.path for told in response.context["rows"]]


@pytest.fixture
def log(okta):
    """Return a function that adds a request."""

    def add(path="/Users", **values):
        return RequestEntryFactory.create(directory=okta, path=path, **values)

    return add


def test_an_empty_log_says_what_to_do(console, okta):
    text = main_of(console.get(url_of(okta)))

    assert "No requests yet" in text
    assert "test the connection" in text
    assert "Clear log" not in text


def test_a_directory_that_is_not_set_up_says_so(console, fresh):
    assert "Set up user provisioning" in main_of(console.get(url_of(fresh)))


def test_a_log_that_is_off_says_so(console, okta):
    okta.request_log_days = 0
    okta.save()

    answer = console.get(url_of(okta))

    assert "The request log is off" in main_of(answer)
    assert f"{okta.pk}/settings/" in answer.content.decode()


def test_the_page_says_how_long_requests_are_kept(console, okta, log):
    log()

    assert "Kept for 14 days" in main_of(console.get(url_of(okta)))


def test_a_row_tells_request_person_answer_and_duration(console, okta, log):
    log(
        "/Users?filter=userName+eq+%22eva%40x.org%22&count=1",
        resource_id=PERSON,
        resource_name="eva@x.org",
        status=409,
        detail="Taken.",
        duration_us=12_345,
    )

    text = main_of(console.get(url_of(okta)))

    assert (
        'GET Users filter=userName eq "eva@x.org" & count=1 eva@x.org '
        "409 Refused Taken. 12 ms" in text
    )


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ((f"/Users/{PERSON}", 200, 900), "GET Users/2819c223… 200 0.9 ms"),
        (("/", 500, 2_340_000), "GET / 500 Failed 2.3 s"),
        (("/Bulk", 501, 1_000), "GET Bulk 501 Refused 1.0 ms"),
        (("/Users", 429, 10_000), "GET Users 429 Slowed down 10 ms"),
        (("/Schemas", 304, 1_000), "GET Schemas 304 Not modified 1.0 ms"),
    ],
)
def test_answers_are_told_in_words(console, okta, log, given, told):
    path, status, microseconds = given
    log(path, status=status, duration_us=microseconds)

    assert told in main_of(console.get(url_of(okta)))


def test_the_newest_come_first_and_others_stay_out(console, okta, log, organization):
    log("/old")
    RequestEntryFactory.create(
        directory=DirectoryFactory.create(organization=organization), path="/other"
    )
    log("/new")

    assert paths(console.get(url_of(okta))) == ["/new", "/old"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=EVA@x", ["/Users/1"]),
        ("?q=is+taken", ["/Groups"]),
        ("?q=va", ["/Users/1"]),
        ("?q=groups", ["/Groups"]),
        (f"?q={PERSON.upper()}", ["/Users/1"]),
        (f"?about={PERSON}", ["/Users/1"]),
        (f"?q={'a' * 32}", ["/Schemas"]),
        ("?method=changes", ["/Groups"]),
        ("?method=POST", ["/Groups"]),
        ("?method=DELETE", []),
        ("?status=answered", ["/Users/1"]),
        ("?status=refused", ["/Groups"]),
        ("?status=failed", ["/Schemas"]),
        ("?kind=User", ["/Users/1"]),
        ("?kind=Group", ["/Groups"]),
        ("?kind=none", ["/Schemas"]),
        ("?kind=Group&method=GET", []),
        ("?q=zebra", []),
        ("?kind=x&status=%00&method=x&q=%00", ["/Schemas", "/Groups", "/Users/1"]),
    ],
)
def test_search_and_filters_narrow_the_list(console, okta, log, query, found):
    log("/Users/1", resource_id=PERSON, resource_name="Eva@X.org")
    log("/Groups", method="POST", resource="Group", status=409, detail="Is TAKEN.")
    log("/Schemas", resource="", status=500, request_id="a" * 32)

    answer = console.get(url_of(okta, query))

    assert paths(answer) == found
    if not found:
        assert "Clear filters" in main_of(answer)


def test_what_is_not_offered_counts_as_refused(console, okta, log):
    log("/Bulk", status=501)

    assert paths(console.get(url_of(okta, "?status=refused"))) == ["/Bulk"]
    assert not paths(console.get(url_of(okta, "?status=failed")))


def test_short_texts_are_looked_for_among_the_newest(console, okta, log, monkeypatch):
    monkeypatch.setattr(queries, "LOOKED_THROUGH", 2)
    for name in ("aa", "ab", "ac"):
        log(f"/{name}", resource_name="eva")

    assert paths(console.get(url_of(okta, "?q=ev"))) == ["/ac", "/ab"]


def test_requests_about_one_person_say_whom(console, okta, log):
    log(resource_id=PERSON, resource_name="eva@x.org")
    log(resource_id=PERSON)

    text = main_of(console.get(url_of(okta, f"?about={PERSON}")))

    assert "Only requests about eva@x.org. Show all" in text


def test_a_request_asked_for_by_its_id_is_opened(console, okta, log):
    entry = log(request_id="f00")

    answer = console.get(url_of(okta, "?request=f00"))

    assert answer.status_code == 302
    assert answer["Location"] == url_of(okta, f"{entry.pk}/")


def test_a_request_that_is_not_in_the_log_is_explained(console, okta, log):
    log()

    text = main_of(console.get(url_of(okta, "?request=gone")))

    assert "This request is not in the log" in text


def test_pages_hold_fifty_and_lead_on_and_back(console, okta, log):
    for number in range(60):
        log(f"/{number:02}")

    first = console.get(url_of(okta, "?kind=User"))
    second = console.get(url_of(okta, first.context["links"].next))
    back = console.get(url_of(okta, second.context["links"].previous))

    newest = [f"/{n:02}" for n in reversed(range(60))]
    assert paths(first) == paths(back) == newest[:50]
    assert paths(second) == newest[50:]
    assert "kind=User" in first.context["links"].next
    assert "60 requests" in main_of(first)


def test_no_more_than_some_are_counted(console, okta, log, monkeypatch):
    monkeypatch.setattr("directories.views.requests.COUNTED", 2)
    for _ in range(3):
        log()

    assert "More than 2 requests" in main_of(console.get(url_of(okta)))


@pytest.mark.parametrize("cursor", ["?after=%21", "?before=eA", "?after=W10"])
def test_a_broken_page_address_is_refused(console, okta, log, cursor):
    assert console.get(url_of(okta, cursor)).status_code == 400


def test_the_fragment_is_the_same_as_on_the_page(console, okta, log):
    log()

    assert is_part_of_page(console, url_of(okta))


def test_what_was_logged_late_stands_where_it_came(console, okta, log):
    now = timezone.now()
    log("/Users/changed", at=now)
    log("/Users/read-before", at=now - timedelta(seconds=1))

    page = console.get(url_of(okta))

    assert paths(page) == ["/Users/changed", "/Users/read-before"]


def test_many_requests_cost_no_more_queries(console, okta, log):
    log()
    one = queries_of(console, url_of(okta))
    for _ in range(30):
        log(resource_id=PERSON)

    assert queries_of(console, url_of(okta)) == one


def test_the_page_of_a_request_holds_all_that_is_kept(console, okta, log):
    entry = log(
        "/Users?attributes=userName",
        method="POST",
        status=201,
        resource_id=PERSON,
        resource_name="eva@x.org",
        body='{"userName":"eva@x.org","name":"it\'s"}',
        client="Okta SCIM Client 1.0.0",
        address="203.0.113.7",
        key_prefix="abcdef",
    )

    answer = console.get(url_of(okta, f"{entry.pk}/"))

    text = main_of(answer)
    assert "POST Users attributes=userName Answer 201 Created" in text
    assert "Person or group eva@x.org" in text
    assert "Client Okta SCIM Client 1.0.0 Address 203.0.113.7" in text
    assert f"API key rck_abcdef… Request ID {entry.request_id}" in text
    assert '{ "userName": "eva@x.org", "name": "it\'s" }' in text
    curl = answer.context["curl"]
    assert curl.startswith("curl -X POST ")
    assert f"/scim/directory/{okta.pk}/Users?attributes=userName'" in curl
    assert '"Authorization: Bearer $API_KEY"' in curl
    assert """-d '{"userName":"eva@x.org","name":"it'"'"'s"}'""" in curl


def test_a_shortened_body_says_so(console, okta, log):
    whole, cut = log(body='{"a":1}'), log(body='{"password":"•••"}')

    texts = [main_of(console.get(url_of(okta, f"{e.pk}/"))) for e in (whole, cut)]

    assert ["Secrets are never kept" in text for text in texts] == [False, True]


def test_the_page_tells_what_the_troubleshooting_log_says(console, okta, log):
    entry = log(status=409, detail="Taken.", request_id="f00")
    TroubleshootingEntryFactory.create(
        directory=okta, advice="Rename it.", request={"request_id": "f00"}
    )
    TroubleshootingEntryFactory.create(
        directory=okta, advice="Another.", request={"request_id": "f01"}
    )

    text = main_of(console.get(url_of(okta, f"{entry.pk}/")))

    assert "Taken." in text
    assert "What to do: Rename it." in text
    assert "Another." not in text


def test_both_logs_lead_to_the_request(console, okta, organization):
    TroubleshootingEntryFactory.create(directory=okta, request={"request_id": "f00"})
    AuditEventFactory.create(
        organization=organization, directory_id=okta.pk, request_id="f00"
    )
    troubleshooting = url_of(okta).replace("/requests/", "/troubleshooting-log/")

    for page in (troubleshooting, "/security/audit-log/"):
        assert f'{url_of(okta)}?request=f00"' in console.get(page).content.decode()


def test_the_directory_leads_to_its_requests(console, okta):
    page = console.get(f"/security/identity-providers/{okta.pk}/").content.decode()

    assert url_of(okta) in page


def test_requests_of_other_directories_are_not_there(console, okta, organization):
    other = DirectoryFactory.create(organization=organization)
    entry = RequestEntryFactory.create(directory=other)

    assert console.get(url_of(okta, f"{entry.pk}/")).status_code == 404
    assert console.get(url_of(okta, f"{10**30}/")).status_code == 404


def test_the_export_holds_what_the_filters_pass_and_is_recorded(console, okta, log):
    log("/Groups", method="POST", resource="Group", detail="=1+1", duration_us=1_500)
    log()

    answer = console.post(url_of(okta, "export/"), {"kind": "Group"})

    rows = csv_rows(answer)
    assert rows[0][:5] == ["Time", "Method", "Path", "Status", "Milliseconds"]
    assert [row[1:5] for row in rows[1:]] == [["POST", "/Groups", "200", "1.5"]]
    assert rows[1][8] == "'=1+1"
    event = AuditEvent.objects.get(action=Event.EXPORTED)
    assert event.target_name == "Requests of Okta prod"
    assert event.details == {"filters": {"type": "Group"}}


def test_clearing_deletes_this_log_alone_and_is_recorded(
    console, okta, log, organization
):
    log()
    log()
    other = DirectoryFactory.create(organization=organization)
    RequestEntryFactory.create(directory=other)

    answer = console.post(url_of(okta, "clear/"), follow=True)

    assert "The log is empty." in answer.content.decode()
    assert RequestEntry.objects.get().directory == other
    event = AuditEvent.objects.get(action=Event.SCIM_REQUESTS_CLEARED)
    assert event.details == {"entries": 2}


def test_a_long_log_is_cleared_in_the_background(console, okta, log, monkeypatch):
    monkeypatch.setattr(request_log, "CLEARED_AT_ONCE", 2)
    for _ in range(3):
        log(at=timezone.now() - timedelta(days=1))

    answer = console.post(url_of(okta, "clear/"), follow=True)

    assert "being emptied" in answer.content.decode()
    assert not RequestEntry.objects.exists()


def test_a_directory_is_removed_with_its_log(console, fresh):
    RequestEntryFactory.create(directory=fresh)

    console.post(
        f"/security/identity-providers/{fresh.pk}/disconnect/",
        {"confirmation": fresh.name},
    )

    assert not RequestEntry.objects.exists()


def test_what_an_identity_provider_sent_brings_no_markup(console, okta, log):
    entry = log(
        "/<b>x</b>?<script>alert(1)</script>",
        body='{"a":"<script>alert(2)</script>"}',
        resource_name="<i>Eva</i>",
        client="<u>",
    )

    for more in ("", f"{entry.pk}/"):
        page = console.get(url_of(okta, more)).content.decode()
        assert not [tag for tag in ("<script>alert", "<b>x", "<i>Eva") if tag in page]
