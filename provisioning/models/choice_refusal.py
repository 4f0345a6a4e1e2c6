"""Whom a job about many people could not do what was asked for."""

from django.db import models

from directories.models import Job


class ChoiceRefusal(models.Model):
    """One person of a job about chosen people, and why nothing came of it.

    `row_key` is the primary key of the chosen row, `record` the id of the pushed person
    if there is one. `reason` is a machine word, `advice` what the refusal itself said.
    """

    id = models.BigAutoField(primary_key=True)
    job = models.ForeignKey(
        Job, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    row_key = models.BigIntegerField()
    record = models.UUIDField(null=True, blank=True)
    name = models.CharField(max_length=320)
    directory_name = models.CharField(max_length=255, blank=True)
    reason = models.CharField(max_length=32)
    advice = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["job", "id"], name="choice_refusal_order"),
            models.Index(fields=["job", "row_key"], name="choice_refusal_row"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.reason})"
