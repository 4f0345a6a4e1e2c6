"""Organizations of a project: adding, choosing many, removing, agents, rules."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from directories.models import AuditEvent, Job, Site
from directories.services.audit import SYSTEM
from portals.models import (
    AttachRule,
    CustomerOrganization,
    Detachment,
    ProjectRole,
    ServiceProject,
)
from portals.services.service_projects import attach_rules
from tests.factories.portals import (
    CustomerFactory,
    CustomerOrganizationFactory,
    OrganizationMemberFactory,
    ProjectCustomerFactory,
    ProjectOrganizationFactory,
    ServiceProjectFactory,
)
from tests.portals.projects import allow_agents, page, worker

SYNCED = CustomerOrganization.Source.SYNCED
CHANGES = (
    "project-organization-add",
    "project-organization-choose",
    "project-organization-find",
    "project-organization-remove",
)


@pytest.fixture
def project(site: Site) -> ServiceProject:
    return ServiceProjectFactory.create(site=site, key="HELP", name="Help desk")


@pytest.fixture
def admin(project: ServiceProject) -> Client:
    return worker(project, ProjectRole.Role.ADMIN)


def make(project: ServiceProject, name: str, **more: object) -> CustomerOrganization:
    """Return an organization of the site of a project."""
    made: CustomerOrganization = CustomerOrganizationFactory.create(
        site=project.site, name=name, **more
    )
    return made


def attached(project: ServiceProject) -> list[str]:
    """Return the names of the organizations of a project."""
    places = project.project_organizations.order_by("organization__name_key")
    return list(places.values_list("organization__name", flat=True))


def text_of(answer: object) -> str:
    return " ".join(answer.content.decode().split())  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", CHANGES)
def test_agents_may_where_the_site_says_so(
    name: str, project: ServiceProject, jira_admin: Client, organization_admin: Client
) -> None:
    agent, url = worker(project), page(project, name)
    answer = agent.get(url)
    assert answer.status_code == 403
    text = text_of(answer)
    assert "agents may not add and remove organizations" in text
    assert "Ask a project admin" in text
    assert "“Organization management”" in text
    posted = agent.post(url, {"name": "Acme", "create": "1"})
    assert posted.status_code == (405 if name.endswith("find") else 403)
    assert not attached(project)
    allow_agents(project)
    for client in (agent, jira_admin, worker(project, ProjectRole.Role.ADMIN)):
        assert client.get(url).status_code in {200, 302}
    assert organization_admin.get(url).status_code == 403


def test_one_is_picked_by_name(admin: Client, project: ServiceProject) -> None:
    make(project, "Acme", member_count=3)
    url = page(project, "project-organization-add")
    answer = admin.post(url, {"name": " ACME "}, follow=True)
    assert "Acme is added. 3 customers of it can use the portal." in text_of(answer)
    assert attached(project) == ["Acme"]
    again = admin.post(url, {"name": "Acme"}, follow=True)
    assert "Acme was in the project already." in text_of(again)


def test_a_new_one_is_made_when_that_is_picked(
    admin: Client, project: ServiceProject
) -> None:
    url = page(project, "project-organization-add")
    answer = admin.post(url, {"name": "Globex"})
    assert answer.status_code == 422
    assert "Create “Globex”" in text_of(answer)
    assert not attached(project)
    assert admin.post(url, {"name": "Globex", "create": "1"}).status_code == 302
    assert attached(project) == ["Globex"]
    made = CustomerOrganization.objects.get()
    assert (made.source, made.site) == ("manual", project.site)
    assert admin.post(url, {"name": " "}).status_code == 422


def test_choices_below_the_field(admin: Client, project: ServiceProject) -> None:
    inside = make(project, "Acme inside")
    ProjectOrganizationFactory.create(project=project, organization=inside)
    make(project, "Acme")
    make(project, "Big acme")
    make(project, "Acme gone", archived_at=timezone.now())
    CustomerOrganizationFactory.create(name="Acme elsewhere")
    url = page(project, "project-organization-find")

    def found(text: str) -> list[tuple[str, bool]]:
        answer = admin.get(url, {"name": text})
        return [(each.name, there) for each, there in answer.context["found"]]

    assert found("acme") == [
        ("Acme", False),
        ("Acme inside", True),
        ("Big acme", False),
    ]
    assert found("") == found("acme")
    exact, part, none = (admin.get(url, {"name": t}) for t in ("acme", "acm", "zz"))
    assert "Create" not in text_of(exact)
    assert "Create “acm”" in text_of(part)
    assert "Create “zz”" in text_of(none)


def test_with_customer_service_management_organizations_have_their_page(
    admin: Client, project: ServiceProject
) -> None:
    customers = page(project, "project-customers")
    add = page(project, "project-organization-add")
    assert add in text_of(admin.get(customers))
    ServiceProject.objects.update(customer_service_management=True)
    text = text_of(admin.get(customers))
    assert add not in text
    own = page(project, "project-organizations")
    assert own in text
    assert "Add organization" in text_of(admin.get(own))
    admin.post(add, {"name": "Acme", "create": "1"})
    assert attached(project) == ["Acme"]


def test_the_list_is_searched_filtered_and_sorted(
    admin: Client, project: ServiceProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = attach_rules.add_rule(project, "begins", "a", by=SYSTEM, now=timezone.now())
    for name, count, by in (("Acme", 9, rule), ("Bolt", 3, None), ("Crow", 5, None)):
        one = make(project, name, member_count=count, source=SYNCED if by else "manual")
        ProjectOrganizationFactory.create(project=project, organization=one, rule=by)
    make(project, "Not here")

    def names(query: str = "") -> list[str]:
        answer = admin.get(page(project, "project-organizations") + query)
        return [each.name for each, _place in answer.context["rows"]]

    for few in (5_000, 0):
        monkeypatch.setattr("portals.queries.project_organizations.FEW", few)
        assert names() == ["Acme", "Bolt", "Crow"]
        assert names("?sort=-customers") == ["Acme", "Crow", "Bolt"]
        assert names("?q=bol") == ["Bolt"]
        assert names("?source=synced") == ["Acme"]
        assert names("?way=rule") == ["Acme"]
        assert names("?way=hand") == ["Bolt", "Crow"]
        assert names(f"?way={rule.pk}") == ["Acme"]
    url = page(project, "project-organization-export")
    lines = b"".join(admin.post(url, {"way": "rule"})).decode().splitlines()
    assert lines[1].startswith("Acme,Synced,9,")
    assert "Name begins with a" in lines[1]


def test_several_are_chosen_and_added(admin: Client, project: ServiceProject) -> None:
    some = [make(project, name) for name in ("Acme", "Bolt", "Crow")]
    url = page(project, "project-organization-choose")
    ids = [str(each.public_id) for each in some[:2]]
    assert admin.post(url, {"organization": ids}).status_code == 302
    assert attached(project) == ["Acme", "Bolt"]
    left = admin.get(url).context["listing"].rows
    assert [each.name for each in left] == ["Crow"]
    nothing = admin.post(url, {}, follow=True)
    assert "No organization was chosen" in text_of(nothing)


def test_all_that_match_are_added_and_no_later_one(
    admin: Client, project: ServiceProject
) -> None:
    until = [make(project, name).pk for name in ("Acme 1", "Other", "Acme 2")][-1]
    make(project, "Acme later")
    url = page(project, "project-organization-choose")
    admin.post(url, {"all": "1", "q": "acme", "until": str(until)})
    assert attached(project) == ["Acme 1", "Acme 2"]


@pytest.mark.django_db(transaction=True)
def test_many_are_a_job_with_progress(
    admin: Client, project: ServiceProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portals.services.service_projects.attach_runs.AT_ONCE", 1)
    monkeypatch.setattr(
        "portals.services.service_projects.attach_runs.batch_size", lambda: 2
    )
    newest = [make(project, f"Acme {number}") for number in range(5)][-1].pk
    url = page(project, "project-organization-choose")
    answer = admin.post(url, {"all": "1", "until": str(newest)})
    job = Job.objects.get()
    assert answer["Location"] == page(project, "project-job", job.pk)
    assert "Done" in text_of(admin.get(answer["Location"]))
    assert len(attached(project)) == 5
    other = ServiceProjectFactory.create(site=project.site)
    strange = page(other, "project-job", job.pk)
    assert worker(other, ProjectRole.Role.ADMIN).get(strange).status_code == 404
    remove = page(project, "project-organization-remove")
    said = {"all": "1", "until": str(newest), "q": "acme", "confirmed": "1"}
    admin.post(remove, said)
    assert attached(project) == []


def test_a_removal_says_who_loses_the_portal_and_who_keeps_it(
    admin: Client, project: ServiceProject
) -> None:
    acme, bolt = make(project, "Acme"), make(project, "Bolt")
    for each in (acme, bolt):
        ProjectOrganizationFactory.create(project=project, organization=each)
    loses, added, both, revoked = CustomerFactory.create_batch(4, site=project.site)
    revoked.status, revoked.revoked_by = "revoked", "admin"
    revoked.save()
    for one in (loses, added, both, revoked):
        OrganizationMemberFactory.create(organization=acme, customer=one)
    OrganizationMemberFactory.create(organization=bolt, customer=both)
    ProjectCustomerFactory.create(project=project, customer=added)
    url = page(project, "project-organization-remove")
    chosen = {"organization": str(acme.public_id)}
    text = text_of(admin.get(url, chosen))
    assert "1 customer loses the portal." in text
    assert "1 keeps it as a member of another organization" in text
    assert "1 keeps it because they were added one by one" in text
    assert attached(project) == ["Acme", "Bolt"]
    assert admin.post(url, chosen | {"confirmed": "1"}).status_code == 302
    assert attached(project) == ["Bolt"]
    acme.refresh_from_db()
    ServiceProject.objects.update(access="open")
    text = text_of(admin.post(url, {"organization": str(bolt.public_id)}))
    assert "Nobody loses the portal" in text
    assert AuditEvent.objects.filter(
        action="customer_organization_detached", target_id=str(acme.public_id)
    ).exists()


def test_organizations_of_other_sites_are_not_reached(
    admin: Client, project: ServiceProject
) -> None:
    strange = ProjectOrganizationFactory.create()
    ids = {"organization": str(strange.organization.public_id), "confirmed": "1"}
    for name in ("project-organization-choose", "project-organization-remove"):
        assert admin.post(page(project, name), ids).status_code == 302
    assert not attached(project)
    assert attached(strange.project) == [strange.organization.name]


def test_a_rule_is_previewed_made_and_applied(
    admin: Client, project: ServiceProject
) -> None:
    for name in ("Acme 1", "Acme 2", "Bolt"):
        make(project, name, source=SYNCED)
    make(project, "Acme by hand")
    url = page(project, "attach-rule-add")
    text = text_of(admin.get(url, {"match": "begins", "text": "ACME"}))
    assert "2 synced organizations match now." in text
    assert "2 would be added" in text
    assert not AttachRule.objects.exists()
    assert admin.post(url, {"match": "begins", "text": ""}).status_code == 422
    said = {"match": "begins", "text": "ACME"}
    assert admin.post(url, said).status_code == 302
    assert attached(project) == []
    assert admin.post(url, said).status_code == 422
    rule = AttachRule.objects.get()
    listed = text_of(admin.get(page(project, "attach-rule-list")))
    assert "Apply to existing" in listed
    apply = page(project, "attach-rule-apply", rule.pk)
    assert "2 would be added" in text_of(admin.get(apply))
    assert admin.post(apply).status_code == 302
    assert attached(project) == ["Acme 1", "Acme 2"]
    assert set(project.project_organizations.values_list("rule", flat=True)) == {
        rule.pk
    }


def test_a_rule_is_made_and_applied_at_once(
    admin: Client, project: ServiceProject
) -> None:
    make(project, "Acme", source=SYNCED)
    url = page(project, "attach-rule-add")
    admin.post(url, {"match": "all", "apply": "1"})
    assert attached(project) == ["Acme"]


def test_what_was_removed_by_hand_is_told_in_the_preview(
    admin: Client, project: ServiceProject
) -> None:
    one = make(project, "Acme", source=SYNCED)
    admin.post(page(project, "attach-rule-add"), {"match": "all", "apply": "1"})
    url = page(project, "project-organization-remove")
    chosen = {"organization": str(one.public_id)}
    assert "the rule does not add it again" in text_of(admin.get(url, chosen))
    admin.post(url, chosen | {"confirmed": "1"})
    rule = AttachRule.objects.get()
    apply = page(project, "attach-rule-apply", rule.pk)
    text = text_of(admin.get(apply))
    assert "1 was removed by hand since the rule was made, and stays out." in text
    assert "0 would be added" in text
    admin.post(apply)
    assert attached(project) == []
    Detachment.objects.update(detached_at=rule.created_at - timedelta(days=1))
    admin.post(apply)
    assert attached(project) == ["Acme"]


@pytest.mark.parametrize("at_once", [200, 0], ids=["at once", "as a job"])
@pytest.mark.django_db(transaction=True)
def test_a_deleted_rule_takes_along_what_no_other_is_about(
    at_once: int,
    admin: Client,
    project: ServiceProject,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "portals.services.service_projects.attach_runs.AT_ONCE", at_once
    )
    for name in ("Acme", "Bolt"):
        make(project, name, source=SYNCED)
    add = page(project, "attach-rule-add")
    admin.post(add, {"match": "all", "apply": "1"})
    admin.post(add, {"match": "is", "text": "bolt"})
    every, bolt = AttachRule.objects.order_by("created_at")
    url = page(project, "attach-rule-remove", every.pk)
    assert "2 organizations that are in the project now" in text_of(admin.get(url))
    assert admin.post(url, {"attached": "remove"}).status_code == 302
    assert attached(project) == ["Bolt"]
    assert project.project_organizations.get().rule == bolt
    url = page(project, "attach-rule-remove", bolt.pk)
    assert admin.post(url, {"attached": "keep"}).status_code == 302
    assert attached(project) == ["Bolt"]
    assert not AttachRule.objects.exists()


def test_rules_of_other_projects_are_not_reached(
    admin: Client, project: ServiceProject
) -> None:
    other = ServiceProjectFactory.create(site=project.site)
    rule = attach_rules.add_rule(other, "all", "", by=SYSTEM, now=timezone.now())
    for name in ("attach-rule-apply", "attach-rule-remove"):
        assert admin.post(page(project, name, rule.pk)).status_code == 404
