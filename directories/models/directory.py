"""Directories of an organization."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from directories.models.organization import Organization, Site


class PresentDirectories(models.Manager["Directory"]):
    """The directories, but those of sites that serve no customers any more."""

    def get_queryset(self) -> "models.QuerySet[Directory]":
        """Leave out what belongs to a removed site, without a join.

        What is changed and compared in one statement stays one.
        """
        closed = import_string(settings.CLOSED_SITES)()
        return super().get_queryset().filter(~Q(site__in=closed.values("pk")))


class Directory(models.Model):
    """One source of people: a connected identity provider, or the local one.

    `reads_per_minute` and `writes_per_minute` bound what one key may ask for: None
    is the installation's default, 0 no bound. Requests are logged for
    `request_log_days`, not at all when it is 0; with their bodies when
    `request_log_bodies`. Troubleshooting entries are kept for
    `troubleshooting_days`, 0 for good. A limit that is None is the organization's.

    `scope` says who is carried on: everybody, or who was chosen. The guard stops a
    mass change that passes both `guard_percent` and `guard_least` within an hour;
    `guard_stopped_at` is set while removals wait for an admin; it counts anew since
    `guard_decided_at`. `all_members` makes
    a group of everybody in the directory.
    """

    class Kind(models.TextChoices):
        LOCAL = "local", _("Local directory")
        ORGANIZATION = "organization", _("Identity provider directory")
        CUSTOMERS = "customers", _("Customer directory")

    class Provider(models.TextChoices):
        OKTA = "okta", "Okta"
        ENTRA = "entra", "Microsoft Entra ID"
        GOOGLE_CLOUD = "google_cloud", "Google Cloud"
        GOOGLE_WORKSPACE = "google_workspace", "Google Workspace"
        ONELOGIN = "onelogin", "OneLogin"
        PING_FEDERATE = "ping_federate", "PingFederate"
        JUMPCLOUD = "jumpcloud", "JumpCloud"
        CISCO_DUO = "cisco_duo", "Cisco Duo"
        CYBERARK = "cyberark", "CyberArk"
        OTHER = "other", _("Other provider")

    class State(models.TextChoices):
        NOT_SET_UP = "not_set_up", _("Not set up")
        ACTIVE = "active", _("Active")
        DELETING = "deleting", _("Deleting configuration")

    class Mode(models.TextChoices):
        COMPATIBLE = "compatible", _("Compatible")
        STRICT = "strict", _("Strict")

    class UnknownAttributes(models.TextChoices):
        DROP = "drop", _("Leave them out")
        KEEP = "keep", _("Keep and return them")

    class NestedGroups(models.TextChoices):
        COUNT = "count", _("Members of member groups count")
        IGNORE = "ignore", _("Only direct members count")

    class GroupConflicts(models.TextChoices):
        HOLD = "hold", _("Hold the group for review")
        REFUSE = "refuse", _("Refuse the group")

    class Scope(models.TextChoices):
        ALL = "all", _("All users and groups")
        CHOSEN = "chosen", _("Chosen groups and the people in them")
        TEST = "test", _("Test users and test groups only")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="directories"
    )
    site = models.ForeignKey(
        Site,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="directories",
    )
    kind = models.CharField(max_length=16, choices=Kind)
    provider = models.CharField(max_length=32, choices=Provider, blank=True)
    name = models.CharField(max_length=255)
    name_key = models.CharField(max_length=1024)
    state = models.CharField(
        max_length=16,
        choices=State,
        default=State.NOT_SET_UP,
        db_default=State.NOT_SET_UP,
    )
    mode = models.CharField(
        max_length=16,
        choices=Mode,
        default=Mode.COMPATIBLE,
        db_default=Mode.COMPATIBLE,
    )
    unknown_attributes = models.CharField(
        max_length=16,
        choices=UnknownAttributes,
        default=UnknownAttributes.DROP,
        db_default=UnknownAttributes.DROP,
    )
    nested_groups = models.CharField(
        max_length=16,
        choices=NestedGroups,
        default=NestedGroups.COUNT,
        db_default=NestedGroups.COUNT,
    )
    group_conflicts = models.CharField(
        max_length=16,
        choices=GroupConflicts,
        default=GroupConflicts.HOLD,
        db_default=GroupConflicts.HOLD,
    )
    scope = models.CharField(
        max_length=16, choices=Scope, default=Scope.ALL, db_default=Scope.ALL
    )
    all_members = models.BooleanField(default=False, db_default=False)
    guard_on = models.BooleanField(default=True, db_default=True)
    guard_percent = models.PositiveSmallIntegerField(default=20, db_default=20)
    guard_least = models.PositiveIntegerField(default=50, db_default=50)
    guard_stopped_at = models.DateTimeField(null=True, blank=True)
    guard_decided_at = models.DateTimeField(null=True, blank=True)
    limit_users = models.PositiveIntegerField(null=True, blank=True)
    limit_users_per_group = models.PositiveIntegerField(null=True, blank=True)
    limit_groups = models.PositiveIntegerField(null=True, blank=True)
    troubleshooting_days = models.PositiveSmallIntegerField(default=90, db_default=90)
    reads_per_minute = models.PositiveIntegerField(null=True, blank=True)
    writes_per_minute = models.PositiveIntegerField(null=True, blank=True)
    request_log_days = models.PositiveSmallIntegerField(default=14, db_default=14)
    request_log_bodies = models.BooleanField(default=True, db_default=True)
    created_at = models.DateTimeField()
    first_request_at = models.DateTimeField(null=True, blank=True)

    objects = PresentDirectories()
    with_removed = models.Manager["Directory"]()

    class Meta:
        verbose_name_plural = "directories"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name_key"], name="directory_name_unique"
            ),
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(kind="local"),
                name="directory_one_local",
            ),
            models.CheckConstraint(
                condition=Q(kind="customers", site__isnull=False)
                | (~Q(kind="customers") & Q(site__isnull=True)),
                name="directory_site_for_customers",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.pk})"
