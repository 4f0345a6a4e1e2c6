"""Invites people by e-mail: an account, a place in the organization, and groups.

All or nothing for each person. People who are here already get the groups; what
an identity provider gives them stays as it is.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from directories.consumers import tell_account_deleted
from directories.events import Event
from directories.folding import domain_of, fold
from directories.models import Account, Domain, Member, Organization, UserRecord
from directories.services import accounts, admins
from directories.services.accounts import Change
from directories.services.audit import Actor, Target, record_events
from directories.services.together import run_anew
from provisioning.models import App, AppAccess, Group, GroupMember, Invitation
from provisioning.services import consequences
from provisioning.services.accounts import external_people
from provisioning.services.organization_groups import local_groups

MOST_INVITED = 100


class RefusedError(Exception):
    """Nothing was written for a person; `reason` is a machine word."""

    def __init__(self, reason: str, **values: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.values = values


class FollowedError(Exception):
    """The invitation was followed or revoked already."""


@dataclass(frozen=True)
class Plan:
    """What invited people get: groups by key, and a mail with a message, or none."""

    groups: Sequence[int]
    message: str = ""
    sends: bool = True


@dataclass(frozen=True)
class Result:
    """What came of one address.

    Without `refusal` the person is invited, or was `here` already; `joined` are the
    groups they were not in, `waiting` the apps they wait for. `provider` names the
    directory that their domain is linked to, and that should push them.
    """

    email: str
    account: Account | None = None
    here: bool = False
    joined: Sequence[Group] = ()
    invitation: Invitation | None = None
    waiting: Sequence[str] = ()
    provider: str = ""
    refusal: RefusedError | None = None


def invite_people(
    organization: Organization,
    emails: Iterable[str],
    plan: Plan,
    *,
    by: Actor,
    now: datetime,
) -> Iterator[Result]:
    """Invite one person after the other, and yield what came of each."""
    # Counted once: with many people it takes longer than all the rest.
    room, change = _room(organization), Change(organization, by, now)
    for email in emails:
        try:
            result = _invite(email, plan, change, has_room=room > 0)
        except RefusedError as error:
            yield Result(email, refusal=error)
        else:
            room -= result.invitation is not None
            yield result


@run_anew
@transaction.atomic
def _invite(email: str, plan: Plan, change: Change, *, has_room: bool) -> Result:
    """Give somebody a place in the organization and the groups of a plan.

    Raises RefusedError.
    """
    organization, now = change.organization, change.at
    domain = _domain_of(email, organization)
    account = _hold(email, organization)
    member = _member(account, organization) if account else None
    if member is None and not has_room:
        raise RefusedError("limit")
    made = account is None
    if account is None:
        account = _make(email, managed=domain is not None, change=change)
    invitation = None
    if member is None:
        accounts.join_organization(
            account, organization=organization, directory=None, now=now
        )
        invitation = Invitation.objects.create(
            organization=organization,
            account=account,
            invited_at=now,
            invited_by=change.by.name,
            made_account=made,
            message=plan.message,
            sent_at=now if plan.sends else None,
        )
    joined = _join(account, plan.groups, change)
    _record(account, joined, change, made=made, invited=member is None)
    return Result(
        email=account.email,
        account=account,
        here=member is not None,
        joined=joined,
        invitation=invitation,
        waiting=_waiting(account, organization) if joined else (),
        provider=_provider(domain),
    )


@run_anew
@transaction.atomic
def resend_invitation(
    account: Account, organization: Organization, *, by: Actor, now: datetime
) -> Invitation:
    """Note that an invitation is mailed once more, and return it.

    Raises FollowedError.
    """
    invitation = _hold_pending(account, organization)
    invitation.sent_at = now
    invitation.save(update_fields=["sent_at"])
    Change(organization, by, now).tell(Event.INVITATION_RESENT, invitation.account, {})
    return invitation


def note_unsent(invitations: Sequence[Invitation]) -> None:
    """Note that no mail was sent, as the one asked for cannot be."""
    keys = [each.pk for each in invitations]
    Invitation.objects.filter(pk__in=keys).update(sent_at=None)


@run_anew
@transaction.atomic
def revoke_invitation(
    account: Account, organization: Organization, *, by: Actor, now: datetime
) -> None:
    """Take an invited person out again, with the account if it was made for that.

    Raises FollowedError or admins.LastAdminError.
    """
    invitation = _hold_pending(account, organization)
    held = invitation.account
    change = Change(organization, by, now)
    admins.check_not_last(held, organization=organization)
    change.tell(Event.INVITATION_REVOKED, held, {})
    external_people.take_everything(held, change)
    elsewhere = Member.objects.filter(account=held).exists()
    pushed = UserRecord.objects.filter(account=held).exists()
    if invitation.made_account and not elsewhere and not pushed:
        tell_account_deleted(held, now)
        held.delete()


def _hold_pending(account: Account, organization: Organization) -> Invitation:
    held = Account.objects.select_for_update(of=("self",)).filter(pk=account.pk).first()
    pending = Invitation.objects.pending().filter(
        organization=organization, account=held
    )
    local = Member.objects.filter(
        organization=organization, account=held, directory=None
    )
    invitation = pending.first() if held else None
    if held is None or invitation is None or not local.exists():
        raise FollowedError(account.pk)
    invitation.account = held
    return invitation


def _domain_of(email: str, organization: Organization) -> Domain | None:
    """Return the organization's verified domain of an address, if it has it."""
    domain = (
        Domain.objects.verified()
        .select_related("directory")
        .filter(name=domain_of(email))
        .first()
    )
    if domain is not None and domain.organization_id != organization.pk:
        raise RefusedError("claimed")
    return domain


def _provider(domain: Domain | None) -> str:
    linked = domain.directory if domain else None
    return linked.name if linked and linked.provider else ""


def _hold(email: str, organization: Organization) -> Account | None:
    """Lock the account of an address, where there is one that may be invited."""
    found = Account.objects.select_for_update(of=("self",)).filter(
        email_key=fold(email)
    )
    account = found.first()
    if account is None:
        return None
    if account.managed_by_id not in {None, organization.pk}:
        raise RefusedError("claimed")
    if account.deletion_at is not None:
        raise RefusedError("deletion")
    if not account.is_active:
        raise RefusedError("deactivated", account=account)
    return account


def _member(account: Account, organization: Organization) -> Member | None:
    found = Member.objects.filter(organization=organization, account=account)
    member = found.first()
    if member is not None and member.status == Member.Status.SUSPENDED:
        raise RefusedError("suspended", account=account)
    return member


def _room(organization: Organization) -> int:
    """Return how many people more the limit of users leaves room for."""
    limit = organization.limit_users
    if limit is None:
        limit = settings.LIMIT_USERS_PER_ORGANIZATION
    return limit - organization.members.count()


def _make(email: str, *, managed: bool, change: Change) -> Account:
    try:
        with transaction.atomic():
            return accounts.create_account(
                email=email, profile={}, managed=managed, change=change
            )
    except IntegrityError as error:
        # A provider pushed the person at this moment.
        raise RefusedError("meanwhile") from error


def _join(account: Account, keys: Collection[int], change: Change) -> list[Group]:
    """Put a person into groups, and return those that are new."""
    groups = list(
        Group.objects.select_for_update(of=("self",))
        .filter(pk__in=keys, organization=change.organization)
        .order_by("pk")
    )
    if len(groups) != len(set(keys)):
        raise RefusedError("group_gone")
    try:
        for group in groups:
            local_groups.check_members(group)
    except (local_groups.OwnedError, local_groups.FixedError) as error:
        raise RefusedError("group_synced") from error
    inside = set(
        GroupMember.objects.filter(account=account, group__in=groups).values_list(
            "group_id", flat=True
        )
    )
    joined = [group for group in groups if group.pk not in inside]
    GroupMember.objects.bulk_create(
        (GroupMember(group=group, account=account) for group in joined),
        ignore_conflicts=True,
    )
    # Changed: who let it go does not decide about it again without review.
    local = Group.objects.filter(
        pk__in=[group.pk for group in joined], kind=Group.Kind.LOCAL
    )
    local.exclude(released_at=None).update(released_at=None)
    try:
        consequences.follow(
            [group.pk for group in joined],
            [account.pk],
            by=change.by,
            now=change.at,
            refuses=True,
            came=True,
        )
    except consequences.SeatsError as error:
        raise _no_license(error) from error
    return joined


def _no_license(error: consequences.SeatsError) -> RefusedError:
    app = App.objects.select_related("site").get(pk=error.app)
    return RefusedError(
        "license",
        app=app.get_kind_display(),
        site=app.site.name,
        limit=app.user_limit or 0,
    )


def _waiting(account: Account, organization: Organization) -> list[str]:
    """Return the organization's apps whose user limit lets a person wait."""
    rows = AppAccess.objects.filter(
        account=account,
        state=AppAccess.State.WAITING,
        app__site__organization=organization,
    )
    return [
        f"{row.app.get_kind_display()} ({row.app.site.name})"
        for row in rows.select_related("app__site").order_by("app")
    ]


def _record(
    account: Account,
    joined: Sequence[Group],
    change: Change,
    *,
    made: bool,
    invited: bool,
) -> None:
    """Write who was invited, and which groups they joined."""
    names = [group.name for group in joined]
    person = _target(account, {"groups": names[:20]} if names else {})
    events = []
    if made:
        events.append((Event.ACCOUNT_CREATED, _target(account, {})))
    if invited:
        events.append((Event.USER_INVITED, person))
    for group in joined:
        named = {"group": group.name, "group_id": str(group.public_id)}
        events += [
            (Event.USER_ADDED_TO_GROUP, _target(account, named)),
            (
                Event.GROUP_UPDATED,
                Target("group", str(group.public_id), group.name, {"joined": 1}),
            ),
        ]
    if events:
        record_events(
            events, organization=change.organization, by=change.by, at=change.at
        )


def _target(account: Account, details: dict[str, Any]) -> Target:
    return Target("account", str(account.public_id), account.email, details)
