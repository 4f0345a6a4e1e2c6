"""Writes to the apps of sites."""

from collections.abc import Iterable

from directories.models import Site
from provisioning.models import App


def add_apps(site: Site, kinds: Iterable[App.Kind]) -> None:
    """Put apps on a site; what is there already stays."""
    App.objects.bulk_create(
        (App(site=site, kind=kind) for kind in kinds), ignore_conflicts=True
    )
