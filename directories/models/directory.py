"""Directories of an organization and the keys that open them."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from directories.models.organization import Organization, Site


class Directory(models.Model):
    """One source of people: a connected identity provider, or the local one.

    `reads_per_minute` and `writes_per_minute` bound what one key may ask for: None
    is the installation's default, 0 no bound. Requests are logged for
    `request_log_days`, not at all when it is 0; with their bodies when
    `request_log_bodies`.
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
    reads_per_minute = models.PositiveIntegerField(null=True, blank=True)
    writes_per_minute = models.PositiveIntegerField(null=True, blank=True)
    request_log_days = models.PositiveSmallIntegerField(default=14, db_default=14)
    request_log_bodies = models.BooleanField(default=True, db_default=True)
    created_at = models.DateTimeField()
    first_request_at = models.DateTimeField(null=True, blank=True)

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


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    """Filters of API keys."""

    def live(self, now: datetime) -> "ApiKeyQuerySet":
        """Keep the keys that open their directory at `now`."""
        return self.filter(revoked_at__isnull=True, expires_at__gt=now)


class ApiKey(models.Model):
    """A credential of one directory: shown once, kept as prefix and digest."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    directory = models.ForeignKey(
        Directory, on_delete=models.CASCADE, related_name="api_keys"
    )
    prefix = models.CharField(max_length=16, unique=True)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=1024)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(ApiKeyQuerySet)()

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.pk})"
