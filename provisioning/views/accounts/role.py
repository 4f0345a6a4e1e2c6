"""Who may do what: the table that the console itself asks."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_stubs_ext import StrPromise

from directories.models import RoleAssignment
from directories.permissions import (
    ROLES,
    WORDS,
    ConsoleRequest,
    Permission,
    requires,
)
from directories.queries.organizations import people_by_role


@dataclass(frozen=True)
class Column:
    """One role, and how many people have it."""

    role: str
    label: str
    people: int


@dataclass(frozen=True)
class Line:
    """One permission, and whether each role has it, by the name of the role."""

    words: StrPromise
    held: list[tuple[str, bool]]


@require_safe
@requires(Permission.SEE_SITES)
def role_list(request: ConsoleRequest) -> HttpResponse:
    """Show each role with what it opens, and how many people have it."""
    people = people_by_role(request.organization)
    roles = RoleAssignment.Role
    context = {
        "crumbs": [(_("Admin"), "/"), (_("Settings"), ""), (_("Roles"), "")],
        "columns": [
            Column(role, str(role.label), people.get(role, 0)) for role in roles
        ],
        "lines": [
            Line(
                words, [(str(role.label), permission in ROLES[role]) for role in roles]
            )
            for permission, words in WORDS.items()
        ],
    }
    return render(request, "provisioning/role_list.html", context)
