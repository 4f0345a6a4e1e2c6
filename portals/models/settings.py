"""What a site says about its customers."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from directories.models import Site


class ServiceSettings(models.Model):
    """The settings of Jira Service Management on one site.

    A site without a row has the defaults; portals.queries.settings reads them.
    `early_access` and `government_cloud` are gates of customer provisioning.
    `external_accounts` lets portal-only customers come to be at all, and with
    `external_domains_only` only those of the approved external domains.
    """

    site = models.OneToOneField(
        Site,
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="service_settings",
    )
    early_access = models.BooleanField(default=True, db_default=True)
    government_cloud = models.BooleanField(default=False, db_default=False)
    internal_domains = models.BooleanField(default=False, db_default=False)
    external_accounts = models.BooleanField(default=True, db_default=True)
    external_domains_only = models.BooleanField(default=False, db_default=False)
    sign_up = models.BooleanField(default=False, db_default=False)
    anonymous = models.BooleanField(default=False, db_default=False)
    agents_manage_organizations = models.BooleanField(default=False, db_default=False)
    help_center_name = models.CharField(max_length=255, blank=True, default="")
    announcement = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        return f"Settings of {self.site_id}"


class ApprovedDomain(models.Model):
    """A mail domain whose people may be customers of a site; folded as in the DNS."""

    class Audience(models.TextChoices):
        INTERNAL = "internal", _("Internal customers")
        EXTERNAL = "external", _("External customers")

    site = models.ForeignKey(
        Site, on_delete=models.CASCADE, related_name="approved_domains", db_index=False
    )
    audience = models.CharField(max_length=16, choices=Audience)
    name = models.CharField(max_length=255)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "audience", "name"], name="approved_domain_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.pk})"
