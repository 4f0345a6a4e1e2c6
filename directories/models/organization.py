"""Organizations and their sites."""

import uuid

from django.db import models


class Organization(models.Model):
    """The top container: people, groups, directories, domains and sites."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=255)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} ({self.pk})"


class Site(models.Model):
    """A place with apps, run by the organization; it sees all synced people."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="sites"
    )
    name = models.CharField(max_length=255)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"], name="site_name_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.pk})"
