"""One site with a thing of every kind that an address of the portals app can name."""

import re
from datetime import timedelta
from functools import cache

from django.contrib.auth.hashers import make_password
from django.urls import reverse
from django.utils import timezone

from directories.models import JobInput, Site
from portals.models import (
    ApprovedDomain,
    AttachRule,
    Customer,
    CustomerImport,
    ImportLine,
    OrganizationDomain,
    ProjectRole,
    RequestType,
    RoutedDomain,
    ServiceSettings,
)
from portals.services.customer_organizations import organization_runs
from portals.services.service_projects import attach_runs
from tests.factories.directories import (
    AccountFactory,
    ApiKeyFactory,
    GroupRecordFactory,
    JobFactory,
    MemberFactory,
    UserRecordFactory,
)
from tests.factories.portals import (
    CustomerDirectoryFactory,
    CustomerFactory,
    CustomerOrganizationFactory,
    OrganizationMemberFactory,
    ProjectCustomerFactory,
    ProjectOrganizationFactory,
    ProjectRoleFactory,
    ServiceProjectFactory,
)
from tests.portals.desk import PASSWORD
from tests.test_urls import Route

# Ids in an address: what stands before them, their converter, what the view calls them.
ID = re.compile(r"(?:([\w-]+)/)?<(?:(\w+):)?(\w+)>")
# Slugs and the like: no id of a thing.
PLAIN = {"provider": "okta", "token": "x"}


@cache
def hashed_password() -> str:
    """Return what is stored of PASSWORD, which takes a moment."""
    return make_password(PASSWORD)


class Place:
    """A site, and things of it whose names and addresses all have `mark` in them."""

    def __init__(self, site: Site, mark: str) -> None:
        self.site, self.mark = site, mark
        self.organization = site.organization
        self.directory = CustomerDirectoryFactory.create(
            site=site, name=f"Directory {mark}", name_key=f"directory {mark}"
        )
        self.key = ApiKeyFactory.create(directory=self.directory)
        self._make_customers()
        self._make_firms()
        self._make_desk()
        self._make_other_things()

    def _make_customers(self) -> None:
        mark, here = self.mark, {"site": self.site}
        self.customer = self._named(0, **here)
        self.member = self._named(1, **here, password=hashed_password())
        self.record = UserRecordFactory.create(
            directory=self.directory,
            user_name=f"common.2.{mark}@client.example",
            email=f"common.2.{mark}@client.example",
        )
        self.synced = self._named(
            2,
            **here,
            source=Customer.Source.SYNCED,
            directory=self.directory,
            record=self.record,
        )
        self.revoked = self._named(
            3,
            **here,
            status=Customer.Status.REVOKED,
            revoked_by=Customer.RevokedBy.ADMIN,
        )

    def _named(self, number: int, **more: object) -> Customer:
        return CustomerFactory.create(
            name=f"Common {number} {self.mark}",
            email=f"common.{number}.{self.mark}@client.example",
            **more,
        )

    def _make_firms(self) -> None:
        mark, site = self.mark, self.site
        self.firm = CustomerOrganizationFactory.create(
            site=site, name=f"Common firm {mark}", member_count=1
        )
        OrganizationMemberFactory.create(organization=self.firm, customer=self.member)
        self.group = GroupRecordFactory.create(
            directory=self.directory, display_name=f"Common group {mark}"
        )
        self.waiting = GroupRecordFactory.create(
            directory=self.directory,
            display_name=f"Common firm {mark}",
            link_state="unlinked",
            link_reason="organization_same_name",
        )
        self.synced_firm = CustomerOrganizationFactory.create(
            site=site,
            name=f"Common group {mark}",
            source="synced",
            directory=self.directory,
            record=self.group,
            member_count=1,
        )
        OrganizationMemberFactory.create(
            organization=self.synced_firm,
            customer=self.synced,
            manual=False,
            synced=True,
        )
        self.archived = CustomerOrganizationFactory.create(
            site=site,
            name=f"Common archived {mark}",
            archived_at=timezone.now(),
            archived_by="x",
        )
        self.domain = OrganizationDomain.objects.create(
            site=site,
            organization=self.firm,
            name=f"{mark}.example",
            created_at=timezone.now(),
        )

    def _make_desk(self) -> None:
        mark = self.mark
        self.project = ServiceProjectFactory.create(
            site=self.site,
            key=f"K{mark[:6].upper()}",
            name=f"Common project {mark}",
            announcement=f"Announced {mark}",
        )
        self.request_type = RequestType.objects.create(
            project=self.project, name=f"Request {mark}"
        )
        ProjectOrganizationFactory.create(project=self.project, organization=self.firm)
        ProjectCustomerFactory.create(project=self.project, customer=self.customer)
        worker = AccountFactory.create(name=f"Worker {mark}")
        MemberFactory.create(organization=self.organization, account=worker)
        self.role = ProjectRoleFactory.create(
            project=self.project, account=worker, role=ProjectRole.Role.AGENT
        )
        self.rule = AttachRule.objects.create(
            site=self.site,
            project=self.project,
            match=AttachRule.Match.BEGINS,
            text=mark,
            created_at=timezone.now(),
            created_by="x",
        )

    def _make_other_things(self) -> None:
        site, now = self.site, timezone.now()
        ServiceSettings.objects.create(
            site=site,
            help_center_name="Help and more",
            agents_manage_organizations=True,
        )
        self.approved = ApprovedDomain.objects.create(
            site=site,
            audience=ApprovedDomain.Audience.EXTERNAL,
            name=f"approved-{self.mark}.example",
        )
        self.routed = RoutedDomain.objects.create(
            site=site, directory=self.directory, name=f"routed-{self.mark}.example"
        )
        self.upload = CustomerImport.objects.create(
            site=site, file_name=f"{self.mark}.csv", created_at=now, created_by="x"
        )
        ImportLine.objects.create(
            upload=self.upload, number=1, email=f"line@{self.mark}.example"
        )
        self.job = JobFactory.create(
            organization=self.organization, directory=None, target=str(site.pk)
        )
        self.job.created_at = now - timedelta(minutes=1)
        self.job.save(update_fields=["created_at"])
        self.run = JobFactory.create(
            organization=self.organization,
            directory=None,
            kind="customers-change",
            state="done",
        )
        content = {"site": str(site.pk), "action": "revoke"}
        JobInput.objects.create(job=self.run, content=content)
        self.firms_run = JobFactory.create(
            organization=self.organization,
            directory=None,
            kind=organization_runs.CHANGE,
            state="done",
        )
        JobInput.objects.create(job=self.firms_run, content={"site": str(site.pk)})
        self.project_run = JobFactory.create(
            organization=self.organization,
            directory=None,
            kind=attach_runs.ATTACH,
            state="done",
        )
        JobInput.objects.create(
            job=self.project_run, content={"project": self.project.pk}
        )

    def value(self, route: Route, segment: str, name: str) -> object:
        """Return the id of the thing that an address is about; KeyError: say here."""
        by_route: dict[tuple[str, str], object] = {
            ("portals:organizations-job", "job_id"): self.firms_run.pk,
            ("portals:project-job", "job_id"): self.project_run.pk,
            ("portals:organization-restore", "public_id"): self.archived.public_id,
        }
        by_segment: dict[tuple[str, str], object] = {
            ("portal-only-customers", "public_id"): self.customer.public_id,
            ("customers", "public_id"): self.customer.public_id,
            ("address", "public_id"): self.customer.public_id,
            ("changes", "job_id"): self.run.pk,
            ("organizations", "public_id"): self.firm.public_id,
            ("people", "public_id"): self.role.account.public_id,
            ("undo", "public_id"): self.synced_firm.public_id,
            ("group-conflicts", "scim_id"): self.waiting.scim_id,
            ("domains", "domain_id"): self.routed.pk,
            ("password", "public_id"): self.customer.public_id,
        }
        by_name: dict[str, object] = {
            **PLAIN,
            "site_id": self.site.pk,
            "key": self.project.key,
            "project_id": self.project.pk,
            "directory_id": self.directory.pk,
            "rule_id": self.rule.pk,
            "import_id": self.upload.pk,
            "upload_id": self.upload.pk,
            "job_id": self.job.pk,
            "domain_id": self.domain.pk,
            "request_type_id": self.request_type.pk,
            "type_id": self.request_type.pk,
            "role_id": self.role.pk,
            "scim_id": self.group.scim_id,
        }
        found = by_route.get((route.name, name), by_segment.get((segment, name)))
        return found if found is not None else by_name[name]

    def ids(self, route: Route) -> dict[str, object]:
        """Return what an address needs to be about this place."""
        found = ID.finditer(route.path)
        return {each[3]: self.value(route, each[1] or "", each[3]) for each in found}

    def path(self, route: Route, **others: object) -> str:
        """Return the address of a page about this place, or partly about others."""
        return reverse(route.name, kwargs={**self.ids(route), **others})
