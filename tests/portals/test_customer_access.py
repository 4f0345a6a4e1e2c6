"""Settings > Products > Jira Service Management: customer access and the switch."""

import pytest
from django.urls import reverse

from directories.models import AuditEvent
from portals.models import ApprovedDomain
from portals.queries.settings import settings_of
from tests.factories.portals import ServiceProjectFactory, ServiceSiteFactory
from tests.pages.provisioning.reading import main_of

LABELS = [
    "Account types",
    "Internal",
    "Use approved domains to grant internal customers access to the help center with "
    "Atlassian accounts",
    "External",
    "Allow portal-only accounts to be created for new customers accessing the help "
    "center",
    "Only allow account creation for customers with specific email domains",
    "Portal access",
    "Allow customers to create accounts",
    "Customers can access and send requests from the portal without logging in",
]
SWITCH = (
    "Yes, agents can add and remove organizations from projects, and add and remove "
    "customers from organizations"
)


def access_of(site):
    return reverse("portals:customer-access", args=[site.pk])


def switch_of(site):
    return reverse("portals:organization-management", args=[site.pk])


def test_the_page_has_the_labels_of_the_settings(jira_admin, site):
    ServiceProjectFactory.create(site=site, access="open")
    ServiceProjectFactory.create(site=site)

    page = main_of(jira_admin.get(access_of(site)))

    places = [page.index(label) for label in LABELS]
    assert places == sorted(places)
    assert "1 of 2 service projects are open" in page


def test_settings_are_saved_and_written_down(jira_admin, site):
    said = {
        "external_accounts": "on",
        "external_domains_only": "on",
        "external": "Client.example, https://Müller.example\nclient.example",
        "sign_up": "on",
        "help_center_name": "Acme help",
    }

    assert jira_admin.post(access_of(site), said).status_code == 302
    jira_admin.post(access_of(site), said)

    settings = settings_of(site)
    assert settings.external_domains_only
    assert settings.sign_up
    assert settings.help_center_name == "Acme help"
    assert set(ApprovedDomain.objects.values_list("audience", "name")) == {
        ("external", "client.example"),
        ("external", "xn--mller-kva.example"),
    }
    event = AuditEvent.objects.get(action="customer_access_settings_changed")
    assert (event.target_kind, event.target_id) == ("site", str(site.pk))
    assert event.details["change"]["sign_up"] == [False, True]
    page = jira_admin.get(access_of(site)).content.decode()
    assert "client.example\nmüller.example" in page


def test_what_is_not_listed_any_more_goes(jira_admin, site):
    ApprovedDomain.objects.create(site=site, audience="internal", name="old.example")
    other = ApprovedDomain.objects.create(
        site=ServiceSiteFactory.create(), audience="internal", name="old.example"
    )

    jira_admin.post(access_of(site), {"external_accounts": "on"})

    assert ApprovedDomain.objects.get() == other


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"external": "not a domain"}, "is no mail domain"),
        ({"external_domains_only": "on"}, "with an empty list no account"),
        ({"internal_domains": "on"}, "Enter at least one domain"),
        ({"anonymous": "on"}, "This needs “Allow customers to create accounts”"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(jira_admin, site, said, words):
    answer = jira_admin.post(access_of(site), said)

    assert answer.status_code == 422
    assert words in main_of(answer)
    assert settings_of(site).external_accounts


def test_a_public_mail_provider_is_warned_about(jira_admin, site):
    answer = jira_admin.post(
        access_of(site),
        {"external_accounts": "on", "external": "gmail.com"},
        follow=True,
    )

    assert "approves everybody" in answer.content.decode()


def test_the_switch_for_agents(jira_admin, site):
    assert SWITCH in main_of(jira_admin.get(switch_of(site)))

    jira_admin.post(switch_of(site), {"agents_manage_organizations": "yes"})
    assert settings_of(site).agents_manage_organizations

    jira_admin.post(switch_of(site), {"agents_manage_organizations": "no"})
    assert not settings_of(site).agents_manage_organizations


def test_only_jira_admins_set_it(organization_admin, site):
    for url in (access_of(site), switch_of(site)):
        assert organization_admin.get(url).status_code == 403
        assert organization_admin.post(url).status_code == 403
