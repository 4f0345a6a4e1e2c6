"""Who belongs to an organization, and who administers it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from directories.models.account import Account
from directories.models.directory import Directory
from directories.models.organization import Organization, Site


class Member(models.Model):
    """An account's place in an organization: one row of its Users page.

    `name`, `search_text` and `status` repeat the account's, so that lists of
    300,000 people sort, search and filter inside one index; the services that
    write accounts keep them in step. `directory` is the identity provider
    directory that owns the person, null for a local one. Whom a directory let go
    has its name in `former_directory` since `released_at`.
    """

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        SUSPENDED = "suspended", _("Suspended")
        DEACTIVATED = "deactivated", _("Deactivated")

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="members", db_index=False
    )
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="memberships"
    )
    directory = models.ForeignKey(
        Directory,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="members",
    )
    former_directory = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001 - a column that SQLite adds without a new table
    released_at = models.DateTimeField(null=True, blank=True)
    name = models.CharField(max_length=255)
    search_text = models.TextField()
    status = models.CharField(
        max_length=16, choices=Status, default=Status.ACTIVE, db_default=Status.ACTIVE
    )
    joined_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "account"], name="member_once"
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "name", "id"], name="member_by_name"),
            models.Index(
                fields=["organization", "status", "name", "id"],
                name="member_by_status",
            ),
            models.Index(
                fields=["organization", "directory", "name", "id"],
                name="member_by_directory",
            ),
            # Few have been let go.
            models.Index(
                fields=["organization", "name", "id"],
                condition=Q(released_at__isnull=False),
                name="member_released",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.pk})"


class RoleAssignment(models.Model):
    """An admin right of an account, with the group it came from, if any.

    `group_id` is the id of the group that gives the right, 0 when it was given
    directly. `site` is null for rights over the whole organization; `app` is the
    kind of the app that an app admin or user access admin runs there, "" for all.
    """

    class Role(models.TextChoices):
        ORGANIZATION_ADMIN = "organization_admin", _("Organization admin")
        SITE_ADMIN = "site_admin", _("Site admin")
        USER_ACCESS_ADMIN = "user_access_admin", _("User access admin")
        APP_ADMIN = "app_admin", _("App admin")

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="role_assignments"
    )
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.CASCADE)
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="role_assignments"
    )
    role = models.CharField(max_length=32, choices=Role)
    app = models.CharField(max_length=32, blank=True, default="", db_default="")
    group_id = models.BigIntegerField(default=0, db_default=0)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "account", "role", "app", "group_id"],
                condition=Q(site__isnull=True),
                name="role_assignment_once",
            ),
            models.UniqueConstraint(
                fields=["site", "account", "role", "app", "group_id"],
                condition=Q(site__isnull=False),
                name="role_assignment_once_per_site",
            ),
            models.CheckConstraint(
                condition=Q(role="organization_admin", site__isnull=True)
                | ~Q(role="organization_admin"),
                name="role_assignment_scope",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} ({self.pk})"
