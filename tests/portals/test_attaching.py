"""Organizations in service projects, by hand and by rules."""

from datetime import timedelta

import pytest
from django.utils import timezone

from directories.models import AuditEvent
from directories.services.audit import SYSTEM
from portals.models import (
    AttachRule,
    CustomerOrganization,
    ProjectOrganization,
    ServiceProject,
)
from portals.queries.attach_rules import matching
from portals.services.service_projects import attach_rules, attaching, projects
from tests.factories.portals import (
    CustomerOrganizationFactory,
    ServiceProjectFactory,
    ServiceSiteFactory,
)

pytestmark = pytest.mark.django_db
NOW = timezone.now()
LATER = NOW + timedelta(minutes=5)
SYNCED = CustomerOrganization.Source.SYNCED


@pytest.fixture
def project() -> ServiceProject:
    """Return a project."""
    return ServiceProjectFactory.create(key="HELP")


def synced(project: ServiceProject, name: str) -> CustomerOrganization:
    """Return a synced organization of the site of a project."""
    return CustomerOrganizationFactory.create(
        site=project.site, name=name, source=SYNCED
    )


def attached(project: ServiceProject) -> set[str]:
    """Return the names of the organizations in a project."""
    places = project.project_organizations.select_related("organization")
    return {place.organization.name for place in places}


def test_attach_and_detach_are_written_into_both_histories(
    project: ServiceProject,
) -> None:
    """Let an organization in and out, twice each: only the first counts."""
    one = synced(project, "Acme")
    assert attaching.attach(project, [one.pk], by=SYSTEM, now=NOW) == 1
    assert attaching.attach(project, [one.pk], by=SYSTEM, now=NOW) == 0
    assert attached(project) == {"Acme"}
    assert attaching.detach(project, [one.pk], by=SYSTEM, now=NOW) == 1
    assert attaching.detach(project, [one.pk], by=SYSTEM, now=NOW) == 0
    assert not attached(project)
    actions = list(
        AuditEvent.objects.order_by("pk").values_list("action", "target_kind")
    )
    assert actions == [
        ("customer_organization_attached", "customer-organization"),
        ("customer_organization_attached", "service-project"),
        ("customer_organization_detached", "customer-organization"),
        ("customer_organization_detached", "service-project"),
    ]


def test_only_live_organizations_of_the_site_are_attached(
    project: ServiceProject,
) -> None:
    """Ask for an archived one and one of another site: nothing happens."""
    gone = CustomerOrganizationFactory.create(site=project.site, archived_at=NOW)
    strange = CustomerOrganizationFactory.create()
    wanted = [gone.pk, strange.pk]
    assert attaching.attach(project, wanted, by=SYSTEM, now=NOW) == 0
    assert not ProjectOrganization.objects.exists()


@pytest.mark.parametrize(
    ("match", "text", "hit", "miss"),
    [
        ("all", "", "Acme", None),
        ("is", "ACME ", "Acme", "Acme Ltd"),
        ("begins", "Client-", "client-1", "my client-1"),
        ("contains", "100%", "Over 100% ours", "Over 1000 ours"),
    ],
)
def test_rules_attach_by_name(
    project: ServiceProject, match: str, text: str, hit: str, miss: str | None
) -> None:
    """Let rules in whom they name, in Python and in SQL alike."""
    rule = attach_rules.add_rule(project, match, text, by=SYSTEM, now=NOW)
    found = synced(project, hit)
    assert attach_rules.follow_rules(found, LATER) == 1
    assert attach_rules.follow_rules(found, LATER) == 0
    if miss:
        assert attach_rules.follow_rules(synced(project, miss), LATER) == 0
    assert attached(project) == {hit}
    assert list(matching(rule)) == [found]
    assert project.project_organizations.get().rule == rule


def test_rules_are_about_synced_live_organizations_of_their_site(
    project: ServiceProject,
) -> None:
    """Attach no manual, no archived and no other site's organization."""
    attach_rules.add_rule(project, "all", "", by=SYSTEM, now=NOW)
    others = [
        CustomerOrganizationFactory.create(site=project.site),
        CustomerOrganizationFactory.create(
            site=project.site, source=SYNCED, archived_at=NOW
        ),
        CustomerOrganizationFactory.create(source=SYNCED),
    ]
    assert [attach_rules.follow_rules(each, NOW) for each in others] == [0, 0, 0]


def test_what_was_taken_out_by_hand_stays_out_for_the_same_rule(
    project: ServiceProject,
) -> None:
    """A rule made later, or an admin, brings it in again."""
    attach_rules.add_rule(project, "begins", "ac", by=SYSTEM, now=NOW)
    one = synced(project, "Acme")
    attach_rules.follow_rules(one, NOW)
    attaching.detach(project, [one.pk], by=SYSTEM, now=LATER)
    assert attach_rules.follow_rules(one, LATER) == 0
    newer = LATER + timedelta(minutes=1)
    rule = attach_rules.add_rule(project, "all", "", by=SYSTEM, now=newer)
    assert attach_rules.follow_rules(one, newer) == 1
    assert project.project_organizations.get().rule == rule


def test_by_hand_forgets_that_it_was_taken_out(project: ServiceProject) -> None:
    """Attached by hand, the rules are about it again."""
    attach_rules.add_rule(project, "all", "", by=SYSTEM, now=NOW)
    one = synced(project, "Acme")
    attaching.detach(project, [one.pk], by=SYSTEM, now=LATER)
    attaching.attach(project, [one.pk], by=SYSTEM, now=LATER)
    ProjectOrganization.objects.all().delete()
    assert attach_rules.follow_rules(one, LATER) == 1


def test_a_rule_is_made_once(project: ServiceProject) -> None:
    """Refuse the same rule twice, in any letter case."""
    attach_rules.add_rule(project, "is", "Acme", by=SYSTEM, now=NOW)
    with pytest.raises(attach_rules.RuleExistsError):
        attach_rules.add_rule(project, "is", "acme", by=SYSTEM, now=NOW)


def test_a_deleted_rule_leaves_what_it_attached(project: ServiceProject) -> None:
    """Keep the organizations as if they had been added by hand."""
    rule = attach_rules.add_rule(project, "all", "", by=SYSTEM, now=NOW)
    attach_rules.follow_rules(synced(project, "Acme"), NOW)
    attach_rules.forget_rule(rule, by=SYSTEM, now=LATER)
    assert not AttachRule.objects.exists()
    assert project.project_organizations.get().rule is None


def test_one_organization_goes_into_several_projects() -> None:
    """Attach to many projects at once."""
    site = ServiceSiteFactory.create()
    many = ServiceProjectFactory.create_batch(3, site=site)
    one = CustomerOrganizationFactory.create(site=site)
    assert attaching.attach_to(one, many, by=SYSTEM, now=NOW) == 3


def test_a_project_is_made_with_request_types_and_its_names_are_its_own() -> None:
    """Make a project; its key and name are taken from then on."""
    site = ServiceSiteFactory.create()
    details = projects.Details(name="Help desk")
    project = projects.create_project(site, "HELP", details, by=SYSTEM, now=NOW)
    assert project.access == ServiceProject.Access.RESTRICTED
    names = project.request_types.order_by("position").values_list("name", flat=True)
    assert list(names)[:2] == ["Get help", "Report a problem"]
    other, same = projects.Details(name="Other"), projects.Details(name="HELP desk")
    with pytest.raises(projects.KeyTakenError):
        projects.create_project(site, "HELP", other, by=SYSTEM, now=NOW)
    with pytest.raises(projects.NameTakenError):
        projects.create_project(site, "HELP2", same, by=SYSTEM, now=NOW)


def test_a_changed_and_a_deleted_project_leave_their_story(
    project: ServiceProject,
) -> None:
    """Write what changed from what to what, and what went with a project."""
    details = projects.Details(name="Desk", announcement="Closed today")
    projects.change_project(project, details, by=SYSTEM, now=NOW)
    projects.change_project(project, details, by=SYSTEM, now=NOW)
    projects.change_permissions(project, "open", "everybody", by=SYSTEM, now=NOW)
    project.refresh_from_db()
    assert (project.name, project.access) == ("Desk", "open")
    projects.delete_project(project, by=SYSTEM, now=NOW)
    actions = AuditEvent.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == [
        "service_project_changed",
        "service_project_changed",
        "service_project_deleted",
    ]
