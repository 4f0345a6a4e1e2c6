"""Apps of a site."""

from django.db import models

from directories.models import Site


class App(models.Model):
    """One app on one site."""

    class Kind(models.TextChoices):
        JIRA = "jira", "Jira"
        CONFLUENCE = "confluence", "Confluence"
        SERVICE_MANAGEMENT = "jira-service-management", "Jira Service Management"
        TRELLO = "trello", "Trello"
        BITBUCKET = "bitbucket", "Bitbucket"

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="apps")
    kind = models.CharField(max_length=32, choices=Kind)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "kind"], name="app_once_per_site"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.pk})"
