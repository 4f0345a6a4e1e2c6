"""Lists of customers: taken up, looked at, carried out."""

from collections.abc import Iterator
from typing import IO, cast
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from directories.exports import csv_response
from directories.forms import posted
from directories.paging import Cut
from directories.queries.jobs import ACTIVE
from directories.services import exports
from directories.services.audit import Target
from directories.tasks import wake
from directories.views.rendering import render_part
from portals.customer_forms import ImportForm
from portals.customer_words import sentences
from portals.models import CustomerImport, ImportLine
from portals.permissions import SiteRequest, SiteRight, requires_site
from portals.queries import imports
from portals.queries.imports import Tab
from portals.services.customer_lists import customer_imports, import_work
from portals.services.customer_lists.customer_files import UnreadableError
from portals.views import crumbs
from provisioning.views.listing import list_page

COLUMNS = (
    gettext_lazy("Line"),
    gettext_lazy("Email"),
    gettext_lazy("Name"),
    gettext_lazy("Organizations"),
    gettext_lazy("Effect"),
    gettext_lazy("Reason"),
)
EFFECTS = {
    "new": gettext_lazy("New customer"),
    "new_joins": gettext_lazy("New customer, joins organization"),
    "renamed": gettext_lazy("Changed name"),
    "renamed_joins": gettext_lazy("Changed name, joins organization"),
    "joins": gettext_lazy("Joins organization"),
    "unchanged": gettext_lazy("Unchanged"),
    "refused": gettext_lazy("Refused"),
}
UNREADABLE = {
    UnreadableError.NOT_UTF8: gettext_lazy(
        "The file is not in UTF-8. Save it as “CSV UTF-8” and choose it again."
    ),
    UnreadableError.NO_EMAIL: gettext_lazy(
        "The first line names no column Email. It names: {found}. Name the column "
        "with the addresses Email."
    ),
    UnreadableError.EMPTY: gettext_lazy("The file is empty. Choose another one."),
    UnreadableError.BROKEN: gettext_lazy(
        "The file could not be read as CSV: {found}. Save it anew as CSV."
    ),
}


@require_http_methods(["GET", "POST"])
@requires_site(SiteRight.CUSTOMERS)
def customer_import(request: SiteRequest) -> HttpResponse:
    """Take a CSV file up, to be looked at before anything is changed."""
    files = request.FILES if request.method == "POST" else None
    form = ImportForm(posted(request), files)
    if form.is_valid() and (upload := _take_up(request, form)):
        return redirect(
            "portals:customer-import-detail", request.service_site.pk, upload.pk
        )
    context = {
        "crumbs": crumbs.of_customers(request, (_("Import"), "")),
        "form": form,
        "uploads": imports.recent_imports(request.service_site),
    }
    status = 422 if form.errors else 200
    return render(request, "portals/customer_import.html", context, status=status)


def _take_up(request: SiteRequest, form: ImportForm) -> CustomerImport | None:
    file: UploadedFile[bytes] = form.cleaned_data["file"]
    try:
        upload = customer_imports.take_up(
            request.service_site,
            cast("IO[bytes]", file.file),
            file_name=file.name or "",
            by=request.actor,
            now=timezone.now(),
        )
    except UnreadableError as error:
        form.add_error("file", UNREADABLE[error.kind].format(found=error.found))
        return None
    except customer_imports.TooManyLinesError:
        form.add_error("file", _("The file has too many lines. Divide it."))
        return None
    if upload.job:
        wake(upload.job.pk)
    return upload


@require_safe
@requires_site(SiteRight.CUSTOMERS)
def import_detail(request: SiteRequest, upload_id: UUID) -> HttpResponse:
    """Show what a list would do, or did, with the lines under the tab asked for."""
    upload = _find(request, upload_id)
    asked = request.GET.get("tab", "")
    tab = asked if asked in Tab.values else ""
    numbers = imports.numbers_of(upload)
    before = request.GET.get("before") or None
    after = None if before else request.GET.get("after") or None
    listing = list_page(
        request,
        imports.lines_of(upload, tab),
        Cut(field="number", after=after, before=before),
        total=numbers.by_tab[tab] if tab else numbers.total,
    )
    context = {
        "crumbs": _crumbs(request, upload),
        "upload": upload,
        "job": upload.job,
        "goes_on": upload.job is not None and upload.job.state in ACTIVE,
        "carried_out": upload.state == CustomerImport.State.CARRIED_OUT,
        "tab": tab,
        "tabs": [(each, each.label, numbers.by_tab[each]) for each in Tab],
        "numbers": numbers,
        "listing": listing,
        "effects": EFFECTS,
        "words": sentences(line.reason for line in listing.rows),
    }
    return render_part(
        request, "portals/customer_import_detail.html", context, fragment="import"
    )


@require_POST
@requires_site(SiteRight.CUSTOMERS)
def import_start(request: SiteRequest, upload_id: UUID) -> HttpResponse:
    """Carry out what the look at a list has said."""
    upload = _find(request, upload_id)
    looked_at = upload.job is None or upload.job.state == "done"
    if not looked_at:
        messages.error(
            request, _("The list is still being looked at. Wait until that is done.")
        )
    else:
        job = customer_imports.queue_import(
            upload,
            invite=bool(request.POST.get("invite")),
            kind=import_work.IMPORT,
            by=request.actor,
            now=timezone.now(),
        )
        if job:
            wake(job.pk)
    return redirect(
        "portals:customer-import-detail", request.service_site.pk, upload_id
    )


@require_POST
@requires_site(SiteRight.CUSTOMERS)
def import_export(request: SiteRequest, upload_id: UUID) -> HttpResponseBase:
    """Answer with every line of a list and what it would do or did, as CSV."""
    upload = _find(request, upload_id)
    asked = request.POST.get("tab", "")
    tab = asked if asked in Tab.values else ""
    exports.note_export(
        organization=request.organization,
        target=Target("customer-import", str(upload.pk), upload.file_name),
        filters={"tab": tab},
        by=request.actor,
        now=timezone.now(),
    )
    lines = imports.lines_of(upload, tab)
    reasons = lines.exclude(reason="").order_by("reason")
    words = sentences(reasons.values_list("reason", flat=True).distinct())
    return csv_response("import", COLUMNS, _lines(lines.order_by("number"), words))


def _lines(
    lines: QuerySet[ImportLine], words: dict[str, str]
) -> Iterator[list[object]]:
    for line in lines.iterator():
        yield [
            line.number,
            line.email,
            line.name,
            " | ".join(line.organizations),
            EFFECTS.get(line.effect, ""),
            words.get(line.reason, ""),
        ]


def _find(request: SiteRequest, upload_id: UUID) -> CustomerImport:
    uploads = CustomerImport.objects.select_related("job")
    return get_object_or_404(uploads, site=request.service_site, pk=upload_id)


def _crumbs(request: SiteRequest, upload: CustomerImport) -> list[crumbs.Crumb]:
    page = reverse("portals:customer-import", args=[request.service_site.pk])
    return crumbs.of_customers(request, (_("Import"), page), (upload.file_name, ""))
