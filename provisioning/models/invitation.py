"""People whom an admin invited by e-mail."""

from django.db import models
from django.db.models import F, Q

from directories.models import Account, Organization


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Filters of invitations."""

    def pending(self) -> "InvitationQuerySet":
        """Return those whose person has not signed in since."""
        return self.filter(
            Q(account__last_login=None) | Q(account__last_login__lt=F("invited_at"))
        )


class Invitation(models.Model):
    """That an admin invited somebody who was not in the organization before.

    `made_account` says that the account was made for it. `message` is what the admin
    wrote into the mail; `sent_at` when the last mail was asked for, None for none.
    """

    organization = models.ForeignKey(
        Organization,
        on_delete=models.CASCADE,
        related_name="invitations",
        db_index=False,
    )
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="invitations"
    )
    invited_at = models.DateTimeField()
    invited_by = models.CharField(max_length=1024)
    made_account = models.BooleanField(default=False, db_default=False)
    message = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(InvitationQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "account"], name="invitation_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} by {self.invited_by}"
