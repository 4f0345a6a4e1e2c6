"""Mail domains of an organization."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from directories.models.directory import Directory
from directories.models.organization import Organization


class DomainQuerySet(models.QuerySet["Domain"]):
    """Filters of domains."""

    def verified(self) -> "DomainQuerySet":
        """Keep the domains whose ownership is proven."""
        return self.filter(verified_at__isnull=False)


class Domain(models.Model):
    """A mail domain; verified means that the organization owns it.

    `directory` is the directory whose people the domain's accounts are, if
    it was linked. `name` is folded. `token` is what the owner publishes; verified
    by `method`, the proof is looked for again from time to time: `checked_at`
    is the last look, `failure` a machine word, "" when the proof was there, `found`
    what was met instead of it. Without a method it is for good.
    Claiming makes the accounts that were there before managed ones.
    """

    class Method(models.TextChoices):
        DNS = "dns", _("DNS TXT record")
        HTTPS = "https", _("HTTPS file")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="domains"
    )
    directory = models.ForeignKey(
        Directory,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="domains",
    )
    name = models.CharField(max_length=255)
    verified_at = models.DateTimeField(null=True, blank=True)
    token = models.CharField(max_length=64, blank=True, default="", db_default="")
    method = models.CharField(
        max_length=16, choices=Method, blank=True, default="", db_default=""
    )
    checked_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=32, blank=True, default="", db_default="")
    found = models.TextField(blank=True, default="", db_default="")
    missing_since = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    objects = models.Manager.from_queryset(DomainQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"], name="domain_name_unique"
            ),
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(verified_at__isnull=False),
                name="domain_verified_by_one_organization",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.pk})"
