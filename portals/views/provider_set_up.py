"""The first step of the wizard "Set up provisioning": what is chosen before a key."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from directories.forms import posted
from directories.models import Directory
from directories.services import directories
from directories.views.set_up import show_credentials, steps_of
from portals.permissions import SiteRequest, SiteRight, requires_site
from portals.provider_forms import SetUpForm
from portals.queries.gates import gates_of
from portals.queries.providers import (
    employees_of,
    lacks_domain,
    rules_of,
)
from portals.services.customer_directories import providers
from portals.views.provider import find_provider, way_to


@require_http_methods(["GET", "POST"])
@requires_site(SiteRight.PROVIDERS)
def provider_set_up(request: SiteRequest, directory_id: UUID) -> HttpResponse:
    """Ask what becomes of group conflicts; a POST opens the directory."""
    directory = find_provider(request, directory_id)
    if directory.state == Directory.State.ACTIVE:
        return redirect("directories:directory-set-up", directory.pk)
    if directory.state == Directory.State.DELETING:
        return redirect("directories:directory-detail", directory.pk)
    policy = rules_of(directory).group_policy
    first = {"group_policy": policy, "tests_first": True}
    form = SetUpForm(posted(request), initial=first)
    refused = False
    if request.method == "POST" and form.is_valid():
        answer = _open(request, directory, form)
        if answer is not None:
            return answer
        refused = True
    return _page(request, directory, form, refused=refused)


def _open(
    request: SiteRequest, directory: Directory, form: SetUpForm
) -> HttpResponse | None:
    """Answer with the key; None when a gate is closed."""
    choice = providers.SetUp(**form.cleaned_data)
    try:
        key, text = providers.set_up(
            directory=directory, choice=choice, by=request.actor, now=timezone.now()
        )
    except providers.GateClosedError:
        return None
    except directories.AlreadySetUpError:
        # Sent again, by a reload perhaps: the key was shown, it is not shown twice.
        return redirect("directories:directory-set-up", directory.pk)
    return show_credentials(request, directory, key, text)


def _page(
    request: SiteRequest, directory: Directory, form: SetUpForm, *, refused: bool
) -> HttpResponse:
    gates = gates_of(request.service_site)
    context = {
        "crumbs": way_to(request, directory, _("Set up provisioning")),
        "directory": directory,
        "steps": steps_of(directory),
        "current": 1,
        "form": form,
        "gates": gates,
        "closed": [each for each in gates if not each.is_open],
        "refused": refused,
        "employees": employees_of(request.service_site, directory),
        "lacks_domain": lacks_domain(directory),
    }
    status = 422 if form.errors or refused else 200
    return render(request, "portals/provider_set_up.html", context, status=status)
