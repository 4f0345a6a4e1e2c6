"""The attribute mapping of a directory, and a trial of it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from directories.forms import posted
from directories.models import Directory
from directories.permissions import ConsoleRequest, Permission, requires
from directories.scim.modes import tolerance_of
from directories.scim.protocol.documents import email_of, read_user
from directories.scim.protocol.errors import ScimError
from directories.scim.protocol.tolerance import watch
from directories.scim.writing.users import values_of
from directories.services.opening import ClosedError
from directories.views.rendering import provider_crumbs
from provisioning.forms import TrialForm
from provisioning.queries.history import FIELDS
from provisioning.queries.review import provider_directories
from provisioning.reasons import EXPLANATIONS, Explanation
from provisioning.services.accounts import mapping
from provisioning.services.forecast.trial import Tried, try_user

SAMPLE = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", mapping.ENTERPRISE],
    "userName": "jo.field@example.com",
    "name": {"givenName": "Jo", "familyName": "Field"},
    "nickName": "Jo",
    "title": "Engineer",
    "emails": [{"value": "jo.field@example.com", "type": "work", "primary": True}],
    mapping.ENTERPRISE: {"department": "Research", "organization": "Example"},
    mapping.CUSTOM: {"basedIn": "Berlin"},
    "active": True,
}


@dataclass(frozen=True)
class Row:
    """One line of the mapping: the field, where it comes from, what it would be."""

    label: str
    sources: list[str]
    note: str
    value: str = ""
    used: str = ""


@dataclass(frozen=True)
class Result:
    """What a pasted person would become."""

    email: str
    photo: str
    active: bool
    unused: list[str]
    tried: Tried | None
    explanation: Explanation | None


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_PROVIDERS)
def attribute_mapping(request: ConsoleRequest, directory_id: UUID) -> HttpResponse:
    """Show which attribute fills which field; try it with a pasted person."""
    directory = get_object_or_404(
        provider_directories(request.organization), pk=directory_id
    )
    form = TrialForm(posted(request), initial={"person": SAMPLE})
    document: dict[str, Any] = {}
    result = None
    if request.method == "POST" and form.is_valid():
        unused = watch(tolerance_of(directory))
        try:
            document = read_user(form.cleaned_data["person"], unused)
        except ScimError as error:
            form.add_error("person", error.detail)
        else:
            result = _result(directory, document, sorted(unused.met))
    context = {
        "crumbs": provider_crumbs(directory, _("Attribute mapping")),
        "directory": directory,
        "rows": [_row(rule, document) for rule in mapping.RULES],
        "form": form,
        "result": result,
    }
    return render(
        request,
        "provisioning/attribute_mapping.html",
        context,
        status=422 if form.errors else 200,
    )


def _result(
    directory: Directory, document: dict[str, Any], unused: list[str]
) -> Result:
    values = values_of({"active": True, **document})
    try:
        tried = try_user(directory, values, now=timezone.now())
    except ClosedError:
        tried = None
    return Result(
        email=email_of(document),
        photo=mapping.photo_of(document),
        active=document.get("active", True),
        unused=unused,
        tried=tried,
        explanation=EXPLANATIONS.get(tried.reason) if tried else None,
    )


def _row(rule: mapping.Rule, document: dict[str, Any]) -> Row:
    filled = mapping.fill(document, rule)
    return Row(
        label=str(FIELDS[rule.field]),
        sources=[source.label for source in rule.sources],
        note=str(rule.note),
        value=filled.value,
        used=filled.source.label if filled.source else "",
    )
