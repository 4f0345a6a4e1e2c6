"""The page "Access": what the nightly check found, and checking now."""

import pytest
from django.urls import reverse
from django.utils import timezone

from directories.models import Job
from provisioning.models import AccessCheck
from tests.factories.directories import JobFactory
from tests.pages.provisioning.reading import fragment, is_part_of_page, main_of

pytestmark = pytest.mark.django_db


def test_an_admin_has_access_checked_and_sees_what_came_of_it(console, organization):
    page = f"{reverse('provisioning:access-why')}?by=apps"
    assert "There was no check yet" in main_of(console.get(page))

    answer = console.post(reverse("provisioning:access-check"))
    job = Job.objects.get(kind="access-check")
    assert answer.url == reverse("directories:job-detail", args=[job.pk])

    now = timezone.now()
    check = AccessCheck.objects.create(
        organization=organization, at=now, finished_at=now
    )
    assert "Nothing differed" in main_of(console.get(page))
    check.missing, check.examples = 3, [{"app": "jira"}]
    check.save()
    assert "missing: 3" in main_of(console.get(page))
    assert "?action=product_access_corrected" in console.get(page).content.decode()


def test_a_check_that_goes_on_shows_how_far_it_is(console, organization):
    page = f"{reverse('provisioning:access-why')}?by=apps"
    job = JobFactory.create(
        organization=organization,
        directory=None,
        kind="access-check",
        target=str(organization.pk),
    )
    bar = f"{reverse('directories:job-detail', args=[job.pk])}?page=access"

    answer = console.get(page)

    assert f'hx-get="{bar}"' in answer.content.decode()
    assert "Check now" not in main_of(answer)
    assert is_part_of_page(console, page)
    Job.objects.update(state=Job.State.DONE)
    assert f'hx-get="{page}"' in fragment(console, bar).content.decode()
    assert "Check now" in main_of(console.get(page))
