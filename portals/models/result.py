"""What came of a change of many customers, one by one."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from directories.models import Job


class ChangeResult(models.Model):
    """One customer of a job that changed many, and what came of it.

    Name and address are copied: a deleted customer has a line as well. `reason` is a
    word of portals.refusals, "" where it was done.
    """

    class Outcome(models.TextChoices):
        DONE = "done", _("Done")
        REFUSED = "refused", _("Not done")

    id = models.BigAutoField(primary_key=True)
    job = models.ForeignKey(
        Job, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    customer = models.UUIDField()
    email = models.CharField(max_length=320)
    name = models.CharField(max_length=1024, blank=True)
    outcome = models.CharField(max_length=16, choices=Outcome)
    reason = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["job", "customer"], name="change_result_once"
            ),
        ]
        indexes = [
            models.Index(fields=["job", "outcome", "id"], name="change_result_outcome"),
            models.Index(fields=["job", "id"], name="change_result_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.email} ({self.outcome})"
