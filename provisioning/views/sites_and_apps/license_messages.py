"""Says in the console what a change of members or grants did to licenses."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.contrib import messages
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from directories.models import Account, Organization
from directories.permissions import ConsoleRequest
from provisioning.limit_consequences import written
from provisioning.models import App, Group
from provisioning.queries.access.app_access import grants_of
from provisioning.queries.access.licenses import Licenses, licenses_of
from provisioning.services.access.seats import SeatsError


@contextmanager
def telling(request: ConsoleRequest, apps: Sequence[App]) -> Iterator[None]:
    """Say after a change how many more people wait, were refused or are too many.

    Nothing is read for apps without a limit. What a job carries on is not told yet.
    """
    limited = [app for app in apps if app.user_limit is not None]
    before = licenses_of(limited) if limited else {}
    yield
    after = licenses_of(limited) if limited else {}
    for app in limited:
        _tell(request, before[app.pk], after[app.pk])


def limited_apps(groups: Sequence[Group]) -> list[App]:
    """Return the apps with a user limit that groups open, each once."""
    given = grants_of(groups)
    apps = {grant.app_id: grant.app for grants in given.values() for grant in grants}
    return [app for app in apps.values() if app.user_limit is not None]


def apps_of(organization: Organization, account: Account) -> list[App]:
    """Return the apps with a user limit that somebody's groups open."""
    opened = App.objects.filter(
        site__organization=organization,
        user_limit__isnull=False,
        grants__group__group_members__account=account,
    )
    return list(opened.select_related("site").distinct().order_by("pk"))


def _tell(request: ConsoleRequest, before: Licenses, after: Licenses) -> None:
    place = {"app": after.app.get_kind_display(), "site": after.app.site.name}
    if (more := after.waiting - before.waiting) > 0:
        text = ngettext(
            "{number} more person waits for a license of {app} on {site}.",
            "{number} more people wait for a license of {app} on {site}.",
            more,
        )
        messages.warning(request, text.format(number=written(more), **place))
    if (more := after.refused - before.refused) > 0:
        text = ngettext(
            "{number} more person was refused a license of {app} on {site}.",
            "{number} more people were refused a license of {app} on {site}.",
            more,
        )
        messages.warning(request, text.format(number=written(more), **place))
    if after.over > before.over:
        text = ngettext(
            "{number} person more than the limit uses {app} on {site} now.",
            "{number} people more than the limit use {app} on {site} now.",
            after.over,
        )
        messages.warning(request, text.format(number=written(after.over), **place))


def refusal_words(error: SeatsError) -> str:
    """Return why a change was refused for want of licenses, and what to do."""
    app = App.with_removed.select_related("site").get(pk=error.app)
    needs = ngettext(
        "{needed} person would need a license of {app} on {site}",
        "{needed} people would need a license of {app} on {site}",
        error.needed,
    ).format(
        needed=written(error.needed), app=app.get_kind_display(), site=app.site.name
    )
    free = ngettext("{free} is free", "{free} are free", error.free)
    return _(
        "Nothing was changed: {needs}, and {free}. Raise the user limit, or choose "
        "fewer people."
    ).format(needs=needs, free=free.format(free=written(error.free)))
