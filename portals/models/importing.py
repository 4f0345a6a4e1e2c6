"""Lists of customers that were uploaded."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from directories.models import Job, Site


class CustomerImport(models.Model):
    """One uploaded list of customers: first looked at, then carried out.

    `numbers` says how often each effect came out; filled by the job.
    """

    class State(models.TextChoices):
        LOOKED_AT = "looked_at", _("Looked at")
        CARRIED_OUT = "carried_out", _("Carried out")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey(
        Site, on_delete=models.CASCADE, related_name="customer_imports"
    )
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    file_name = models.CharField(max_length=255)
    state = models.CharField(max_length=16, choices=State, default=State.LOOKED_AT)
    numbers = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=1024)
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.file_name} ({self.pk})"


class ImportLine(models.Model):
    """One line of an uploaded list, what it would do or did, and why not."""

    id = models.BigAutoField(primary_key=True)
    upload = models.ForeignKey(
        CustomerImport, on_delete=models.CASCADE, related_name="lines", db_index=False
    )
    number = models.PositiveIntegerField()
    email = models.CharField(max_length=320)
    name = models.CharField(max_length=1024, blank=True)
    organizations = models.JSONField(default=list)
    effect = models.CharField(max_length=32, blank=True)
    reason = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["upload", "number"], name="import_line_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["upload", "effect", "number"], name="import_line_effect"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} ({self.number})"
