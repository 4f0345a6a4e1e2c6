"""Charts on the Overview and on a directory's page, and the numbers behind them."""

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest
from django.utils import timezone

from directories.charts import Chart, Series
from directories.models import Activity, Member, RequestEntry
from directories.services.activity import count_activity, forget_activity
from provisioning.models import App, AppUse
from tests.factories.directories import (
    MemberFactory,
    RequestEntryFactory,
    SiteFactory,
    TroubleshootingEntryFactory,
    UserRecordFactory,
)

NOON = datetime(2026, 5, 4, 12, 30, tzinfo=UTC)


def chart_of(*labels, shape="bars", numbers=(7, 3)):
    return Chart(
        shape=shape,
        title="Fruit",
        summary="How much fruit",
        head="Kind",
        labels=labels,
        series=[Series("Eaten", "success", list(numbers)[: len(labels)])],
    )


@pytest.mark.parametrize("shape", ["columns", "bars", "ring"])
def test_a_drawing_needs_neither_styles_nor_scripts_of_its_own(shape):
    drawn = ET.fromstring(  # noqa: S314 - our own
        chart_of("Apples", "Pears", shape=shape).svg
    )

    tags = {each.tag.rpartition("}")[2] for each in drawn.iter()}
    assert tags <= {"svg", "g", "rect", "path", "circle", "text", "title"}
    assert not any("style" in each.attrib for each in drawn.iter())
    assert drawn.get("aria-label") == "How much fruit"


def test_names_are_text_in_a_drawing():
    svg = chart_of('<script>alert("x")</script>').svg

    assert "<script" not in svg
    assert "&lt;script" in svg


def test_each_bar_says_its_own_number():
    drawn = ET.fromstring(chart_of("Apples", "Pears").svg)  # noqa: S314 - our own

    tips = [str(each.text) for each in drawn.iter("{http://www.w3.org/2000/svg}title")]
    assert sorted(tips) == ["Apples: Eaten 7", "Pears: Eaten 3"]


def test_requests_are_counted_once_by_hour_and_kind(okta):
    for method, status in (("GET", 200), ("POST", 201), ("POST", 409), ("PUT", 500)):
        RequestEntryFactory.create(
            directory=okta, at=NOON, method=method, status=status
        )
    later = NOON + timedelta(hours=1)
    RequestEntryFactory.create(directory=okta, at=later, method="POST", status=200)

    count_activity(later + timedelta(hours=1))
    count_activity(later + timedelta(hours=1))

    rows = Activity.objects.values_list("hour__hour", "kind", "requests")
    assert set(rows) == {
        (12, "read", 1),
        (12, "change", 1),
        (12, "refused", 1),
        (12, "failed", 1),
        (13, "change", 1),
    }


def test_the_newest_requests_wait_until_all_before_them_are_written(okta):
    RequestEntryFactory.create(directory=okta, at=NOON, method="PUT", status=200)

    assert count_activity(NOON + timedelta(seconds=10)) == 0
    assert count_activity(NOON + timedelta(minutes=5)) == 1


def test_counts_outlive_the_log_and_are_forgotten_in_the_end(okta):
    RequestEntryFactory.create(directory=okta, at=NOON, method="PUT", status=200)
    count_activity(NOON + timedelta(hours=1))
    RequestEntry.objects.all().delete()

    forget_activity(NOON + timedelta(days=20))
    assert Activity.objects.get().requests == 1
    forget_activity(NOON + timedelta(days=60))
    assert not Activity.objects.exists()


@pytest.mark.parametrize("address", ["/", "/security/identity-providers/{}/"])
def test_pages_show_activity_and_failures_with_their_numbers(console, okta, address):
    okta.first_request_at = timezone.now()
    okta.save()
    UserRecordFactory.create(directory=okta)
    Activity.objects.create(
        directory=okta, hour=timezone.now(), kind="change", requests=4321
    )
    TroubleshootingEntryFactory.create(
        directory=okta,
        at=timezone.now(),
        kind="user_name_taken",
        request={"status": 409},
        times=5,
    )

    TroubleshootingEntryFactory.create(
        directory=okta,
        at=timezone.now(),
        kind="admin_account",
        request={},
        reason="Not linked: the account holds an admin right. It is Ada's account.",
    )

    html = console.get(address.format(okta.pk)).content.decode()

    assert "The account holds an admin right</" in html
    assert "Sync activity" in html
    assert '<td class="table-number">4,321</td>' in html
    assert "Failures by reason" in html
    assert "Somebody else in this directory has the same user name" in html


def test_the_overview_shows_people_and_licenses(console, organization):
    MemberFactory.create(organization=organization, status=Member.Status.SUSPENDED)
    site = SiteFactory.create(organization=organization, name="acme")
    jira = App.objects.create(site=site, kind=App.Kind.JIRA, user_limit=50)
    AppUse.objects.create(app=jira, role="user", state="active", people=31)
    AppUse.objects.create(app=jira, role="user", state="active", people=-1)

    html = console.get("/").content.decode()

    assert "People by status" in html
    assert "Jira on acme: Used 30" in html
    assert "Jira on acme: Free 20" in html
