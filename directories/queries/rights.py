"""Reads which admin rights hold at present."""

from typing import TypeVar

from django.conf import settings
from django.db.models import Model, Q, QuerySet
from django.utils.module_loading import import_string

from directories.models import Site

M = TypeVar("M", bound=Model)


def in_force(rights: QuerySet[M]) -> QuerySet[M]:
    """Leave out rights about sites, and apps of sites, that were removed.

    The rows stay until the time to restore is over. What apps a site has is known by
    whom settings.RIGHTS_IN_FORCE names.
    """
    gone = Site.with_removed.filter(removed_at__isnull=False)
    held = rights.filter(~Q(site__in=gone.values("pk")))
    found: QuerySet[M] = import_string(settings.RIGHTS_IN_FORCE)(held)
    return found
