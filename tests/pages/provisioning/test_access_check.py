"""The page "Access": what the nightly check found, and checking now."""

import pytest
from django.urls import reverse
from django.utils import timezone

from directories.models import Job
from provisioning.models import AccessCheck
from tests.pages.provisioning.reading import main_of

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
