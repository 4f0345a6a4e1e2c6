"""Dry runs: what would change, worked out beforehand and kept for a while."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from directories.models import Directory, Job


class DryRun(models.Model):
    """One look at what a change of a directory would bring.

    `plan` says which change was looked at, `numbers` how often each effect came out;
    both are filled by the job.
    """

    class Kind(models.TextChoices):
        SYNC = "sync", _("Sync everything now")
        SCOPE = "scope", _("Change who is synced")
        CONFLICTS = "conflicts", _("Sync all groups that wait")
        DISCONNECT = "disconnect", _("Disconnect")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    directory = models.ForeignKey(
        Directory, on_delete=models.CASCADE, related_name="dry_runs"
    )
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    kind = models.CharField(max_length=16, choices=Kind)
    plan = models.JSONField(default=dict)
    numbers = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=1024)
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.kind} ({self.pk})"


class DryRunLine(models.Model):
    """One person or group that a change would touch, and how.

    `effect` is a machine word; `detail` names what else is concerned, the group that
    a person would leave for example.
    """

    id = models.BigAutoField(primary_key=True)
    dry_run = models.ForeignKey(
        DryRun, on_delete=models.CASCADE, related_name="lines", db_index=False
    )
    effect = models.CharField(max_length=32)
    name = models.CharField(max_length=320)
    detail = models.CharField(max_length=320, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["dry_run", "effect", "id"], name="dry_run_line_order"),
        ]

    def __str__(self) -> str:
        return f"{self.effect} ({self.pk})"
