"""What people may do inside of an app: permissions of groups and people."""

from django.db import models
from django.db.models import Q

from directories.models import Account
from provisioning.models.app import App
from provisioning.models.group import Group


class Space(models.Model):
    """A space of Confluence; `key` is upper case and unique on its site."""

    app = models.ForeignKey(
        App, on_delete=models.CASCADE, related_name="spaces", db_index=False
    )
    key = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["app", "key"], name="space_key_unique"),
        ]
        indexes = [models.Index(fields=["app", "name", "id"], name="space_by_name")]

    def __str__(self) -> str:
        return f"{self.name} ({self.key})"


class AppPermission(models.Model):
    """A permission inside of an app that a group or a person was given.

    Global where `space` is null. It counts for whoever has access to the app: rows
    stay when somebody loses that, and count again when they get it back.
    `permission` is one of provisioning.app_permissions.
    """

    app = models.ForeignKey(
        App, on_delete=models.CASCADE, related_name="permissions", db_index=False
    )
    space = models.ForeignKey(
        Space,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="permissions",
    )
    permission = models.CharField(max_length=64)
    group = models.ForeignKey(
        Group,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="app_permissions",
    )
    account = models.ForeignKey(
        Account,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="app_permissions",
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(group__isnull=False, account__isnull=True)
                | Q(group__isnull=True, account__isnull=False),
                name="app_permission_of_one",
            ),
            models.UniqueConstraint(
                fields=["app", "permission", "group"],
                condition=Q(space__isnull=True, group__isnull=False),
                name="app_permission_of_group_once",
            ),
            models.UniqueConstraint(
                fields=["app", "permission", "account"],
                condition=Q(space__isnull=True, account__isnull=False),
                name="app_permission_of_person_once",
            ),
            models.UniqueConstraint(
                fields=["space", "permission", "group"],
                condition=Q(space__isnull=False, group__isnull=False),
                name="space_permission_of_group_once",
            ),
            models.UniqueConstraint(
                fields=["space", "permission", "account"],
                condition=Q(space__isnull=False, account__isnull=False),
                name="space_permission_of_person_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.permission} ({self.pk})"
