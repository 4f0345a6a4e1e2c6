"""Names the other party of a conflict about a person: account, record, directory."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from directories.folding import domain_of
from directories.models import Account, Directory, UserRecord
from provisioning.reasons import Reason
from provisioning.services.accounts.takeover import owner_of

LINKED_ELSEWHERE = {Reason.DOMAIN_LINKED_ELSEWHERE, Reason.EMAIL_LINKED_ELSEWHERE}
OWNED = {Reason.OTHER_DIRECTORY, Reason.OTHER_RECORD}


def named(record: UserRecord, reason: str) -> str:
    """Return a sentence that names who is in the way of a record, "" for nobody."""
    if reason in LINKED_ELSEWHERE:
        return _domain(record)
    account = Account.objects.filter(email_key=record.email_key).first()
    if account is None:
        return ""
    if reason in OWNED:
        return owner_named(record, account)
    return _account_named(account, reason)


def _account_named(account: Account, reason: str) -> str:
    if reason == Reason.ADMIN_ACCOUNT:
        return _("It is the account of {name}.").format(name=account.get_full_name())
    if reason == Reason.DELETION_SCHEDULED and account.deletion_at:
        day = date_format(account.deletion_at, "DATE_FORMAT")
        return _("It will be deleted on {day}.").format(day=day)
    return ""


def owner_named(record: UserRecord, account: Account) -> str:
    """Return a sentence that names the other record that has an account, or ""."""
    owner = owner_of(account, record)
    if owner is None:
        return ""
    if owner.directory_id == record.directory_id:
        return _(
            "The account {email} is linked to {user_name} of this directory (id {id})."
        ).format(email=account.email, user_name=owner.user_name, id=owner.scim_id)
    return _(
        "The account {email} is linked to {user_name} of the directory {directory}."
    ).format(
        email=account.email,
        user_name=owner.user_name,
        directory=owner.directory.name,
    )


def advice(record: UserRecord, holder: Account) -> str:
    """Say who has an address that a person was to get, and what to do."""
    text = _(
        "The account {name} already has this address. Change the address "
        "of that account or delete it, then push the person again."
    ).format(name=holder.get_full_name())
    return f"{text} {owner_named(record, holder)}".strip()


def _domain(record: UserRecord) -> str:
    name = domain_of(record.email)
    linked = Directory.objects.filter(
        domains__name=name, domains__organization=record.organization_id
    ).first()
    if linked is None:
        return ""
    return _("{domain} is linked to {directory}.").format(
        domain=name, directory=linked.name
    )
