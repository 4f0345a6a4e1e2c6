"""Reads of who of many people was refused, in words."""

from collections.abc import Mapping
from types import MappingProxyType

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from directories.findings import Refusal
from directories.models import Job
from provisioning.models import ChoiceRefusal
from provisioning.reasons import EXPLANATIONS

OTHERS: Mapping[str, tuple[StrPromise, StrPromise]] = MappingProxyType(
    {
        "gone": (
            _("The identity provider deleted the person meanwhile."),
            _("Nothing, unless the person is missing there by mistake."),
        ),
        "directory_closed": (
            _("User provisioning of the directory was deleted."),
            _("Nothing: its people are local now."),
        ),
        "not_linked": (
            _("The person is not linked to an account."),
            _("Look at the history of the person."),
        ),
        "not_here": (
            _("The person has left the organization meanwhile."),
            _("Nothing."),
        ),
        "own_account": (
            _("It is your own account."),
            _("Ask another organization admin."),
        ),
        "only_admin": (
            _("It is the last active organization admin."),
            _("Make somebody else one first, under Directory, Administrators."),
        ),
        "no_license": (
            _("An app has too few free licenses, and its user limit refuses others."),
            _(
                "Raise the user limit of the app, or suspend others, then restore the "
                "access again."
            ),
        ),
        "nobody_pushes": (
            _("No identity provider pushes a person with this address."),
            _(
                "Assign the person to the app in the identity provider, or keep them "
                "as local."
            ),
        ),
    }
)


def refusals_of(job: Job) -> QuerySet[ChoiceRefusal]:
    """Return who was refused in a job, unordered."""
    return ChoiceRefusal.objects.filter(job=job)


def told(refusal: ChoiceRefusal) -> tuple[str, str]:
    """Return why somebody was refused, and what to do, as sentences."""
    if refusal.reason in Refusal.values:
        return str(Refusal(refusal.reason).label), refusal.advice
    if explanation := EXPLANATIONS.get(refusal.reason):
        return str(explanation.reason), str(explanation.advice)
    reason, advice = OTHERS.get(refusal.reason, OTHERS["not_linked"])
    return str(reason), str(advice)
