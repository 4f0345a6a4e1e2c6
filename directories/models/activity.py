"""How many requests identity providers sent, hour by hour."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from directories.models.directory import Directory


class Activity(models.Model):
    """The requests of one kind that a directory sent in one hour.

    Counted from the request log before that is forgotten; `hour` is its beginning.
    """

    class Kind(models.TextChoices):
        CHANGE = "change", _("Changes")
        READ = "read", _("Reads")
        REFUSED = "refused", _("Refused")
        FAILED = "failed", _("Failed here")

    directory = models.ForeignKey(
        Directory, on_delete=models.CASCADE, related_name="activity", db_index=False
    )
    hour = models.DateTimeField()
    kind = models.CharField(max_length=16, choices=Kind)
    requests = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["directory", "hour", "kind"], name="activity_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.requests} {self.kind} ({self.pk})"


class ActivityMark(models.Model):
    """How far the request log of a directory has been counted: up to this key."""

    directory = models.OneToOneField(
        Directory, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    entry = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.directory_id} up to {self.entry}"
