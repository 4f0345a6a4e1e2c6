"""Where people go who administer nothing but may work here all the same."""

from django.urls import reverse

from directories.models import Account
from portals.queries.projects import roles_of


def projects_home(account: Account) -> str:
    """Return the address of somebody's service projects, "" who has none."""
    return reverse("portals:own-projects") if roles_of(account).exists() else ""
