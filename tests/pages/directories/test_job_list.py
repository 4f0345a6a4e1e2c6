"""The page of background work: what goes on, what is over, what admins do about it."""

import pytest
from django.utils import timezone

from directories.models import AuditEvent, Job, JobInput
from provisioning.services.syncing.sync import queue_reconcile
from tests.factories.directories import DirectoryFactory, JobFactory
from tests.pages.provisioning.reading import (
    csv_rows,
    fragment,
    is_part_of_page,
    main_of,
    queries_of,
)

URL = "/jobs/"


def over(directory, **values):
    return JobFactory.create(
        directory=directory, **{"state": "done", "finished_at": timezone.now()} | values
    )


def test_it_shows_the_order_then_the_history(console, okta):
    JobFactory.create(directory=okta, label="Normal")
    JobFactory.create(directory=okta, label="Urgent", priority=1)
    JobFactory.create(directory=okta, label="Running", state="running")
    over(okta, label="Over")

    page = main_of(console.get(URL))

    places = [page.index(name) for name in ("Running", "Urgent", "Normal", "Over")]
    assert places == sorted(places)


def test_others_see_nothing_of_it(console):
    JobFactory.create(directory=DirectoryFactory.create(), label="Elsewhere")

    assert "Elsewhere" not in main_of(console.get(URL))


@pytest.mark.parametrize("query", ["q=crew", "state=failed", "kind=dry-run"])
def test_filters_choose(console, okta, query):
    over(okta, label="Crew", kind="dry-run", state="failed")
    over(okta, label="Band")

    page = main_of(console.get(f"{URL}?{query}"))

    assert "Band" not in page
    assert "Nothing found" not in page


def test_what_goes_on_and_the_history_renew_themselves(console, okta):
    job = JobFactory.create(directory=okta, label="Crew", state="running")
    ended = over(okta, label="Crew's end")

    part = fragment(console, f"{URL}?q=crew").content.decode()

    assert f'hx-get="{URL}?q=crew"' in part
    assert 'hx-trigger="every 2s"' in part
    assert f"/jobs/{job.pk}/pause/" in part
    assert f"/jobs/{ended.pk}/" in part
    assert is_part_of_page(console, f"{URL}?q=crew")


def test_a_page_costs_the_same_with_many(console, okta):
    over(okta)
    JobFactory.create(directory=okta)
    one = queries_of(console, URL)
    for _number in range(10):
        over(okta)
        JobFactory.create(directory=okta)

    assert queries_of(console, URL) == one


def test_pausing_and_resuming(console, okta):
    job = JobFactory.create(directory=okta, total=9, done=4)

    told = main_of(console.get(f"/jobs/{job.pk}/pause/"))
    console.post(f"/jobs/{job.pk}/pause/")

    assert "4 of 9 are done and stay so; 5 are left." in told
    job.refresh_from_db()
    assert job.state == Job.State.PAUSED
    assert f"/jobs/{job.pk}/resume/" in console.get(URL).content.decode()
    assert AuditEvent.objects.get().action == "job_paused"


def test_cancelling_says_what_makes_up_for_it(console, okta):
    job = JobFactory.create(directory=okta)

    told = main_of(console.get(f"/jobs/{job.pk}/cancel/"))
    console.post(f"/jobs/{job.pk}/cancel/")
    again = console.post(f"/jobs/{job.pk}/cancel/", follow=True)

    assert "next comparison: tonight" in told
    job.refresh_from_db()
    assert job.state == Job.State.CANCELLED
    assert "another state by now (Cancelled)" in again.content.decode()


def test_a_release_cannot_be_cancelled_and_says_why(console, okta):
    job = JobFactory.create(directory=okta, kind="directory-release")

    page = main_of(console.get(f"/jobs/{job.pk}/"))

    assert "It cannot be cancelled. The key has stopped already" in page
    assert console.get(f"/jobs/{job.pk}/cancel/").status_code == 404


def test_a_failure_is_told_in_plain_words(console, okta):
    job = over(okta, state="failed", error="OperationalError: timeout")
    JobInput.objects.create(job=job, content={"by": {"name": "Ada"}})

    page = main_of(console.get(f"/jobs/{job.pk}/"))

    assert "too busy to answer in time" in page
    assert "Asked for by Ada" in page
    assert "Try again" in page


def test_whoever_asks_for_work_is_named(console, okta):
    console.post(f"/security/identity-providers/{okta.pk}/sync/")
    job = Job.objects.get()
    admin = AuditEvent.objects.get().actor_name

    page = main_of(console.get(f"/jobs/{job.pk}/"))

    assert f"Asked for by {admin}" in page


def test_what_is_queued_outside_of_a_request_names_nobody(console, okta):
    console.post(f"/security/identity-providers/{okta.pk}/sync/")
    job = queue_reconcile(DirectoryFactory.create(), timezone.now())

    assert not JobInput.objects.filter(job=job).exists()


def test_the_history_as_csv(console, okta):
    over(okta, label="=Crew")
    JobFactory.create(directory=okta, label="Waits")

    rows = csv_rows(console.post(f"{URL}export/"))

    assert len(rows) == 2
    assert "'=Crew" in rows[1]
