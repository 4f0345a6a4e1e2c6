"""What the list of managed accounts can be asked for, by address or by form."""

import uuid

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from provisioning.queries.accounts import managed_accounts
from provisioning.queries.accounts.managed_accounts import Choice, ManagedFilter
from provisioning.tables import LONGEST_SEARCH, directory_of, text_of

MANAGED_COLUMNS = (
    _("Name"),
    _("Email address"),
    _("Status"),
    _("Deletion"),
    _("Domain"),
    _("Directory"),
    _("Last signed in"),
    _("Account ID"),
)
MANAGED_STATUSES: list[tuple[str, StrOrPromise]] = [
    (managed_accounts.ACTIVE, _("Active")),
    (managed_accounts.DEACTIVATED, _("Deactivated")),
    (managed_accounts.DELETION, _("Deletion scheduled")),
]
# As many as one page shows, and then some.
CHOSEN_LIMIT = 200


def managed_filter(query: QueryDict) -> ManagedFilter:
    """Return which managed accounts are asked for."""
    asked, known = query.get("status", ""), [key for key, _label in MANAGED_STATUSES]
    return ManagedFilter(
        text=text_of(query),
        status=asked if asked in known else "",
        domain=query.get("domain", "").replace("\x00", "")[:LONGEST_SEARCH],
        directory=directory_of(query, or_local=True),
    )


def choice_of(query: QueryDict) -> Choice:
    """Return which managed accounts were chosen: the ticked ones, or all that match."""
    ids = [each for each in query.getlist("account")[:CHOSEN_LIMIT] if _is_uuid(each)]
    return Choice(ids=ids, wanted=managed_filter(query), all=bool(query.get("all")))


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
