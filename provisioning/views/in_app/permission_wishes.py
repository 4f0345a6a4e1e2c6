"""Changes of permissions as forms carry them: reviewed in numbers, then made."""

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from directories.models import Account
from directories.permissions import ConsoleRequest
from directories.views.rendering import Crumbs
from provisioning.app_permissions import BY_KEY
from provisioning.models import App, Group, Space
from provisioning.queries.in_app.permission_changes import Plan, Receiver, Wish, plan
from provisioning.services.in_app import app_permissions

# A page of a list, at the most.
MOST = 200
REFUSALS = (
    app_permissions.GoneError,
    app_permissions.NoAccessError,
    app_permissions.UnknownError,
)


def receivers_of(request: ConsoleRequest, keys: Sequence[str]) -> list[Receiver]:
    """Return the groups and people of the organization that these keys name."""
    named: dict[str, list[UUID]] = {"group": [], "person": []}
    for key in keys[:MOST]:
        kind, _colon, public_id = key.partition(":")
        if kind in named:
            with suppress(ValueError):
                named[kind].append(UUID(public_id))
    organization = request.organization
    groups = Group.objects.filter(
        organization=organization, public_id__in=named["group"]
    )
    people = Account.objects.filter(
        memberships__organization=organization, public_id__in=named["person"]
    )
    return [
        *(Receiver(group=group) for group in groups.order_by("name_key", "pk")),
        *(Receiver(account=account) for account in people.order_by("name", "pk")),
    ]


def ticked_wishes(request: ConsoleRequest) -> list[Wish]:
    """Return what a page of ticks changes: `was` says what was shown as ticked."""
    shown: dict[str, set[str]] = {}
    for line in request.POST.getlist("was")[:MOST]:
        key, _slash, given = line.partition("/")
        shown[key] = {each for each in given.split(",") if each in BY_KEY}
    ticked: dict[str, set[str]] = {key: set() for key in shown}
    for line in request.POST.getlist("may"):
        key, _slash, permission = line.partition("/")
        if key in ticked and permission in BY_KEY:
            ticked[key].add(permission)
    return [
        Wish(
            receiver,
            gives=frozenset(ticked[receiver.key] - shown[receiver.key]),
            takes=frozenset(shown[receiver.key] - ticked[receiver.key]),
        )
        for receiver in receivers_of(request, list(shown))
    ]


def carried_wishes(request: ConsoleRequest) -> list[Wish]:
    """Return the wishes that a review carries as `wish` fields; see `carried`."""
    found: dict[str, tuple[set[str], set[str]]] = {}
    for line in request.POST.getlist("wish")[:MOST]:
        key, gives, takes = [*line.split("/"), "", ""][:3]
        found[key] = (set(gives.split(",")), set(takes.split(",")))
    known = set(BY_KEY)
    return [
        Wish(
            receiver,
            gives=frozenset(found[receiver.key][0] & known),
            takes=frozenset(found[receiver.key][1] & known),
        )
        for receiver in receivers_of(request, list(found))
    ]


def carried(wish: Wish) -> str:
    """Return a wish as a form carries it."""
    gives, takes = ",".join(sorted(wish.gives)), ",".join(sorted(wish.takes))
    return f"{wish.receiver.key}/{gives}/{takes}"


def review(
    request: ConsoleRequest,
    app: App,
    wishes: Sequence[Wish],
    *,
    space: Space | None,
    crumbs: Crumbs,
    back: str,
) -> HttpResponse:
    """Say in numbers what wishes change; the page posts them to the same address."""
    planned = plan(app, space, wishes)
    if not planned:
        messages.info(request, _("Nothing was changed: all is as it was."))
        return redirect(back)
    return render_review(request, planned, app, space=space, crumbs=crumbs, back=back)


def render_review(
    request: ConsoleRequest,
    planned: Plan,
    app: App,
    *,
    space: Space | None,
    crumbs: Crumbs,
    back: str,
) -> HttpResponse:
    """Show a plan with what a confirmation of it has to carry."""
    context = {
        "crumbs": crumbs,
        "app": app,
        "space": space,
        "plan": planned,
        "carried": [carried(line.wish) for line in planned.lines],
        "back": back,
    }
    return render(request, "provisioning/permission_review.html", context)


def carry_out(
    request: ConsoleRequest, app: App, wishes: Sequence[Wish], *, space: Space | None
) -> None:
    """Make a reviewed change, and say what was done or why not."""
    try:
        app_permissions.change(
            app, wishes, space=space, by=request.actor, now=timezone.now()
        )
    except REFUSALS as error:
        messages.error(request, refusal_words(error, app))
    else:
        messages.success(request, _("Permissions changed."))


def refusal_words(error: Exception, app: App) -> str:
    """Return why permissions were not changed, and what to do."""
    if isinstance(error, app_permissions.NoAccessError):
        return _(
            "Nothing was changed: {name} has no access to {app}, so a permission would "
            "count for nobody. Give access first, under Manage access."
        ).format(name=error.name, app=app.get_kind_display())
    if isinstance(error, app_permissions.UnknownError):
        return _("Nothing was changed: there is no such permission to give.")
    return _(
        "Nothing was changed: a group, a person or the space was deleted meanwhile."
    )


def confirmed(posted: QueryDict) -> bool:
    """Say whether a change was reviewed before."""
    return bool(posted.get("confirmed"))
