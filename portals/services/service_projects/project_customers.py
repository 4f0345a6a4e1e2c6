"""Writes that let customers into a project one by one, and take them out again."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from directories import dialect
from directories.events import Event
from directories.services.audit import Actor, Target, record_events
from portals.models import Customer, ProjectCustomer, ServiceProject
from portals.services.customer_organizations import members
from portals.services.service_projects.projects import project_target, stays

ADDED = ProjectCustomer._meta.db_table
CUSTOMER = Customer._meta.db_table
NAMES_KEPT = 20


def add_customers(
    project: ServiceProject, keys: Sequence[int], *, by: Actor, now: datetime
) -> list[int]:
    """Let customers of the site into a project; return those that are new in it."""
    if not keys:
        return []
    with transaction.atomic():
        # Neither goes while they are tied; of a project that is gone nobody is new.
        members.hold_customers(keys)
        if not stays(project):
            return []
        added = dialect.rows(
            f"INSERT INTO {ADDED} (project_id, customer_id, added_at, added_by)"  # noqa: S608
            f" SELECT %s, c.id, %s, %s FROM {CUSTOMER} c WHERE c.site_id = %s"
            f" AND {dialect.one_of('c.id', 'bigint')} ORDER BY c.id"
            " ON CONFLICT (project_id, customer_id) DO NOTHING RETURNING customer_id",
            [
                project.pk,
                dialect.datetime_parameter(now),
                by.name[:1024],
                dialect.uuid_parameter(project.site_id),
                dialect.ids_parameter(keys),
            ],
        )
        new = [key for (key,) in added]
        _note(Event.PROJECT_CUSTOMER_ADDED, project, new, by, now)
    return new


def remove_customers(
    project: ServiceProject, keys: Sequence[int], *, by: Actor, now: datetime
) -> list[int]:
    """Take customers out of a project; return those that had been added to it.

    Organizations that they are in let them in all the same.
    """
    if not keys:
        return []
    with transaction.atomic():
        removed = dialect.rows(
            f"DELETE FROM {ADDED} WHERE project_id = %s"  # noqa: S608
            f" AND {dialect.one_of('customer_id', 'bigint')} RETURNING customer_id",
            [project.pk, dialect.ids_parameter(keys)],
        )
        gone = [key for (key,) in removed]
        _note(Event.PROJECT_CUSTOMER_REMOVED, project, gone, by, now)
    return gone


def _note(
    event: Event,
    project: ServiceProject,
    keys: Sequence[int],
    by: Actor,
    now: datetime,
) -> None:
    """Write one event for each customer, and one for the project."""
    if not keys:
        return
    named = Customer.objects.filter(pk__in=keys).order_by("email_key")
    shown = list(named.values_list("public_id", "email"))
    about = {"project": project.name, "key": project.key}
    events = [
        (event, Target("customer", str(public_id), email, about))
        for public_id, email in shown
    ]
    emails = [email for _id, email in shown[:NAMES_KEPT]]
    summary = {"key": project.key, "count": len(shown), "customers": emails}
    record_events(
        [*events, (event, project_target(project, summary))],
        organization=project.site.organization,
        by=by,
        at=now,
    )
