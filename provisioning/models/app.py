"""Apps of a site, and what groups give in them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from directories.models import Site
from provisioning.models.group import Group


class PresentApps(models.Manager["App"]):
    """The apps that have not been removed, alone or with their site."""

    def get_queryset(self) -> "models.QuerySet[App]":
        """Leave out what was removed."""
        return super().get_queryset().filter(removed_at__isnull=True)


class App(models.Model):
    """One app on one site.

    `user_limit` bounds how many people use it with a license, None for no limit;
    `at_limit` says what becomes of those who are one too many. One that was removed,
    alone or with its site, has `removed_at`; it gives nobody access, and keeps its
    grants until it is restored or its time is over.
    """

    class AtLimit(models.TextChoices):
        REFUSE = "refuse", _("Refuse")
        QUEUE = "queue", _("Queue")
        ALLOW = "allow", _("Allow with a warning")

    class Kind(models.TextChoices):
        JIRA = "jira", "Jira"
        CONFLUENCE = "confluence", "Confluence"
        SERVICE_MANAGEMENT = "jira-service-management", "Jira Service Management"
        TRELLO = "trello", "Trello"
        BITBUCKET = "bitbucket", "Bitbucket"

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="apps")
    kind = models.CharField(max_length=32, choices=Kind)
    user_limit = models.PositiveIntegerField(null=True, blank=True)
    at_limit = models.CharField(
        max_length=16,
        choices=AtLimit,
        default=AtLimit.QUEUE,
        db_default=AtLimit.QUEUE,
    )
    removed_at = models.DateTimeField(null=True, blank=True)

    # The first manager is that of `site.apps` too; a join asks for removed_at itself.
    objects = PresentApps()
    with_removed = models.Manager["App"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "kind"], name="app_once_per_site"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.pk})"


class AppRole(models.TextChoices):
    """What somebody is in an app; each app has some of them."""

    USER = "user", _("User")
    AGENT = "agent", _("User (agent)")
    STAKEHOLDER = "stakeholder", _("Stakeholder")
    CUSTOMER = "customer", _("Customer")
    GUEST = "guest", _("Guest")


ROLES_IN_APPS: dict[str, tuple[AppRole, ...]] = {
    App.Kind.JIRA: (AppRole.USER, AppRole.GUEST),
    App.Kind.CONFLUENCE: (AppRole.USER, AppRole.GUEST),
    App.Kind.SERVICE_MANAGEMENT: (
        AppRole.AGENT,
        AppRole.STAKEHOLDER,
        AppRole.CUSTOMER,
    ),
    App.Kind.TRELLO: (AppRole.USER,),
    App.Kind.BITBUCKET: (AppRole.USER,),
}


# The role that takes a license of the app, one for each person who has it.
LICENSED_ROLES: dict[str, AppRole] = {
    App.Kind.JIRA: AppRole.USER,
    App.Kind.CONFLUENCE: AppRole.USER,
    App.Kind.SERVICE_MANAGEMENT: AppRole.AGENT,
    App.Kind.TRELLO: AppRole.USER,
    App.Kind.BITBUCKET: AppRole.USER,
}


class AppGrant(models.Model):
    """A role in an app that a group gives to everybody in it.

    People who are invited to the app join the groups that are `is_default` for the
    role. Admin rights are no grants; see GroupRole.
    """

    app = models.ForeignKey(
        App, on_delete=models.CASCADE, related_name="grants", db_index=False
    )
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=32, choices=AppRole)
    is_default = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["app", "group", "role"], name="app_grant_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} by {self.group_id}"
