"""Groups of an organization and who is in them."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from directories.models import (
    Account,
    Directory,
    GroupRecord,
    Organization,
    RoleAssignment,
    Site,
)


class Group(models.Model):
    """A group that people see and that gives access.

    A synced group mirrors a group record and is read-only in the console; its
    name is unique in the organization whatever its origin. `name_key` is
    `name` folded. A group of all members belongs to `directory`. One that was synced
    and let go, and that nobody has changed since, has `released_at`: pushed again by
    the directory `released_from`, of the kind `released_by`, it is taken up again, and
    keeps it until its provider has had time to fill it.
    """

    class Kind(models.TextChoices):
        LOCAL = "local", _("Local")
        BUILT_IN = "built_in", _("Built-in")
        DEFAULT = "default", _("Default")
        SYNCED = "synced", _("Synced")
        ALL_MEMBERS = "all_members", _("All members")

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
    directory = models.ForeignKey(
        Directory,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="all_members_groups",
    )
    released_at = models.DateTimeField(null=True, blank=True)
    # No foreign key: the directory may be gone.
    released_from = models.UUIDField(null=True, blank=True)
    released_by = models.CharField(  # noqa: DJ001 - SQLite adds no other column in place
        max_length=32, null=True, blank=True
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


class GroupRole(models.Model):
    """An admin right that a group gives to everybody in it.

    `site` is null for rights over the whole organization, `app` as in
    directories.models.RoleAssignment, whose rows follow from this and the members.
    """

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(max_length=32, choices=RoleAssignment.Role)
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.CASCADE)
    app = models.CharField(max_length=32, blank=True, default="", db_default="")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group", "role"],
                condition=Q(site__isnull=True),
                name="group_role_once",
            ),
            models.UniqueConstraint(
                fields=["group", "role", "site", "app"],
                condition=Q(site__isnull=False),
                name="group_role_once_per_site",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} by {self.group_id}"
