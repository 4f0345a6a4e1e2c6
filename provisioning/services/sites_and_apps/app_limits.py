"""Looks again at chosen people whom the user limit of an app refused."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from directories.events import Event
from directories.services.audit import Actor, Target, record_event
from directories.services.together import run_anew
from provisioning.models import App
from provisioning.services.access import line
from provisioning.services.access.line import Tried


@run_anew
@transaction.atomic
def try_again(app: App, accounts: Sequence[int], *, by: Actor, now: datetime) -> Tried:
    """Let in some people who were refused, as far as licenses go now.

    For everybody who was refused, see access.limits.
    """
    result = line.try_again(app.pk, accounts)
    if any(result):
        details = {"app": app.kind, "site": str(app.site_id)}
        record_event(
            Event.APP_REFUSED_LET_IN,
            organization=app.site.organization,
            by=by,
            target=Target(
                "app",
                str(app.pk),
                app.get_kind_display(),
                {
                    **details,
                    "site_name": app.site.name,
                    "people": result.active,
                    "waiting": result.waiting,
                    "refused": result.refused,
                },
            ),
            at=now,
        )
    return result
