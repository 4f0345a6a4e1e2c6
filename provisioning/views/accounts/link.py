"""The link between one pushed person and an account: ended, made again, synced."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from directories.consumers import RefusedError, consumer_for
from directories.models import Directory, GroupRecord, LinkState, UserRecord
from directories.permissions import ConsoleRequest, Permission, requires
from directories.services.opening import ClosedError
from directories.services.records import UnknownRecordError
from directories.services.subscriptions import SubscriptionEndedError
from directories.tasks import wake
from provisioning.models import Group
from provisioning.queries import reports
from provisioning.services.account_links import chosen_links, links


@require_POST
@requires(Permission.MANAGE_PROVIDERS)
def record_relink(request: ConsoleRequest, scim_id: UUID) -> HttpResponse:
    """Let the rules decide about a pushed person again."""
    record = _find(request, scim_id)
    with _refusals(request):
        after = links.look_again(record, by=request.actor, now=timezone.now())
        _tell(request, after)
    return _back(record)


@require_POST
@requires(Permission.MANAGE_PROVIDERS)
def record_sync(request: ConsoleRequest, scim_id: UUID) -> HttpResponse:
    """Bring a person's account and synced groups in step with what was pushed."""
    record = _find(request, scim_id)
    with _refusals(request):
        after = links.sync_person(record, by=request.actor, now=timezone.now())
        _tell(request, after)
    return _back(record)


def _tell(request: ConsoleRequest, record: UserRecord) -> None:
    """Say what came of a record that was looked at again."""
    explanation = consumer_for(record.directory).explanation_of(record.link_reason)
    if record.link_state == LinkState.LINKED and record.account:
        text = _("{name} is linked, and in step with what {directory} pushed.").format(
            name=record.account.get_full_name(), directory=record.directory.name
        )
        messages.success(request, text)
    elif explanation:
        messages.info(request, f"{explanation.reason} {explanation.advice}")


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_PROVIDERS)
def record_unlink(request: ConsoleRequest, scim_id: UUID) -> HttpResponse:
    """Say in numbers what unlinking changes; a POST does it."""
    record = _find_person(request, scim_id)
    if request.method == "POST":
        with _refusals(request), suppress(links.NotLinkedError):
            for job in links.unlink(record, by=request.actor, now=timezone.now()):
                wake(job.pk)
            text = _("{name} was unlinked. Nothing was deleted.").format(
                name=record.user_name
            )
            messages.success(request, text)
        return _back(record)
    accounts = [record.account_id] if record.account_id else []
    context = {
        "crumbs": _crumbs(record, _("Unlink")),
        "record": record,
        "effect": reports.effect_of_unlinking(request.organization, accounts),
        "back": _url_of(record),
    }
    return render(request, "provisioning/record_unlink.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_PROVIDERS)
def record_link_to(request: ConsoleRequest, scim_id: UUID) -> HttpResponse:
    """Choose an account with another address, see what changes, then link to it."""
    record = _find_person(request, scim_id)
    asked = (request.POST if request.method == "POST" else request.GET).get("email", "")
    asked = asked.replace("\0", "")[:254]
    found = reports.member_account(request.organization, asked) if asked else None
    if request.method == "POST" and found is not None:
        with _refusals(request):
            after = chosen_links.link_to(
                record, found, by=request.actor, now=timezone.now()
            )
            _tell(request, after)
        return _back(record)
    context: dict[str, Any] = {
        "crumbs": _crumbs(record, _("Link to an account")),
        "record": record,
        "email": asked,
        "found": found,
        "against": chosen_links.reason_against(record, found) if found else "",
        "pushed_groups": record.memberships.count(),
        "back": _url_of(record),
    }
    return render(request, "provisioning/record_link_to.html", context)


@require_POST
@requires(Permission.MANAGE_PROVIDERS)
def group_resync(request: ConsoleRequest, public_id: UUID) -> HttpResponse:
    """Queue the work that makes a synced group equal to what was pushed."""
    records = GroupRecord.objects.select_related("directory__organization")
    group = get_object_or_404(
        Group, organization=request.organization, public_id=public_id
    )
    record = get_object_or_404(records, group=group)
    with _refusals(request), suppress(links.NotLinkedError):
        job = links.sync_group(record, by=request.actor, now=timezone.now())
        wake(job.pk)
    return redirect("provisioning:group-detail", public_id)


@contextmanager
def _refusals(request: ConsoleRequest) -> Iterator[None]:
    """Say on the next page why something could not be done."""
    try:
        yield
    except RefusedError as error:
        messages.error(request, error.advice)
    except (chosen_links.UnlinkableError, SubscriptionEndedError) as error:
        messages.error(request, str(error))
    except ClosedError:
        messages.info(request, _("User provisioning of this directory was deleted."))
    except UnknownRecordError:
        messages.info(
            request, _("The identity provider deleted this person meanwhile.")
        )


def _find(request: ConsoleRequest, scim_id: UUID) -> UserRecord:
    records = UserRecord.objects.select_related("directory__organization", "account")
    return get_object_or_404(
        records, organization=request.organization, scim_id=scim_id
    )


def _find_person(request: ConsoleRequest, scim_id: UUID) -> UserRecord:
    """Return a record that leads to an account, not to a customer of a site."""
    record = _find(request, scim_id)
    if record.directory.kind != Directory.Kind.ORGANIZATION:
        raise Http404
    return record


def _url_of(record: UserRecord) -> str:
    """Return the page of a record, which leads on to that of its account."""
    return reverse("provisioning:user-record", args=[record.scim_id])


def _back(record: UserRecord) -> HttpResponse:
    return redirect(_url_of(record))


def _crumbs(record: UserRecord, title: str) -> list[tuple[str, str]]:
    return [
        (_("Admin"), "/"),
        (_("Directory"), ""),
        (record.user_name, _url_of(record)),
        (title, ""),
    ]
