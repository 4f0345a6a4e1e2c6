"""Background work: the row is the truth, a message only wakes a worker."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from directories.models.directory import Directory
from directories.models.organization import Organization


class Job(models.Model):
    """One piece of background work and how far it is.

    `kind` names the task through settings.JOB_HANDLERS, `target` what it is
    about. `done` of `total` is shown as a bar. `cursor` is where a run that
    was cut off goes on. `run` counts the runs and fences off older ones,
    `failures` those that ended with an error since the work last moved on.
    Workers take what has the lowest `priority` first; among equals, the
    directory with least going on, then who has waited longest since
    `waiting_since`: being queued, or giving way to others.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("In progress")
        PAUSED = "paused", _("Paused")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

        @classmethod
        def going_on(cls) -> "tuple[Job.State, ...]":
            """Return the states of work that is not over."""
            return (cls.QUEUED, cls.RUNNING, cls.PAUSED)

    class Priority(models.IntegerChoices):
        URGENT = 1, _("Urgent")
        NORMAL = 5, _("Normal")
        BULK = 9, _("Bulk")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="jobs"
    )
    directory = models.ForeignKey(
        Directory, null=True, blank=True, on_delete=models.CASCADE, related_name="jobs"
    )
    kind = models.CharField(max_length=32)
    target = models.CharField(max_length=64)
    label = models.CharField(max_length=255)
    state = models.CharField(max_length=16, choices=State, default=State.QUEUED)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    cursor = models.BigIntegerField(default=0)
    run = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    priority = models.PositiveSmallIntegerField(
        choices=Priority, default=Priority.NORMAL, db_default=Priority.NORMAL
    )
    created_at = models.DateTimeField()
    waiting_since = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    beat_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "target"],
                condition=Q(state__in=["queued", "paused"]),
                name="job_queued_once",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "beat_at"], name="job_by_beat"),
            models.Index(fields=["directory", "created_at"], name="job_of_directory"),
            models.Index(
                fields=["organization", "-created_at", "id"], name="job_history"
            ),
            models.Index(fields=["kind", "target", "created_at"], name="job_of_target"),
            # Few jobs wait; all that ever were stay out of it.
            models.Index(
                fields=["priority", "waiting_since"],
                condition=Q(state="queued"),
                name="job_next",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.pk})"


class JobInput(models.Model):
    """What a job is about where a key does not say it: a choice, and whose it was."""

    job = models.OneToOneField(
        Job, primary_key=True, on_delete=models.CASCADE, related_name="input"
    )
    content = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"Input of {self.job_id}"
