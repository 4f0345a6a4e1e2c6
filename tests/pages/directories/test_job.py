"""The bar of background work: it asks for itself until the work is over."""

import pytest

from tests.factories.directories import JobFactory
from tests.pages.provisioning.reading import fragment, is_part_of_page, main_of


def url_of(job):
    return f"/jobs/{job.pk}/"


@pytest.mark.parametrize("state", ["queued", "running"])
def test_a_bar_asks_for_itself_while_work_goes_on(console, okta, state):
    job = JobFactory.create(directory=okta, state=state)

    page = fragment(console, url_of(job)).content.decode()

    assert f'hx-get="{url_of(job)}"' in page
    assert 'hx-trigger="every 1s"' in page


@pytest.mark.parametrize("state", ["done", "failed"])
def test_a_bar_rests_when_work_is_over(console, okta, state):
    job = JobFactory.create(directory=okta, state=state, error="ValueError: no")

    page = fragment(console, url_of(job)).content.decode()

    assert "every 1s" not in page
    assert ("ValueError: no" in page) == (state == "failed")


@pytest.mark.parametrize(("total", "bar"), [(9, 'max="9"'), (0, 'max="1"')])
def test_a_bar_stands_still_while_work_is_paused(console, okta, total, bar):
    job = JobFactory.create(directory=okta, state="paused", total=total)

    page = fragment(console, url_of(job)).content.decode()

    # Without a total a bar moves, as if somebody were at it.
    assert f'{bar} value="0"' in page


def test_the_end_fetches_the_directorys_page_anew(console, okta):
    job = JobFactory.create(directory=okta, state="done")

    page = fragment(console, f"{url_of(job)}?page=directory").content.decode()

    assert 'hx-target="#directory"' in page
    assert f"/security/identity-providers/{okta.pk}/" in page


def test_a_page_invented_in_the_address_is_dropped(console, okta):
    job = JobFactory.create(directory=okta)

    page = fragment(console, f'{url_of(job)}?page=x"onclick=y').content.decode()

    assert "onclick" not in page


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("directory-release", "Making the users and groups of Staff local"),
        ("directory-reconcile", "Comparing all groups of Staff"),
        ("group-sync", "Syncing members of Staff"),
        ("access-check", "Checking everybody's access to apps"),
        ("access-follow", "Bringing access in step: Staff"),
        ("site-delete", "Deleting Staff for good"),
        ("another", "Staff"),
    ],
)
def test_a_bar_says_what_is_being_done(console, okta, kind, words):
    job = JobFactory.create(directory=okta, kind=kind, label="Staff")

    assert words in main_of(console.get(url_of(job)))


def test_the_page_renews_all_it_says_while_work_goes_on(console, okta):
    job = JobFactory.create(directory=okta, state="running", done=3, total=9)
    url = f"{url_of(job)}?page=work"

    part = fragment(console, url).content.decode()

    assert part.count("hx-get") == part.count(f'hx-get="{url}"') == 1
    assert f"{url_of(job)}pause/" in part
    assert is_part_of_page(console, url)


def test_the_page_rests_when_work_is_over(console, okta):
    job = JobFactory.create(directory=okta, state="done")

    part = fragment(console, f"{url_of(job)}?page=work").content.decode()

    assert "every" not in part
    assert "pause/" not in part


@pytest.mark.parametrize("kind", ["link-choice", "people-suspend"])
def test_work_on_chosen_people_leads_to_what_came_of_each(console, okta, kind):
    job = JobFactory.create(directory=okta, kind=kind, state="done")

    page = console.get(url_of(job)).content.decode()

    # Below its bar, and as what it is about.
    assert page.count(f"/directory/reports/jobs/{job.pk}/") == 2


def test_a_name_cannot_bring_markup(console, okta):
    job = JobFactory.create(directory=okta, label='<b>"x"</b>')

    assert '<b>"x"</b>' not in console.get(url_of(job)).content.decode()


def test_a_name_is_escaped_once(console, okta):
    job = JobFactory.create(directory=okta, label="R&D")

    assert "Syncing members of R&D" in main_of(console.get(url_of(job)))
