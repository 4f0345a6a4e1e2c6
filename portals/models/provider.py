"""What a site says about the identity providers of its customers."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from directories.models import Directory, Site


class CustomerDirectory(models.Model):
    """What a customer directory has beside what every directory has.

    Customers of a domain that is routed to no directory belong to the default one of
    their site.
    """

    class GroupPolicy(models.TextChoices):
        SYNC = "sync", _("Sync the group")
        DONT_SYNC = "dont_sync", _("Don't sync the group")

    directory = models.OneToOneField(
        Directory,
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="customer_directory",
    )
    site = models.ForeignKey(
        Site, on_delete=models.CASCADE, related_name="customer_directories"
    )
    group_policy = models.CharField(
        max_length=16,
        choices=GroupPolicy,
        default=GroupPolicy.DONT_SYNC,
        db_default=GroupPolicy.DONT_SYNC,
    )
    is_default = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site"],
                condition=Q(is_default=True),
                name="customer_directory_one_default",
            ),
        ]

    def __str__(self) -> str:
        return f"Customers of {self.directory_id}"


class RoutedDomain(models.Model):
    """A mail domain whose customers belong to one directory; folded as in the DNS."""

    site = models.ForeignKey(
        Site, on_delete=models.CASCADE, related_name="routed_domains", db_index=False
    )
    directory = models.ForeignKey(
        Directory, on_delete=models.CASCADE, related_name="routed_domains"
    )
    name = models.CharField(max_length=255)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "name"], name="routed_domain_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.pk})"
