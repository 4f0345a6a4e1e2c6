"""Service projects: portals, and who is let into them."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from directories.models import Account, Site
from portals.models.customer import Customer
from portals.models.organization import CustomerOrganization


class ServiceProject(models.Model):
    """A service project of a site. The number of its portal is its primary key.

    `customer_service_management` moves its organizations to a page of their own.
    """

    class Access(models.TextChoices):
        RESTRICTED = "restricted", _("Restricted")
        OPEN = "open", _("Open")

    class Sharing(models.TextChoices):
        ORGANIZATIONS = "organizations", _("Customers of their own organizations")
        PROJECT_BY_EMAIL = (
            "project_by_email",
            _("Also other customers of the project, by their full email address"),
        )
        EVERYBODY = (
            "everybody",
            _("All customers of the project and its organizations, by search"),
        )

    site = models.ForeignKey(
        Site, on_delete=models.CASCADE, related_name="service_projects", db_index=False
    )
    key = models.CharField(max_length=10)
    name = models.CharField(max_length=255)
    name_key = models.CharField(max_length=1024)
    description = models.TextField(blank=True)
    announcement = models.TextField(blank=True)
    customer_service_management = models.BooleanField(default=False, db_default=False)
    access = models.CharField(
        max_length=16,
        choices=Access,
        default=Access.RESTRICTED,
        db_default=Access.RESTRICTED,
    )
    sharing = models.CharField(
        max_length=32,
        choices=Sharing,
        default=Sharing.ORGANIZATIONS,
        db_default=Sharing.ORGANIZATIONS,
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "key"], name="service_project_key_unique"
            ),
            models.UniqueConstraint(
                fields=["site", "name_key"], name="service_project_name_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} ({self.pk})"


class RequestType(models.Model):
    """Something that customers can ask for in a portal."""

    project = models.ForeignKey(
        ServiceProject, on_delete=models.CASCADE, related_name="request_types"
    )
    name = models.CharField(max_length=255)
    description = models.TextField(blank=True)
    position = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} ({self.pk})"


class ProjectRole(models.Model):
    """Who works in a service project."""

    class Role(models.TextChoices):
        ADMIN = "admin", _("Project admin")
        AGENT = "agent", _("Agent")

    project = models.ForeignKey(
        ServiceProject,
        on_delete=models.CASCADE,
        related_name="project_roles",
        db_index=False,
    )
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="project_roles"
    )
    role = models.CharField(max_length=16, choices=Role)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "account"], name="project_role_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} of {self.project_id}"


class ProjectCustomer(models.Model):
    """A customer who was let into a project one by one."""

    id = models.BigAutoField(primary_key=True)
    project = models.ForeignKey(
        ServiceProject,
        on_delete=models.CASCADE,
        related_name="project_customers",
        db_index=False,
    )
    customer = models.ForeignKey(
        Customer,
        on_delete=models.CASCADE,
        related_name="project_customers",
        db_index=False,
    )
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=1024)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "customer"], name="project_customer_once"
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "project"], name="project_of_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} in {self.project_id}"


class AttachRule(models.Model):
    """Attaches organizations to a project by their names, new synced ones too.

    `text` is folded as names are.
    """

    class Match(models.TextChoices):
        ALL = "all", _("Every synced organization")
        IS = "is", _("Name is")
        BEGINS = "begins", _("Name begins with")
        CONTAINS = "contains", _("Name contains")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="+")
    project = models.ForeignKey(
        ServiceProject, on_delete=models.CASCADE, related_name="attach_rules"
    )
    match = models.CharField(max_length=16, choices=Match)
    text = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=1024)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "match", "text"], name="attach_rule_once"
            ),
            models.CheckConstraint(
                condition=Q(match="all", text="") | ~(Q(match="all") | Q(text="")),
                name="attach_rule_text",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.match} {self.text} ({self.pk})"


class ProjectOrganization(models.Model):
    """An organization whose customers a project lets in; `rule` attached it, if any."""

    id = models.BigAutoField(primary_key=True)
    project = models.ForeignKey(
        ServiceProject,
        on_delete=models.CASCADE,
        related_name="project_organizations",
        db_index=False,
    )
    organization = models.ForeignKey(
        CustomerOrganization,
        on_delete=models.CASCADE,
        related_name="project_organizations",
        db_index=False,
    )
    rule = models.ForeignKey(
        AttachRule, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=1024)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "organization"], name="project_organization_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "project"], name="project_of_organization"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} in {self.project_id}"


class Detachment(models.Model):
    """An organization that somebody took out of a project by hand.

    The attach rules that the project had by then leave it out; adding it by hand, or
    a rule that is made later, brings it back.
    """

    id = models.BigAutoField(primary_key=True)
    project = models.ForeignKey(
        ServiceProject, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    organization = models.ForeignKey(
        CustomerOrganization, on_delete=models.CASCADE, related_name="detachments"
    )
    detached_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "organization"], name="detachment_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} out of {self.project_id}"
