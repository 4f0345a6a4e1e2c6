"""What came of syncing many conflicting groups at once, group by group."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from directories.models import Job


class ConflictResult(models.Model):
    """One group of a job that synced all that waited, and what came of it.

    `record_key` is the primary key of its record, `group` the public id of the group
    that is synced now. `reason` is a machine word that says why it was refused.
    """

    class Outcome(models.TextChoices):
        SYNCED = "synced", _("Synced")
        REFUSED = "refused", _("Refused")

    id = models.BigAutoField(primary_key=True)
    job = models.ForeignKey(
        Job, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    record_key = models.BigIntegerField()
    outcome = models.CharField(max_length=16, choices=Outcome)
    reason = models.CharField(max_length=32, blank=True)
    name = models.CharField(max_length=255)
    directory_name = models.CharField(max_length=255)
    group = models.UUIDField(null=True, blank=True)
    joined = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["job", "record_key"], name="conflict_result_once"
            ),
        ]
        indexes = [
            models.Index(fields=["job", "outcome", "id"], name="conflict_result_order"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.outcome})"
