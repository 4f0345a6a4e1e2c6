"""Sites and their apps: adding, renaming, removing, restoring, deleting."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from directories import dialect
from directories.models import Job, RoleAssignment, Site
from directories.services import jobs
from directories.services.audit import SYSTEM
from provisioning.models import (
    ROLES_IN_APPS,
    App,
    AppAccess,
    AppGrant,
    AppRole,
    Group,
    GroupRole,
)
from provisioning.queries.sites_and_apps.site_numbers import loss_of_site, people_on
from provisioning.services.consequences import follow_app
from provisioning.services.sites_and_apps import (
    app_grants,
    apps,
    site_deletion,
    site_removal,
    sites,
)
from tests.factories.directories import (
    AccountFactory,
    MemberFactory,
    OrganizationFactory,
    RoleAssignmentFactory,
)
from tests.factories.portals import (
    CustomerDirectoryFactory,
    CustomerFactory,
    CustomerOrganizationFactory,
    OrganizationMemberFactory,
    ProjectCustomerFactory,
    ProjectOrganizationFactory,
    ServiceProjectFactory,
)
from tests.factories.provisioning import GroupFactory, GroupMemberFactory
from tests.provisioning.access import check_access

NOW = timezone.now()
LATER = NOW + timedelta(days=15)


@pytest.fixture
def organization(db):
    return OrganizationFactory.create()


def add(organization, name="acme", kinds=App.Kind, now=NOW):
    return sites.add_site(organization, name=name, kinds=kinds, by=SYSTEM, now=now)


def crew(organization, *given, count=3):
    """Make a group of people that gives some apps."""
    group = GroupFactory.create(organization=organization)
    for _number in range(count):
        account = AccountFactory.create()
        MemberFactory.create(organization=organization, account=account)
        GroupMemberFactory.create(group=group, account=account)
    for app in given:
        role = ROLES_IN_APPS[app.kind][0]
        app_grants.give_access(app, group, role, by=SYSTEM, now=NOW)
    return group


def rows():
    """Return access as it is, whenever it began."""
    return set(AppAccess.objects.values_list("app", "role", "account", "state"))


def test_a_site_gets_apps_with_default_groups(organization):
    site = add(organization, "Acme-1")

    found = {
        (g.name, g.kind, grant.app.kind, grant.role, grant.is_default)
        for g in organization.groups.all()
        for grant in g.grants.all()
    }
    default = Group.Kind.DEFAULT
    assert site.name == "acme-1"
    assert found == {
        ("jira-users-acme-1", default, "jira", "user", True),
        ("confluence-users-acme-1", default, "confluence", "user", True),
        (
            "jira-servicemanagement-users-acme-1",
            default,
            "jira-service-management",
            "agent",
            True,
        ),
        ("trello-users-acme-1", default, "trello", "user", True),
        ("bitbucket-users-acme-1", default, "bitbucket", "user", True),
    }
    right = GroupRole.objects.get(group__name="jira-admins-acme-1")
    assert (right.role, right.site, right.app) == ("app_admin", site, "jira")


def test_a_taken_name_of_a_group_gets_a_number(organization):
    GroupFactory.create(organization=organization, name="Trello-users-acme")
    GroupFactory.create(organization=organization, name="trello-users-acme-2")

    site = add(organization, kinds=[App.Kind.TRELLO])

    grant = AppGrant.objects.get(app__site=site)
    assert grant.group.name == "trello-users-acme-3"


@pytest.mark.parametrize("name", ["", "-a", "a-", "a.b", "a b", "ü", "a" * 64])
def test_a_name_that_is_no_host_label_is_refused(organization, name):
    with pytest.raises(sites.SiteNameError):
        add(organization, name)

    assert not organization.sites.exists()


def test_names_are_unique_among_present_sites(organization):
    site = add(organization, kinds=[])
    with pytest.raises(sites.NameTakenError):
        add(organization, "ACME", kinds=[])

    site_removal.remove_site(site, by=SYSTEM, now=NOW)
    add(organization, kinds=[])
    back = site_removal.restore_site(site, by=SYSTEM, now=NOW)

    assert back.name == "acme-2"


def test_renaming_keeps_groups_and_refuses_a_taken_name(organization):
    site = add(organization, kinds=[App.Kind.JIRA])
    add(organization, "other", kinds=[])

    sites.rename_site(site, name="Better", by=SYSTEM, now=NOW)
    with pytest.raises(sites.NameTakenError):
        sites.rename_site(site, name="other", by=SYSTEM, now=NOW)

    assert Site.objects.get(pk=site.pk).name == "better"
    assert organization.groups.filter(name="jira-users-acme").exists()


def test_restoring_a_site_gives_everything_back_exactly(organization):
    site, other = add(organization), add(organization, "other")
    group = crew(organization, *site.apps.all(), *other.apps.all()[:1])
    GroupMemberFactory.create(
        group=group, account=AccountFactory.create(status="deactivated")
    )
    before = rows()
    grants = set(AppGrant.objects.values_list("pk", "is_default"))
    assert people_on(list(site.apps.all()))[site.pk].count == 3

    site_removal.remove_site(site, by=SYSTEM, now=NOW)
    check_access()
    assert {app for app, *_rest in rows()} == {other.apps.all()[0].pk}
    site_removal.restore_site(site, by=SYSTEM, now=NOW)

    check_access()
    assert rows() == before
    assert set(AppGrant.objects.values_list("pk", "is_default")) == grants


def test_an_app_that_was_removed_before_stays_removed(organization):
    site = add(organization)
    jira = site.apps.get(kind="jira")
    apps.remove_app(jira, by=SYSTEM, now=NOW - timedelta(days=1))

    site_removal.remove_site(site, by=SYSTEM, now=NOW)
    site_removal.restore_site(site, by=SYSTEM, now=NOW)

    assert not site.apps.filter(kind="jira").exists()
    assert site.apps.count() == 4


def test_adding_a_removed_app_restores_it_with_its_grants(organization):
    site = add(organization)
    jira = site.apps.get(kind="jira")
    crew(organization, jira)
    before = rows()

    apps.remove_app(jira, by=SYSTEM, now=NOW)
    assert not rows()
    added = apps.add_app(site, App.Kind.JIRA, by=SYSTEM, now=NOW)

    assert (added.restored, added.app, added.groups) == (True, jira, [])
    assert rows() == before
    with pytest.raises(apps.ThereError):
        apps.add_app(site, App.Kind.JIRA, by=SYSTEM, now=NOW)


def test_what_is_over_cannot_be_restored(organization):
    site, other = add(organization, now=NOW), add(organization, "other")
    jira = other.apps.get(kind="jira")
    site_removal.remove_site(site, by=SYSTEM, now=NOW)
    apps.remove_app(jira, by=SYSTEM, now=NOW)

    with pytest.raises(site_removal.GoneError):
        site_removal.restore_site(site, by=SYSTEM, now=LATER)
    with pytest.raises(apps.BeingDeletedError):
        apps.add_app(other, App.Kind.JIRA, by=SYSTEM, now=LATER)


def test_a_site_that_is_being_deleted_stays_removed_when_the_clock_jumps(organization):
    site = add(organization)
    site_removal.remove_site(site, by=SYSTEM, now=NOW)
    site_deletion.queue_due(LATER)

    with pytest.raises(site_removal.GoneError):
        site_removal.restore_site(site, by=SYSTEM, now=NOW)


def test_rights_over_a_removed_site_rest(organization):
    site = add(organization)
    right = RoleAssignmentFactory.create(
        organization=organization, site=site, role=RoleAssignment.Role.SITE_ADMIN
    )
    epoch = right.account.session_epoch

    assert loss_of_site(site).admins == 1
    site_removal.remove_site(site, by=SYSTEM, now=NOW)

    right.account.refresh_from_db()
    assert right.account.session_epoch == epoch + 1
    assert RoleAssignment.objects.filter(pk=right.pk).exists()


def test_who_was_admin_of_a_removed_app_alone_is_signed_out(organization):
    site = add(organization)
    only, also = [
        RoleAssignmentFactory.create(
            organization=organization,
            site=site,
            app="jira",
            role=RoleAssignment.Role.APP_ADMIN,
        ).account
        for _number in range(2)
    ]
    RoleAssignmentFactory.create(organization=organization, account=also)
    epochs = [only.session_epoch, also.session_epoch]

    apps.remove_app(App.objects.get(site=site, kind="jira"), by=SYSTEM, now=NOW)

    only.refresh_from_db()
    also.refresh_from_db()
    assert [only.session_epoch, also.session_epoch] == [epochs[0] + 1, epochs[1]]


def served(organization, name):
    """Make a site with a bit of everything that its customers have."""
    site = add(organization, name)
    directory = CustomerDirectoryFactory.create(site=site)
    customers = CustomerFactory.create_batch(3, site=site, directory=directory)
    client = CustomerOrganizationFactory.create(site=site)
    project = ServiceProjectFactory.create(site=site)
    for customer in customers:
        OrganizationMemberFactory.create(organization=client, customer=customer)
        ProjectCustomerFactory.create(project=project, customer=customer)
    ProjectOrganizationFactory.create(project=project, organization=client)
    RoleAssignmentFactory.create(
        organization=organization, site=site, role=RoleAssignment.Role.SITE_ADMIN
    )
    crew(organization, *site.apps.all())
    return site


def counts():
    """Count the rows of every table that hangs on sites."""
    return {
        model._meta.label: model._base_manager.count() for model in models_below(Site)
    }


def models_below(model, known=None):
    known = set() if known is None else known
    for relation in model._meta.related_objects:
        if relation.field.model not in known and not relation.many_to_many:
            known.add(relation.field.model)
            models_below(relation.field.model, known)
    return known


def start(job):
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING, run=1)
    job.refresh_from_db()
    return jobs.Run(job, job.run)


def test_deleting_a_site_for_good_leaves_others_alone(organization, monkeypatch):
    served(organization, "stays")
    before = counts()
    site = served(organization, "goes")
    site_removal.remove_site(site, by=SYSTEM, now=NOW)
    (job,) = site_deletion.queue_due(LATER)
    run = start(job)
    # Killed in the middle: another run goes on with what is left.
    steps = iter([None, None, None])
    monkeypatch.setattr(site_deletion, "breathe", lambda: next(steps))
    with pytest.raises((StopIteration, RuntimeError)):
        site_deletion.delete_site(run)
    monkeypatch.setattr(site_deletion, "breathe", lambda: None)
    assert Site.with_removed.filter(pk=site.pk).exists()

    site_deletion.delete_site(run)
    site_deletion.delete_site(run)

    # People and groups of the organization stay.
    stay = {"Job", "AuditEvent", "Group", "GroupMember", "Member"}
    after = {k: n for k, n in counts().items() if k.partition(".")[2] not in stay}
    assert after == {k: before[k] for k in after}
    check_access()
    assert organization.groups.get(name="jira-users-goes").kind == "local"
    assert organization.groups.get(name="jira-admins-goes").kind == "local"
    assert organization.groups.get(name="jira-users-stays").kind == "default"


def test_deleting_jira_service_management_takes_its_customers(organization):
    site = served(organization, "acme")
    served(organization, "other")
    app = site.apps.get(kind=App.Kind.SERVICE_MANAGEMENT)
    apps.remove_app(app, by=SYSTEM, now=NOW)
    (job,) = site_deletion.queue_due(LATER)

    site_deletion.delete_app(start(job))

    assert not site.customers.exists()
    assert site.apps.count() == 4
    assert not App.with_removed.filter(pk=app.pk).exists()
    added = apps.add_app(site, App.Kind.SERVICE_MANAGEMENT, by=SYSTEM, now=LATER)
    assert [g.name for g in added.groups] == ["jira-servicemanagement-users-acme-2"]


def test_follow_app_of_a_restored_app_counts_whoever_came_meanwhile(organization):
    site = add(organization, kinds=[App.Kind.JIRA])
    jira = site.apps.get()
    site_removal.remove_site(site, by=SYSTEM, now=NOW)
    group = crew(organization)
    AppGrant.objects.create(app=jira, group=group, role=AppRole.USER, created_at=NOW)

    site_removal.restore_site(site, by=SYSTEM, now=NOW)
    follow_app(App.objects.get(pk=jira.pk), now=NOW)

    check_access()
    assert len(rows()) == 3


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_site_that_is_restored_when_its_time_ends_is_not_deleted(organization):
    if not dialect.is_postgresql():
        pytest.skip("SQLite lets one writer in at a time, so no two can meet")
    site = add(organization, kinds=[App.Kind.TRELLO])
    site_removal.remove_site(site, by=SYSTEM, now=NOW)

    def delete():
        (job,) = site_deletion.queue_due(LATER)
        run = jobs.claim_job(job.pk)
        assert run
        try:
            site_deletion.delete_site(run)
        finally:
            connection.close()

    deleting = threading.Thread(target=delete)
    with transaction.atomic():
        site_removal.restore_site(site, by=SYSTEM, now=NOW)
        deleting.start()
        deleting.join(0.5)
    deleting.join()

    assert AppGrant.objects.filter(app__site=site).count() == 1
    assert Group.objects.filter(kind=Group.Kind.DEFAULT).exists()
    site_removal.remove_site(site, by=SYSTEM, now=LATER + timedelta(days=1))
    again = LATER + timedelta(days=2)
    assert site_removal.restore_site(site, by=SYSTEM, now=again)
