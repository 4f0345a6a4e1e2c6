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
    of the account.
    """

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        DEACTIVATED = "deactivated", _("Deactivated")

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    email = models.EmailField()
    email_key = models.CharField(max_length=1024, unique=True)
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
    session_epoch = models.PositiveIntegerField(default=0, db_default=0)
    created_at = models.DateTimeField()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email_key"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email", "name"]

    objects: ClassVar[AccountManager] = AccountManager()

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
