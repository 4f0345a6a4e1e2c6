"""Organizations and their sites."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Organization(models.Model):
    """The top container: people, groups, directories, domains and sites.

    `demonstration` says how far the organization that `make run` fills is; ""
    for every other one. Without a subscription syncing rests and everything is
    kept. A limit that is None is the installation's; see services.limits.
    `restores_memberships` brings a person's groups back when the address is in
    line again; `removes_external` takes all access from external people whom a
    provider deactivates. Deleted groups can be restored for `grace_days`.
    """

    class Demonstration(models.TextChoices):
        PREPARED = "prepared", _("Prepared")
        PUSHED = "pushed", _("Filled by its first push")
        CUSTOMERS = "customers", _("Filled with customers too")

    class Subscription(models.TextChoices):
        ACTIVE = "active", _("Active")
        LAPSED = "lapsed", _("Ended")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=255)
    created_at = models.DateTimeField()
    demonstration = models.CharField(
        max_length=16, choices=Demonstration, blank=True, default="", db_default=""
    )
    subscription = models.CharField(
        max_length=16,
        choices=Subscription,
        default=Subscription.ACTIVE,
        db_default=Subscription.ACTIVE,
    )
    subscription_changed_at = models.DateTimeField(null=True, blank=True)
    restores_memberships = models.BooleanField(default=True, db_default=True)
    removes_external = models.BooleanField(default=False, db_default=False)
    grace_days = models.PositiveSmallIntegerField(default=30, db_default=30)
    limit_users = models.PositiveIntegerField(null=True, blank=True)
    limit_users_per_group = models.PositiveIntegerField(null=True, blank=True)
    limit_groups_per_directory = models.PositiveIntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.pk})"


class PresentSites(models.Manager["Site"]):
    """The sites that have not been removed."""

    def get_queryset(self) -> "models.QuerySet[Site]":
        """Leave out what was removed."""
        return super().get_queryset().filter(removed_at__isnull=True)


class Site(models.Model):
    """A place with apps, run by the organization; it sees all synced people.

    One that was removed has `removed_at` until it is restored or its time is over.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="sites"
    )
    name = models.CharField(max_length=255)
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    # The first manager is that of `organization.sites` too.
    objects = PresentSites()
    with_removed = models.Manager["Site"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"],
                condition=Q(removed_at__isnull=True),
                name="site_name_unique",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.pk})"
