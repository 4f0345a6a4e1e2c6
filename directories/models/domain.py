"""Mail domains of an organization."""

import uuid

from django.db import models
from django.db.models import Q

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
    it was linked. `name` is folded.
    """

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
