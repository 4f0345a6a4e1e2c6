"""The audit log and the troubleshooting log."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from directories.models.directory import Directory
from directories.models.organization import Organization


class AuditEvent(models.Model):
    """Something that was done: who, what, to whom, before and after.

    Names and ids are copied as text, so history never blocks a deletion.
    `action` is one of directories.events.Event.
    """

    class ActorKind(models.TextChoices):
        ACCOUNT = "account", _("Person")
        DIRECTORY = "directory", _("Identity provider")
        SYSTEM = "system", _("System")
        API_KEY = "api_key", _("API key")

    id = models.BigAutoField(primary_key=True)
    # Not checked by the database: each change writes several events.
    organization = models.ForeignKey(
        Organization,
        on_delete=models.CASCADE,
        related_name="audit_events",
        db_constraint=False,
        db_index=False,
    )
    at = models.DateTimeField()
    action = models.CharField(max_length=64)
    actor_kind = models.CharField(max_length=16, choices=ActorKind)
    actor_id = models.CharField(max_length=64, blank=True)
    actor_name = models.CharField(max_length=1024, blank=True)
    target_kind = models.CharField(max_length=32)
    target_id = models.CharField(max_length=64, blank=True)
    target_name = models.CharField(max_length=1024, blank=True)
    directory_id = models.UUIDField(null=True, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    details = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["organization", "id"], name="audit_in_order"),
            models.Index(fields=["organization", "action", "id"], name="audit_action"),
            models.Index(
                fields=["organization", "target_id", "id"], name="audit_target"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} ({self.pk})"


class TroubleshootingEntry(models.Model):
    """Something that was refused, skipped or surprising, and what to do.

    A repetition within a day adds to `times` instead of a new row. `search_text` is
    what the log is searched by, folded.
    """

    class Level(models.TextChoices):
        ERROR = "error", _("Error")
        WARNING = "warning", _("Warning")
        INFO = "info", _("Information")

    class Subject(models.TextChoices):
        USER = "user", _("User")
        GROUP = "group", _("Group")
        REQUEST = "request", _("Request")

    id = models.BigAutoField(primary_key=True)
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    directory = models.ForeignKey(
        Directory, on_delete=models.CASCADE, related_name="troubleshooting_entries"
    )
    fingerprint = models.UUIDField(default=uuid.uuid4)
    at = models.DateTimeField()
    first_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    level = models.CharField(max_length=16, choices=Level)
    kind = models.CharField(max_length=64)
    subject = models.CharField(max_length=16, choices=Subject)
    subject_id = models.CharField(max_length=64, blank=True)
    subject_name = models.CharField(max_length=320, blank=True)
    reason = models.TextField()
    advice = models.TextField(blank=True)
    request = models.JSONField(default=dict)
    search_text = models.TextField(blank=True, default="", db_default="")

    class Meta:
        indexes = [
            models.Index(
                fields=["directory", "at", "id"], name="troubleshooting_in_order"
            ),
            models.Index(
                fields=["directory", "fingerprint"], name="troubleshooting_repeat"
            ),
            models.Index(
                fields=["organization", "subject_id", "id"],
                name="troubleshooting_subject",
            ),
            models.Index(
                fields=["organization", "subject_name", "id"],
                name="troubleshooting_name",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.pk})"
