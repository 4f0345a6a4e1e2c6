"""Who has which role in which app: what follows from grants and members."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from directories.models import Account, Organization
from provisioning.models.app import App, AppRole


class AppAccess(models.Model):
    """A role in an app that a person is entitled to, and since when.

    There is exactly one row for each active member of the organization who is in at
    least one group that gives the role. `state` says what the user limit of the app
    makes of it; people who are one too many wait, or were refused, since `since`.
    Written by provisioning.services.access alone.

    The database does not look for app and account at each row: a grant and a membership
    name them, which are held while the row is written.
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("Has access")
        WAITING = "waiting", _("Waiting for a license")
        REFUSED = "refused", _("Refused by the user limit")

    app = models.ForeignKey(
        App,
        on_delete=models.CASCADE,
        related_name="accesses",
        db_index=False,
        db_constraint=False,
    )
    role = models.CharField(max_length=32, choices=AppRole)
    account = models.ForeignKey(
        Account,
        on_delete=models.CASCADE,
        related_name="app_accesses",
        db_index=False,
        db_constraint=False,
    )
    state = models.CharField(
        max_length=16, choices=State, default=State.ACTIVE, db_default=State.ACTIVE
    )
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "app", "role"], name="app_access_once"
            ),
        ]
        indexes = [
            models.Index(fields=["app", "role", "account"], name="app_access_of_app"),
            # Few are not active.
            models.Index(
                fields=["app", "role", "state", "since", "id"],
                condition=~Q(state="active"),
                name="app_access_in_line",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} of {self.account_id} in {self.app_id}"


class AppUse(models.Model):
    """How many people have a role in an app, in each state; the sum of its rows counts.

    A change adds a row of its own, below zero where people lost it, so that changes
    never wait for each other; now and then the rows of a kind become one.
    """

    app = models.ForeignKey(
        App, on_delete=models.CASCADE, related_name="uses", db_index=False
    )
    role = models.CharField(max_length=32, choices=AppRole)
    state = models.CharField(max_length=16, choices=AppAccess.State)
    people = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["app", "role", "state"], name="app_use_of_app"),
        ]

    def __str__(self) -> str:
        return f"{self.people} of {self.app_id}"


class AccessCheck(models.Model):
    """One comparison of everybody's access with what grants and members imply.

    `missing` and `surplus` count rows that differed and were mended; `examples`
    names some of them.
    """

    organization = models.ForeignKey(
        Organization,
        on_delete=models.CASCADE,
        related_name="access_checks",
        db_index=False,
    )
    at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    compared = models.PositiveBigIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0)
    surplus = models.PositiveIntegerField(default=0)
    examples = models.JSONField(default=list)

    class Meta:
        indexes = [
            models.Index(fields=["organization", "-at"], name="access_check_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.missing} missing, {self.surplus} too many"


class TrelloEnterprise(models.Model):
    """A Trello Enterprise that belongs to an organization.

    Every active person of an identity provider has a free Trello account that it
    owns; none of them takes one of its licenses.
    """

    organization = models.OneToOneField(
        Organization,
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="trello_enterprise",
    )
    name = models.CharField(max_length=255)
    linked_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
