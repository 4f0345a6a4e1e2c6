"""Accounts: the people who sign in, told apart by e-mail address."""

import uuid
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from directories.folding import fold
from directories.models.organization import Organization


class AccountManager(BaseUserManager["Account"]):
    """Finds accounts by address, whatever its letter case."""

    def get_by_natural_key(self, username: str | None) -> "Account":
        """Return the account of an address as typed at sign-in."""
        return self.get(email_key=fold(username or ""))


class Account(AbstractBaseUser):
    """A person's account across every organization of this installation.

    `email_key` is `email` folded; it names one account. `managed_by` is the
    organization that verified the address's domain, if any: only its identity
    provider may change the profile. Raising `session_epoch` ends every session
    of the account. `email_domain` is the folded domain of the address. An account
    with `deletion_at` is deactivated, and deleted then unless somebody cancels.
    `photo_version` is in the address of the photo, "" without one.
    """

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        DEACTIVATED = "deactivated", _("Deactivated")

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    email = models.EmailField()
    email_key = models.CharField(max_length=1024, unique=True)
    email_domain = models.CharField(
        max_length=255, blank=True, default="", db_default=""
    )
    name = models.CharField(max_length=1024, blank=True)
    public_name = models.CharField(max_length=1024, blank=True)
    job_title = models.CharField(max_length=1024, blank=True)
    department = models.CharField(max_length=1024, blank=True)
    company = models.CharField(max_length=1024, blank=True)
    time_zone = models.CharField(max_length=255, blank=True)
    language = models.CharField(max_length=255, blank=True)
    location = models.CharField(max_length=1024, blank=True)
    status = models.CharField(
        max_length=16, choices=Status, default=Status.ACTIVE, db_default=Status.ACTIVE
    )
    managed_by = models.ForeignKey(
        Organization,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="managed_accounts",
    )
    deletion_at = models.DateTimeField(null=True, blank=True)
    photo_version = models.CharField(
        max_length=16, blank=True, default="", db_default=""
    )
    session_epoch = models.PositiveIntegerField(default=0, db_default=0)
    created_at = models.DateTimeField()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email_key"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email", "name"]

    objects: ClassVar[AccountManager] = AccountManager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["email_domain", "managed_by", "id"], name="account_by_domain"
            ),
            models.Index(
                fields=["deletion_at"],
                condition=models.Q(deletion_at__isnull=False),
                name="account_to_delete",
            ),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def is_active(self) -> bool:  # type: ignore[override]  # Django declares a plain class attribute
        """Say whether the account may sign in."""
        return self.status == self.Status.ACTIVE

    def get_session_auth_hash(self) -> str:
        """Return what a session must carry to stay signed in."""
        return salted_hmac(
            "directories.models.Account.session",
            f"{self.password}:{self.session_epoch}",
            algorithm="sha256",
        ).hexdigest()

    def get_full_name(self) -> str:
        """Return the name to greet the person with."""
        return self.name or self.email


class Photo(models.Model):
    """The profile photo of an account, as a provider named it.

    `source` is the address that was pushed last; `image` a JPEG, empty until it
    was fetched. `failure` is a machine word, "" when the last fetch went well.
    """

    account = models.OneToOneField(
        Account, primary_key=True, on_delete=models.CASCADE, related_name="photo"
    )
    source = models.TextField()
    image = models.BinaryField(default=b"")
    failure = models.CharField(max_length=32, blank=True)
    asked_at = models.DateTimeField()
    fetched_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["asked_at"],
                condition=models.Q(fetched_at__isnull=True),
                name="photo_to_fetch",
            ),
        ]

    def __str__(self) -> str:
        return f"Photo of {self.account_id}"
