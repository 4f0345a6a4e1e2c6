"""Customers: the people of a site's help center."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from directories.models import Account, Directory, Site, UserRecord


class Customer(models.Model):
    """One customer of one site: an address is one customer there.

    A portal-only customer signs in with a password of this site, `password` is its
    hash, "" before one was set. One of the kind `account` signs in with `account`.
    `directory` owns a synced customer, and `record` is what it last said; one that a
    directory let go has its name in `former_directory`. `revoked_by` says who took
    access: what an admin took only an admin gives back. Raising `session_epoch` ends
    every session. Keys are folded; `last_active_at` is None before the first visit.
    """

    class Kind(models.TextChoices):
        PORTAL_ONLY = "portal_only", _("Portal-only account")
        ACCOUNT = "account", _("Atlassian account")

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        REVOKED = "revoked", _("Access revoked")

    class RevokedBy(models.TextChoices):
        NOBODY = "", _("Nobody")
        PROVIDER = "provider", _("Identity provider")
        ADMIN = "admin", _("Admin")

    class Source(models.TextChoices):
        SYNCED = "synced", _("Synced")
        INVITED = "invited", _("Invited")
        SIGNED_UP = "signed_up", _("Signed up")
        IMPORTED = "imported", _("Imported")
        API = "api", _("API")

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey(
        Site, on_delete=models.CASCADE, related_name="customers", db_index=False
    )
    kind = models.CharField(
        max_length=16,
        choices=Kind,
        default=Kind.PORTAL_ONLY,
        db_default=Kind.PORTAL_ONLY,
    )
    account = models.ForeignKey(
        Account,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="customers",
    )
    directory = models.ForeignKey(
        Directory,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="customers",
        db_index=False,
    )
    # By the id that is known before the record is stored; the database looks at the
    # end of the transaction.
    record = models.OneToOneField(
        UserRecord,
        to_field="scim_id",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="customer",
    )
    source = models.CharField(max_length=16, choices=Source)
    status = models.CharField(
        max_length=16, choices=Status, default=Status.ACTIVE, db_default=Status.ACTIVE
    )
    revoked_by = models.CharField(
        max_length=16, choices=RevokedBy, blank=True, default="", db_default=""
    )
    former_directory = models.CharField(
        max_length=255, blank=True, default="", db_default=""
    )
    email = models.EmailField()
    email_key = models.CharField(max_length=1024)
    email_domain = models.CharField(max_length=255, blank=True)
    name = models.CharField(max_length=1024, blank=True)
    name_key = models.CharField(max_length=255, blank=True)
    search_text = models.TextField()
    company = models.CharField(max_length=1024, blank=True)
    department = models.CharField(max_length=1024, blank=True)
    job_title = models.CharField(max_length=1024, blank=True)
    time_zone = models.CharField(max_length=255, blank=True)
    language = models.CharField(max_length=255, blank=True)
    password = models.CharField(max_length=128, blank=True)
    email_verified_at = models.DateTimeField(null=True, blank=True)
    session_epoch = models.PositiveIntegerField(default=0, db_default=0)
    last_active_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    EMAIL_FIELD = "email"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "email_key"], name="customer_email_once_per_site"
            ),
            models.CheckConstraint(
                condition=Q(kind="account", account__isnull=False)
                | Q(kind="portal_only", account__isnull=True),
                name="customer_kind_has_account",
            ),
            models.CheckConstraint(
                condition=Q(status="active", revoked_by="")
                | (Q(status="revoked") & ~Q(revoked_by="")),
                name="customer_revoked_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(record__isnull=True) | Q(directory__isnull=False),
                name="customer_record_has_directory",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["site", "name_key", "id"], name="customer_by_name"),
            models.Index(
                fields=["site", "status", "name_key", "id"], name="customer_by_status"
            ),
            models.Index(
                fields=["site", "directory", "name_key", "id"],
                name="customer_by_directory",
            ),
            models.Index(fields=["directory", "status"], name="customer_by_owner"),
            models.Index(
                fields=["directory"],
                condition=Q(status="active", kind="portal_only", password=""),
                name="customer_without_password",
            ),
            models.Index(
                fields=["site", "source", "name_key", "id"], name="customer_by_source"
            ),
            models.Index(
                fields=["site", "created_at", "id"], name="customer_by_arrival"
            ),
            models.Index(
                fields=["site", "last_active_at", "id"], name="customer_by_visit"
            ),
            models.Index(
                fields=["site", "email_domain", "id"], name="customer_by_domain"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} ({self.pk})"

    @property
    def is_active(self) -> bool:
        """Say whether the customer may sign in."""
        return self.status == self.Status.ACTIVE

    def get_full_name(self) -> str:
        """Return the name to greet the person with."""
        return self.name or self.email
