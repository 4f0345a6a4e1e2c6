"""Writes of the Trello Enterprise that an organization has."""

from datetime import datetime

from django.db import IntegrityError, transaction

from directories.events import Event
from directories.models import Organization
from directories.services.audit import Actor, Target, record_event
from provisioning.models import TrelloEnterprise


class LinkedError(Exception):
    """The organization has a Trello Enterprise already."""


class GoneError(Exception):
    """The organization has no Trello Enterprise any more."""


@transaction.atomic
def link_enterprise(
    organization: Organization, *, name: str, by: Actor, now: datetime
) -> TrelloEnterprise:
    """Link a Trello Enterprise; raises LinkedError.

    Nothing is written about people: who has a free account follows from their state.
    """
    try:
        with transaction.atomic():
            linked = TrelloEnterprise.objects.create(
                organization=organization, name=name, linked_at=now
            )
    except IntegrityError as error:
        raise LinkedError(organization.pk) from error
    _record(Event.TRELLO_LINKED, linked, by, now)
    return linked


@transaction.atomic
def unlink_enterprise(
    enterprise: TrelloEnterprise, *, by: Actor, now: datetime
) -> None:
    """Unlink a Trello Enterprise; the free accounts end. Raises GoneError."""
    linked = TrelloEnterprise.objects.filter(organization=enterprise.organization)
    if not linked.delete()[0]:
        raise GoneError(enterprise.pk)
    _record(Event.TRELLO_UNLINKED, enterprise, by, now)


def _record(
    event: Event, enterprise: TrelloEnterprise, by: Actor, now: datetime
) -> None:
    organization = enterprise.organization
    target = Target("trello_enterprise", str(organization.pk), enterprise.name)
    record_event(event, organization=organization, by=by, target=target, at=now)
