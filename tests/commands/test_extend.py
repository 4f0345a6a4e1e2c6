"""Domains and sites for an organization of a real install."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from directories.models import AuditEvent, Domain, Site
from provisioning.models import App, Group
from tests.factories.directories import DomainFactory, OrganizationFactory, SiteFactory

pytestmark = pytest.mark.django_db


def test_extend_adds_verified_domains_and_sites_to_the_only_organization(capsys):
    organization = OrganizationFactory.create(name="Acme")

    call_command("extend", "--domain", "Acme.example", "--site", "acme-help")

    domain = Domain.objects.get()
    assert (domain.organization, domain.name) == (organization, "acme.example")
    assert domain.verified_at is not None
    site = Site.objects.get()
    assert site.name == "acme-help"
    assert set(site.apps.values_list("kind", flat=True)) == set(App.Kind)
    assert Group.objects.filter(name="jira-users-acme-help", kind="default").exists()
    assert AuditEvent.objects.filter(action="site_added").exists()
    assert "Added to Acme" in capsys.readouterr().out


def test_extend_asks_which_of_several_organizations_is_meant():
    OrganizationFactory.create(name="Acme")
    OrganizationFactory.create(name="Rival")

    with pytest.raises(CommandError, match="Acme, Rival"):
        call_command("extend", "--domain", "acme.example")


def test_extend_adds_nothing_when_one_cannot_be_added():
    OrganizationFactory.create(name="Acme")
    DomainFactory.create(name="rival.example")

    with pytest.raises(CommandError, match="Nothing was added"):
        call_command(
            "extend",
            *("--organization", "Acme"),
            *("--domain", "acme.example", "--domain", "rival.example"),
        )

    assert not Domain.objects.filter(organization__name="Acme").exists()


@pytest.mark.parametrize("name", ["acme", "ada@acme.example", "a b.example"])
def test_extend_refuses_what_is_no_domain(name):
    OrganizationFactory.create(name="Acme")

    with pytest.raises(CommandError, match="no mail domain"):
        call_command("extend", "--domain", name)


@pytest.mark.parametrize("name", ["a b", "-help", "there"])
def test_extend_refuses_names_that_a_site_cannot_have(name):
    organization = OrganizationFactory.create(name="Acme")
    SiteFactory.create(organization=organization, name="there")

    with pytest.raises(CommandError, match=r"no name of a site|already"):
        call_command("extend", "--domain", "acme.example", f"--site={name}")

    assert not Domain.objects.exists()


def test_a_dry_run_writes_nothing():
    OrganizationFactory.create(name="Acme")

    call_command("extend", "--domain", "acme.example", "--dry-run")

    assert not Domain.objects.exists()
