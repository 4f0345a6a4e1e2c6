"""Who holds permissions inside of an app, as lines of a list for programs."""

from collections.abc import Iterator, Sequence
from itertools import islice

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directories.models import Member
from provisioning.app_permissions import InApp, giving
from provisioning.models import App, AppPermission, GroupMember, Space
from provisioning.queries.in_app.app_permissions import holders_of

COLUMNS = (
    gettext_lazy("Permission"),
    gettext_lazy("Name"),
    gettext_lazy("Email address"),
    gettext_lazy("Through"),
    gettext_lazy("Account ID"),
)
BATCH = 500


def lines(
    app: App, wanted: Sequence[InApp], space: Space | None
) -> Iterator[list[object]]:
    """Return a line for each permission and each person who holds it."""
    for permission in wanted:
        people = holders_of(app, permission.key, space).select_related("account")
        rest = people.order_by("name", "pk").iterator(BATCH)
        while batch := list(islice(rest, BATCH)):
            through = _through(app, permission, space, batch)
            for member in batch:
                yield [
                    permission.label,
                    member.account.get_full_name(),
                    member.account.email,
                    ", ".join(through.get(member.account_id, [])),
                    member.account.public_id,
                ]


def _through(
    app: App, permission: InApp, space: Space | None, batch: Sequence[Member]
) -> dict[int, list[str]]:
    """Return the names of what makes these people hold a permission."""
    keys = [member.account_id for member in batch]
    if permission.automatic:
        return {key: [_("Access to the app")] for key in keys}
    rows = AppPermission.objects.filter(
        app=app, space=space, permission__in=giving(permission.key)
    )
    found: dict[int, list[str]] = {}
    for key in rows.filter(account__in=keys).values_list("account", flat=True):
        found[key or 0] = [_("Given directly")]
    inside = GroupMember.objects.filter(
        account__in=keys, group__in=rows.filter(group__isnull=False).values("group")
    )
    named = inside.order_by("group__name_key", "pk")
    for key, name in named.values_list("account", "group__name"):
        found.setdefault(key, []).append(name)
    return found
