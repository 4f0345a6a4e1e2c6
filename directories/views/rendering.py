"""Answers with a page, with a fragment of it, or with a secret that is never kept."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails

from directories.models import Directory, Site
from directories.permissions import ConsoleRequest

Crumbs = list[tuple[str, str]]


def render_part(
    request: ConsoleRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    fragment: str,
) -> HttpResponse:
    """Answer with the page, or to htmx with its fragment alone."""
    name = f"{template}#{fragment}" if wants_fragment(request.htmx) else template
    response = render(request, name, context)
    # One address, two answers: the browser must not show the one as the other.
    patch_vary_headers(response, ("HX-Request",))
    return response


def wants_fragment(htmx: HtmxDetails) -> bool:
    """Say whether htmx asks for a part of a page, not for all of it."""
    return bool(htmx) and not htmx.history_restore_request


def render_secret(
    request: HttpRequest, template: str, context: Mapping[str, Any]
) -> HttpResponse:
    """Answer with a page that shows a key; no cache and no history keeps it."""
    response = render(request, template, context)
    add_never_cache_headers(response)
    return response


def provider_crumbs(directory: Directory | None = None, *more: str) -> Crumbs:
    """Return the breadcrumbs of a page about identity providers.

    `more` names the page below the directory's own. The directories of customers
    are found below their site.
    """
    if directory is not None and directory.site is not None:
        crumbs = customer_provider_crumbs(directory.site)
    else:
        crumbs = [
            (_("Admin"), "/"),
            (_("Security"), ""),
            (_("Identity providers"), reverse("directories:directory-list")),
        ]
    if directory is None:
        crumbs += [(label, "") for label in more]
    elif more:
        own = reverse("directories:directory-detail", args=[directory.pk])
        crumbs += [(directory.name, own), *((label, "") for label in more)]
    else:
        crumbs.append((directory.name, ""))
    return crumbs


def customer_provider_crumbs(site: Site) -> Crumbs:
    """Return the breadcrumbs of the list of a site's customer directories."""
    here = [site.pk]
    return [
        (_("Admin"), "/"),
        (_("Apps"), ""),
        (_("Sites and products"), reverse("provisioning:site-list")),
        (site.name, reverse("provisioning:site-detail", args=here)),
        ("Jira Service Management", reverse("portals:service-home", args=here)),
        (_("Portal-only customers"), reverse("portals:customer-list", args=here)),
        (_("Identity providers"), reverse("portals:provider-list", args=here)),
    ]
