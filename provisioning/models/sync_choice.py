"""Sync rules: who is carried on while a directory does not carry on everybody."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from directories.models import Directory


class SyncChoice(models.Model):
    """A group or a person that was chosen, by name; pushed already or not.

    `name_key` is the folded displayName of a group or userName of a person. People
    are chosen for tests only; see directories.models.Directory.Scope.
    """

    class Subject(models.TextChoices):
        GROUP = "group", _("Group")
        USER = "user", _("User")

    directory = models.ForeignKey(
        Directory, on_delete=models.CASCADE, related_name="sync_choices", db_index=False
    )
    subject = models.CharField(max_length=16, choices=Subject)
    name = models.CharField(max_length=255)
    name_key = models.CharField(max_length=1024)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["directory", "subject", "name_key"], name="sync_choice_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.name} ({self.pk})"
