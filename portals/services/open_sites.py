"""Stops background work about customers whose site serves nobody any more."""

from uuid import UUID

from django.utils.translation import gettext as _

from directories.models import Site
from directories.services import jobs
from portals.queries.help_centers import help_centers


def is_open(site_id: UUID | str) -> bool:
    """Say whether a site is there, with the app that serves its customers."""
    return help_centers().filter(pk=site_id).exists()


def check_open(site_id: UUID | str) -> None:
    """Raise HopelessError, fit for admins, where a site serves nobody any more.

    Work asks before each of its steps: a site may be removed while it goes on.
    """
    if is_open(site_id):
        return
    name = Site.with_removed.filter(pk=site_id).values_list("name", flat=True).first()
    raise jobs.HopelessError(
        _(
            "The site {name}, or Jira Service Management on it, was removed, so this "
            "work was stopped where it was. An organization admin can restore it for "
            "some days under Apps, Sites and products; then try this again."
        ).format(name=name or _("of this work"))
    )
