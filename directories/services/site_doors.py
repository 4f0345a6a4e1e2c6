"""Closes the directories of sites that serve no customers any more."""

from django.conf import settings
from django.utils.module_loading import import_string

from directories.models import Directory


class SiteClosedError(Exception):
    """The site of the directory, or what serves its customers, was removed.

    Fit for the client.
    """

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The site {name}, or Jira Service Management on it, was removed, so its "
            "customers are not synced. An organization admin can restore it for some "
            "days under Apps, Sites and products; then send this again. Otherwise "
            "turn provisioning off in the identity provider."
        )


def check_site(directory: Directory) -> None:
    """Raise SiteClosedError where a site serves no customers any more.

    One query for a directory of customers, none for others.
    """
    if directory.site_id is None:
        return
    closed = import_string(settings.CLOSED_SITES)().filter(pk=directory.site_id)
    for name in closed.values_list("name", flat=True):
        raise SiteClosedError(name)
