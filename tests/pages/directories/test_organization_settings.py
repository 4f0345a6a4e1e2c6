"""How an organization treats its people and groups."""

import pytest
from django.urls import reverse

from directories.models import AuditEvent, LinkState
from tests.factories.directories import AccountFactory, UserRecordFactory
from tests.pages.provisioning.reading import main_of, text_of

URL = "/settings/organization/"
CHOSEN = {"restores_memberships": "no", "removes_external": "yes", "grace_days": "7"}


@pytest.fixture
def page_of(console):
    return lambda: main_of(console.get(URL))


def test_the_address_is_in_the_navigation(console):
    assert reverse("directories:organization-settings") == URL
    assert f'href="{URL}"' in console.get("/").content.decode()


def test_what_is_chosen_is_saved_and_logged(console, organization):
    console.post(URL, CHOSEN)

    organization.refresh_from_db()
    assert organization.restores_memberships is False
    assert organization.removes_external is True
    assert organization.grace_days == 7
    event = AuditEvent.objects.get(action="organization_changed")
    assert event.details["change"]["grace_days"] == ["30", "7"]


def test_saving_the_same_again_logs_nothing(console):
    same = {"restores_memberships": "yes", "removes_external": "no", "grace_days": "30"}

    answer = console.post(URL, same, follow=True)

    assert "Nothing was changed" in text_of(answer)
    assert not AuditEvent.objects.filter(action="organization_changed").exists()


@pytest.mark.parametrize(
    "wrong",
    [{"grace_days": "400"}, {"grace_days": "x"}, {"removes_external": "maybe"}],
)
def test_nonsense_is_refused_whole(console, organization, wrong):
    answer = console.post(URL, CHOSEN | wrong)

    organization.refresh_from_db()
    assert answer.status_code == 422
    assert "Nothing was saved" in text_of(answer)
    assert organization.restores_memberships is True


def test_the_page_says_whom_the_rules_concern(page_of, organization):
    for active, reason in ((True, "email_domain_not_verified"), (False, "inactive")):
        UserRecordFactory.create(
            directory__organization=organization,
            account=AccountFactory.create(),
            active=active,
            link_state=LinkState.PAUSED,
            link_reason=reason,
        )

    text = page_of()

    assert "1 person is paused for an address now" in text
    assert "1 external person is inactive" in text
