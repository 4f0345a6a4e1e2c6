"""A pushed group and the local one of its name, to decide about."""

from django.urls import reverse

from directories import tasks
from directories.models import Job, LinkState, RoleAssignment
from provisioning.models import Group, GroupRole
from provisioning.services import consequences
from tests.factories.directories import (
    GroupRecordFactory,
    MemberFactory,
    MembershipFactory,
    UserRecordFactory,
)
from tests.factories.provisioning import GroupFactory, GroupMemberFactory

REVIEW = "/directory/review/?tab=groups"
WAITS = {
    LinkState.HELD: "local_group_same_name",
    LinkState.LINKED: "rename_waits",
}


def pushed_person(directory, name):
    record = UserRecordFactory.create(
        directory=directory,
        user_name=f"{name}@example.com",
        linked=True,
        account__name=name.title(),
        account__email=f"{name}@example.com",
    )
    MemberFactory.create(organization=directory.organization, account=record.account)
    return record


class Case:
    """A pushed group with Ada and Bo, a local one of its name with Bo and Cy."""

    def __init__(self, okta, name="Crew", state=LinkState.HELD):
        self.record = GroupRecordFactory.create(
            directory=okta,
            display_name=name,
            link_state=state,
            link_reason=WAITS[state],
            member_count=2,
        )
        organization = okta.organization
        self.local = GroupFactory.create(organization=organization, name=name.lower())
        self.ada = pushed_person(okta, f"ada-{name.lower()}")
        self.bo = pushed_person(okta, f"bo-{name.lower()}")
        cy = MemberFactory.create(
            organization=organization, account__email=f"cy-{name.lower()}@example.com"
        )
        self.cy = cy.account
        for user in (self.ada, self.bo):
            MembershipFactory.create(group=self.record, user=user)
        for account in (self.bo.account, self.cy):
            GroupMemberFactory.create(group=self.local, account=account)
        self.synced = None
        if state == LinkState.LINKED:
            self.synced = GroupFactory.create(
                organization=organization,
                name=f"{name} before",
                kind=Group.Kind.SYNCED,
                record=self.record,
            )
            for user in (self.ada, self.bo):
                GroupMemberFactory.create(group=self.synced, account=user.account)

    def gives(self, role=RoleAssignment.Role.SITE_ADMIN):
        """Let the local group give an admin right."""
        GroupRole.objects.create(
            group=self.local, role=role, created_at=self.local.created_at
        )
        consequences.follow([self.local.pk])

    def decide(self, console, decision):
        """Decide in the console, do the jobs, return the answer."""
        answer = console.post(url_of(self.record, decision), follow=True)
        for job in Job.objects.filter(state=Job.State.QUEUED):
            tasks.run_job(job_id=str(job.pk))
        self.record.refresh_from_db()
        return answer

    @property
    def pushed(self):
        """Return who is a linked member of the pushed group."""
        return {self.ada.account, self.bo.account}


def url_of(record, more=""):
    url = reverse("provisioning:group-difference", args=[record.scim_id])
    return f"{url}{more}/" if more else url


def people_in(group):
    return set(group.members.all())


def holders():
    return {right.account for right in RoleAssignment.objects.filter(group_id__gt=0)}


def run_now(job_id):
    tasks.run_job(job_id=str(job_id))
