"""Groups that were deleted and can still be restored."""

import uuid

from django.db import models

from directories.models import Account, Organization, RoleAssignment, Site
from provisioning.models.app import App, AppRole
from provisioning.models.app_permission import Space


class DeletedGroup(models.Model):
    """A deleted group: its name, what it gave, and who was in it, until `expires_at`.

    `public_id` is that of the group. `directory_name` is that of the provider
    that had pushed it, "" for a local group.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="deleted_groups"
    )
    name = models.CharField(max_length=255)
    name_key = models.CharField(max_length=1024)
    description = models.TextField(blank=True)
    directory_name = models.CharField(max_length=255, blank=True)
    member_count = models.PositiveIntegerField(default=0)
    deleted_at = models.DateTimeField()
    deleted_by = models.CharField(max_length=1024)
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["organization", "expires_at"], name="deleted_group_by_end"
            ),
            models.Index(
                fields=["organization", "name_key"], name="deleted_group_by_name"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.pk})"


class DeletedGroupMember(models.Model):
    """Who was in a deleted group."""

    group = models.ForeignKey(
        DeletedGroup, on_delete=models.CASCADE, related_name="group_members"
    )
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.account_id} in {self.group_id}"


class DeletedGroupRole(models.Model):
    """An admin right that a deleted group gave; as GroupRole."""

    group = models.ForeignKey(
        DeletedGroup, on_delete=models.CASCADE, related_name="roles"
    )
    role = models.CharField(max_length=32, choices=RoleAssignment.Role)
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.CASCADE)
    app = models.CharField(max_length=32, blank=True, default="", db_default="")

    def __str__(self) -> str:
        return f"{self.role} by {self.group_id}"


class DeletedGroupGrant(models.Model):
    """A role in an app that a deleted group gave; as AppGrant."""

    group = models.ForeignKey(
        DeletedGroup, on_delete=models.CASCADE, related_name="grants"
    )
    app = models.ForeignKey(App, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=32, choices=AppRole)
    is_default = models.BooleanField(default=False, db_default=False)

    def __str__(self) -> str:
        return f"{self.role} by {self.group_id}"


class DeletedGroupPermission(models.Model):
    """A permission inside of an app that a deleted group gave; as AppPermission."""

    group = models.ForeignKey(
        DeletedGroup, on_delete=models.CASCADE, related_name="permissions"
    )
    app = models.ForeignKey(App, on_delete=models.CASCADE, related_name="+")
    space = models.ForeignKey(
        Space, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    permission = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.permission} by {self.group_id}"
