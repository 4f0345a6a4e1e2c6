"""The export of everybody who is entitled to an app."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from django.http import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from directories.exports import csv_response
from directories.permissions import ConsoleRequest, Permission, requires
from directories.services import exports
from directories.services.audit import Target
from provisioning import app_tables
from provisioning.queries.access import app_users
from provisioning.queries.access.app_users import Entitled
from provisioning.queries.access.licenses import licenses
from provisioning.views.sites_and_apps.app import find_app


@require_POST
@requires(Permission.SEE_SITES)
def app_user_export(
    request: ConsoleRequest, site_id: UUID, kind: str
) -> HttpResponseBase:
    """Answer with the people of an app that match, as CSV."""
    app = find_app(request, site_id, kind)
    wanted = app_tables.people_filter(request.POST, app)
    named = _("Users of {app} on {site}").format(
        app=app.get_kind_display(), site=app.site.name
    )
    exports.note_export(
        organization=request.organization,
        target=Target("app", str(app.pk), named),
        filters={
            "text": wanted.text,
            "role": wanted.role,
            "state": wanted.state,
            "directory": wanted.directory,
        },
        by=request.actor,
        now=timezone.now(),
    )
    people = app_users.people_in(app, wanted, count=licenses(app).people)
    ordered = people.order_by("name", "pk").iterator(app_users.EXPORT_BATCH)
    rows = _lines(app_users.in_batches(app, ordered, wanted))
    return csv_response(f"{app.kind}-users", app_tables.APP_PEOPLE_COLUMNS, rows)


def _lines(people: Iterable[Entitled]) -> Iterator[list[object]]:
    for person in people:
        account, directory = person.member.account, person.member.directory
        for held in person.held:
            yield [
                account.name,
                account.email,
                held.label,
                app_tables.STATES[held.access.state],
                held.access.since.date().isoformat(),
                "; ".join(group.name for group in held.ways.groups),
                held.ways.count,
                directory.name if directory else _("Local"),
                account.public_id,
            ]
