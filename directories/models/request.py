"""What identity providers sent: requests, and attributes that nobody uses."""

from django.db import models
from django.db.models import Q

from directories.models.directory import Directory
from directories.models.organization import Organization


class RequestEntry(models.Model):
    """One SCIM request of a directory and how it was answered.

    `duration_us` is in microseconds. `resource` is the SCIM resource type, ""
    where the request was about none; `resource_id` its `id`, `resource_name` the
    userName or displayName. Bodies are JSON text without secrets, cut when they
    are long; `search_text` is what the log is searched by, folded. Keys follow
    `at` but for moments. `path` is the one below the SCIM base URL.
    """

    id = models.BigAutoField(primary_key=True)
    # Neither is checked by the database, on every request.
    organization = models.ForeignKey(
        Organization,
        on_delete=models.CASCADE,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    directory = models.ForeignKey(
        Directory,
        on_delete=models.CASCADE,
        related_name="request_entries",
        db_constraint=False,
        db_index=False,
    )
    at = models.DateTimeField()
    request_id = models.CharField(max_length=64)
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=1024)
    status = models.PositiveSmallIntegerField()
    duration_us = models.PositiveIntegerField()
    resource = models.CharField(max_length=16, blank=True)
    resource_id = models.CharField(max_length=64, blank=True)
    resource_name = models.CharField(max_length=320, blank=True)
    detail = models.TextField(blank=True)
    body = models.TextField(blank=True)
    client = models.CharField(max_length=200, blank=True)
    address = models.CharField(max_length=64, blank=True)
    key_prefix = models.CharField(max_length=16, blank=True)
    search_text = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["directory", "id"], name="request_in_order"),
            # Most requests are reads that went well; what is looked for is not.
            models.Index(
                fields=["directory", "status", "id"],
                condition=Q(status__gte=400),
                name="request_refused",
            ),
            models.Index(
                fields=["directory", "method", "id"],
                condition=~Q(method="GET"),
                name="request_changes",
            ),
            models.Index(
                fields=["directory", "resource", "id"],
                condition=~Q(resource="User"),
                name="request_others",
            ),
            models.Index(
                fields=["directory", "resource_id", "id"], name="request_resource"
            ),
            models.Index(fields=["request_id"], name="request_by_id"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path} ({self.pk})"


class UnusedAttribute(models.Model):
    """An attribute that a directory's provider sends and no schema declares."""

    directory = models.ForeignKey(
        Directory,
        on_delete=models.CASCADE,
        related_name="unused_attributes",
        db_index=False,
    )
    resource = models.CharField(max_length=16)
    name = models.CharField(max_length=255)
    first_seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["directory", "resource", "name"], name="unused_attribute_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource} {self.name} ({self.pk})"
