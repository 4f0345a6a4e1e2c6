"""What the lists of a site can be asked for by their address."""

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from provisioning.models import App, Group
from provisioning.queries.sites_and_apps.site_groups import NO, YES, SiteGroupFilter
from provisioning.queries.sites_and_apps.site_people import (
    WITH,
    WITHOUT,
    SiteUserFilter,
)
from provisioning.tables import directory_of, text_of

USER_COLUMNS = (
    _("Name"),
    _("Email address"),
    _("Status"),
    _("Source"),
    _("Opens on this site"),
    _("Account ID"),
)
GROUP_COLUMNS = (
    _("Name"),
    _("Type"),
    _("Directory"),
    _("Members"),
    _("Gives on this site"),
    _("Group ID"),
)
ACCESS: list[tuple[str, StrOrPromise]] = [
    (WITH, _("With access")),
    (WITHOUT, _("Without access")),
]
GIVES: list[tuple[str, StrOrPromise]] = [
    (YES, _("Gives access")),
    (NO, _("Gives no access")),
]


def user_filter(query: QueryDict) -> SiteUserFilter:
    """Return which people the Users tab of a site is asked for."""
    return SiteUserFilter(
        text=text_of(query),
        directory=directory_of(query, or_local=True),
        access=_one_of(query.get("access", ""), [WITH, WITHOUT]),
        app=_one_of(query.get("app", ""), App.Kind.values),
    )


def group_filter(query: QueryDict) -> SiteGroupFilter:
    """Return which groups the Groups tab of a site is asked for."""
    return SiteGroupFilter(
        text=text_of(query),
        kind=_one_of(query.get("kind", ""), Group.Kind.values),
        directory=directory_of(query),
        gives=_one_of(query.get("gives", ""), [YES, NO]),
    )


def _one_of(word: str, words: list[str]) -> str:
    return word if word in words else ""
