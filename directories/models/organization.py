"""Organizations and their sites."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class Organization(models.Model):
    """The top container: people, groups, directories, domains and sites.

    `demonstration` says how far the organization that `make run` fills is; ""
    for every other one.
    """

    class Demonstration(models.TextChoices):
        PREPARED = "prepared", _("Prepared")
        PUSHED = "pushed", _("Filled by its first push")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=255)
    created_at = models.DateTimeField()
    demonstration = models.CharField(
        max_length=16, choices=Demonstration, blank=True, default="", db_default=""
    )

    def __str__(self) -> str:
        return f"{self.name} ({self.pk})"


class Site(models.Model):
    """A place with apps, run by the organization; it sees all synced people."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="sites"
    )
    name = models.CharField(max_length=255)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"], name="site_name_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.pk})"
