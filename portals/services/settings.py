"""Writes to what a site says about its customers."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from directories.events import Event
from directories.models import Site
from directories.services.audit import Actor, Target, record_event
from directories.services.together import run_anew
from portals.models import ApprovedDomain, ServiceSettings
from portals.queries.settings import approved_domains

Audience = ApprovedDomain.Audience


@run_anew
@transaction.atomic
def change_settings(
    site: Site,
    values: Mapping[str, Any],
    *,
    by: Actor,
    now: datetime,
    domains: Mapping[Audience, Collection[str]] | None = None,
) -> list[str]:
    """Set fields of a site's settings, and the domains of an audience as a whole.

    Return what changed, by name. Whoever is a customer already stays one.
    """
    ServiceSettings.objects.get_or_create(site=site)
    held = ServiceSettings.objects.select_for_update(of=("self",)).get(site=site)
    change = {
        name: [getattr(held, name), value]
        for name, value in values.items()
        if getattr(held, name) != value
    }
    if change:
        ServiceSettings.objects.filter(site=site).update(**values)
    for audience, names in (domains or {}).items():
        before = _approve(site, audience, names)
        if before != sorted(names):
            change[f"{audience.value}_domain_list"] = [before, sorted(names)]
    if change:
        _record(site, change, by, now)
    return sorted(change)


def _approve(site: Site, audience: Audience, names: Collection[str]) -> list[str]:
    """Make these the approved domains of an audience; return what they were."""
    before = approved_domains(site, audience)
    rows = ApprovedDomain.objects.filter(site=site, audience=audience)
    rows.exclude(name__in=names).delete()
    ApprovedDomain.objects.bulk_create(
        ApprovedDomain(site=site, audience=audience, name=name)
        for name in sorted(set(names) - set(before))
    )
    return before


def _record(site: Site, change: dict[str, Any], by: Actor, now: datetime) -> None:
    told = {
        name: [_text(before), _text(after)] for name, (before, after) in change.items()
    }
    record_event(
        Event.CUSTOMER_ACCESS_CHANGED,
        organization=site.organization,
        by=by,
        target=Target("site", str(site.pk), site.name, {"change": told}),
        at=now,
    )


def _text(value: Any) -> Any:
    return ", ".join(value) if isinstance(value, list) else value
