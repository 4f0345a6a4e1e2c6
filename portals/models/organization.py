"""Customer organizations: named groups of a site's customers."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from directories.models import Directory, GroupRecord, Site
from portals.models.customer import Customer


class CustomerOrganization(models.Model):
    """A group of customers that service projects let in as one.

    A synced one has exactly the linked members of its record, whose name it has; both
    are read-only here. `member_count` counts the OrganizationMember rows exactly and
    changes with them under the lock of this row. A name is free again when its
    organization is archived: that happens to one whose group the provider deleted or
    that an admin deleted; `archived_projects` are the keys of the projects that it was
    attached to, for whoever restores it. Until `settles_at` one that has taken over a
    group keeps the members it had: providers fill groups bit by bit.
    """

    class Source(models.TextChoices):
        SYNCED = "synced", _("Synced")
        MANUAL = "manual", _("Manual")
        IMPORTED = "imported", _("Imported")
        API = "api", _("API")

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey(
        Site,
        on_delete=models.CASCADE,
        related_name="customer_organizations",
        db_index=False,
    )
    directory = models.ForeignKey(
        Directory,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="customer_organizations",
        db_index=False,
    )
    record = models.OneToOneField(
        GroupRecord,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="customer_organization",
    )
    source = models.CharField(max_length=16, choices=Source)
    former_directory = models.CharField(
        max_length=255, blank=True, default="", db_default=""
    )
    name = models.CharField(max_length=255)
    name_key = models.CharField(max_length=1024)
    description = models.TextField(blank=True)
    member_count = models.PositiveIntegerField(default=0, db_default=0)
    settles_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    archived_by = models.CharField(max_length=1024, blank=True)
    archived_projects = models.JSONField(default=list)
    created_at = models.DateTimeField()
    members = models.ManyToManyField(
        Customer, through="OrganizationMember", related_name="organizations"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "name_key"],
                condition=Q(archived_at__isnull=True),
                name="customer_organization_name_unique",
            ),
            models.CheckConstraint(
                condition=Q(record__isnull=True)
                | Q(source="synced", directory__isnull=False, archived_at__isnull=True),
                name="customer_organization_record_only_when_synced",
            ),
        ]
        indexes = [
            models.Index(
                fields=["site", "name_key", "id"],
                condition=Q(archived_at__isnull=True),
                name="customer_org_by_name",
            ),
            models.Index(
                fields=["site", "source", "name_key", "id"],
                condition=Q(archived_at__isnull=True),
                name="customer_org_by_source",
            ),
            models.Index(
                fields=["directory", "archived_at"], name="organization_by_owner"
            ),
            models.Index(
                fields=["site", "member_count", "id"],
                condition=Q(archived_at__isnull=True),
                name="customer_org_by_size",
            ),
            models.Index(
                fields=["site", "archived_at", "id"],
                condition=Q(archived_at__isnull=False),
                name="customer_org_archived",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.pk})"


class OrganizationMember(models.Model):
    """One customer in one organization, and where that comes from.

    `synced` is said by the provider's group, `manual` by somebody (a person, an import,
    a program), `by_domain` by a domain of the organization; a row says one of them at
    least, and goes when the last one goes.
    """

    id = models.BigAutoField(primary_key=True)
    organization = models.ForeignKey(
        CustomerOrganization,
        on_delete=models.CASCADE,
        related_name="organization_members",
        db_index=False,
    )
    customer = models.ForeignKey(
        Customer,
        on_delete=models.CASCADE,
        related_name="organization_members",
        db_index=False,
    )
    synced = models.BooleanField(default=False, db_default=False)
    manual = models.BooleanField(default=False, db_default=False)
    by_domain = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "customer"], name="organization_member_once"
            ),
            models.CheckConstraint(
                condition=Q(synced=True) | Q(manual=True) | Q(by_domain=True),
                name="organization_member_comes_from_somewhere",
            ),
        ]
        indexes = [
            models.Index(
                fields=["customer", "organization"], name="organization_of_customer"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} in {self.organization_id}"


class OrganizationDomain(models.Model):
    """A mail domain whose new customers join an organization; folded as in the DNS.

    Of several organizations with one domain, the one with the lowest `position` gets
    them.
    """

    site = models.ForeignKey(
        Site, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    organization = models.ForeignKey(
        CustomerOrganization,
        on_delete=models.CASCADE,
        related_name="domains",
    )
    name = models.CharField(max_length=255)
    position = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "name", "organization"], name="organization_domain_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.pk})"
