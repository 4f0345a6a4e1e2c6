"""Groups of an organization and who is in them."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from directories.models import Account, GroupRecord, Organization


class Group(models.Model):
    """A group that people see and that gives access.

    A synced group mirrors a group record and is read-only in the console; its
    name is unique in the organization whatever its origin. `name_key` is
    `name` folded.
    """

    class Kind(models.TextChoices):
        LOCAL = "local", _("Local")
        BUILT_IN = "built_in", _("Built-in")
        DEFAULT = "default", _("Default")
        SYNCED = "synced", _("Synced")

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="groups", db_index=False
    )
    record = models.OneToOneField(
        GroupRecord,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="group",
    )
    kind = models.CharField(max_length=16, choices=Kind)
    name = models.CharField(max_length=255)
    name_key = models.CharField(max_length=1024)
    description = models.TextField(blank=True)
    created_at = models.DateTimeField()
    members = models.ManyToManyField(
        Account, through="GroupMember", related_name="member_groups"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name_key"], name="group_name_unique"
            ),
            models.CheckConstraint(
                condition=Q(kind="synced") | Q(record__isnull=True),
                name="group_record_only_when_synced",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "name_key", "id"], name="group_by_name"
            ),
            models.Index(
                fields=["organization", "kind", "name_key", "id"], name="group_by_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.pk})"


class GroupMember(models.Model):
    """One account in one group."""

    group = models.ForeignKey(
        Group, on_delete=models.CASCADE, related_name="group_members", db_index=False
    )
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group", "account"], name="group_member_once"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "group"], name="group_member_of_account")
        ]

    def __str__(self) -> str:
        return f"{self.account_id} in {self.group_id}"
