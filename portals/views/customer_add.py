"""Adds customers by their addresses: what is wrong first, then those that can be."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from directories.forms import posted
from portals.customer_forms import AddForm
from portals.customer_words import sentences
from portals.permissions import SiteRequest, SiteRight, requires_site
from portals.queries.settings import settings_of
from portals.services.customer_accounts import inviting
from portals.services.customer_accounts.inviting import Entry
from portals.views import crumbs


@require_http_methods(["GET", "POST"])
@requires_site(SiteRight.CUSTOMERS)
def customer_add(request: SiteRequest) -> HttpResponse:
    """Ask for addresses, show what would come of each, then add those that can be."""
    form = AddForm(posted(request))
    entries: list[Entry] = []
    if form.is_valid():
        text = form.cleaned_data["addresses"]
        if len(inviting.read(text)) > inviting.MOST:
            form.add_error(
                "addresses",
                _("Add 1,000 addresses at most at once. Use Import for longer lists."),
            )
        else:
            entries = inviting.entries_of(request.service_site, text)
    fine = [each for each in entries if not each.refused]
    if fine and request.POST.get("confirmed"):
        return _add(request, entries, invite=form.cleaned_data["invite"])
    refused = [each for each in entries if each.refused]
    words = sentences(each.refused for each in refused)
    context = {
        "crumbs": crumbs.of_customers(request, (_("Add customer"), "")),
        "form": form,
        "entries": entries,
        "fine": fine,
        "refused": [(each, words[each.refused]) for each in refused],
        "settings": settings_of(request.service_site),
        "looked_over": bool(entries),
    }
    status = 422 if form.errors else 200
    return render(request, "portals/customer_add.html", context, status=status)


def _add(request: SiteRequest, entries: list[Entry], *, invite: bool) -> HttpResponse:
    added = inviting.add_all(
        request.service_site,
        entries,
        invite=invite,
        by=request.actor,
        now=timezone.now(),
    )
    text = ngettext(
        "{count} customer was added.", "{count} customers were added.", len(added)
    )
    messages.success(request, text.format(count=len(added)))
    if len(added) == 1:
        one = added[0]
        return redirect("portals:customer-detail", one.site_id, one.public_id)
    return redirect("portals:customer-list", request.service_site.pk)
