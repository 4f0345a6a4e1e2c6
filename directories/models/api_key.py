"""Keys that open a directory to its provider, or an organization to programs."""

import uuid
from datetime import datetime

from django.db import models

from directories.models.directory import Directory
from directories.models.organization import Organization


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    """Filters of the keys of directories."""

    def live(self, now: datetime) -> "ApiKeyQuerySet":
        """Keep the keys that open their directory at `now`."""
        return self.filter(revoked_at__isnull=True, expires_at__gt=now)


class Key(models.Model):
    """A credential: shown once, kept as prefix and digest.

    `reminded_days` is the last reminder sent before its end, None for none.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    prefix = models.CharField(max_length=16, unique=True)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=1024)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    reminded_days = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.pk})"


class ApiKey(Key):
    """A key of one directory; a replaced one works on until its end."""

    directory = models.ForeignKey(
        Directory, on_delete=models.CASCADE, related_name="api_keys"
    )

    objects = models.Manager.from_queryset(ApiKeyQuerySet)()


class OrganizationApiKey(Key):
    """A key of an organization's own programs, for its administration calls."""

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="api_keys"
    )
    name = models.CharField(max_length=255)
