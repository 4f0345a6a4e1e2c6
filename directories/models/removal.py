"""What providers took away: counted by the guard, kept so that it can be undone."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from directories.models.directory import Directory


class Removal(models.Model):
    """One loss that a provider brought about, or would if nobody stopped it.

    `user_key`, `group_key` and `account_key` are primary keys of a user record, a
    group record and an account, 0 for none; they may be gone. `scim_id` and `name` tell
    what it was, of whom left a group the person. `size` is how many people or
    memberships it counts for. Held ones wait for an admin.
    """

    class Kind(models.TextChoices):
        DEACTIVATED = "deactivated", _("Person deactivated")
        DELETED = "deleted", _("Person deleted")
        LEFT = "left", _("Person removed from a group")
        GROUP_DELETED = "group_deleted", _("Group deleted")

    class State(models.TextChoices):
        APPLIED = "applied", _("Applied")
        HELD = "held", _("Waiting for a decision")
        APPROVED = "approved", _("Approved")
        DISCARDED = "discarded", _("Discarded")
        UNDONE = "undone", _("Undone")

    id = models.BigAutoField(primary_key=True)
    directory = models.ForeignKey(
        Directory, on_delete=models.CASCADE, related_name="removals", db_index=False
    )
    at = models.DateTimeField()
    kind = models.CharField(max_length=16, choices=Kind)
    state = models.CharField(max_length=16, choices=State)
    user_key = models.BigIntegerField(default=0)
    group_key = models.BigIntegerField(default=0)
    account_key = models.BigIntegerField(default=0)
    scim_id = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=320, blank=True)
    size = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        indexes = [
            models.Index(fields=["directory", "kind", "at"], name="removal_in_time"),
            models.Index(fields=["directory", "state", "id"], name="removal_by_state"),
            models.Index(fields=["group_key", "user_key"], name="removal_of_member"),
            models.Index(
                fields=["account_key"],
                condition=models.Q(kind__in=["deactivated", "deleted"]),
                name="removal_of_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.pk})"
