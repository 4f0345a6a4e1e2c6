"""How a person's profile stands beside what the identity provider says."""

from dataclasses import dataclass

from django_stubs_ext import StrOrPromise

from directories.models import Directory, Member, UserRecord
from directories.services.accounts import PROFILE
from provisioning.queries.history import FIELDS
from provisioning.reasons import EXPLANATIONS, Explanation
from provisioning.services.accounts import mapping


@dataclass(frozen=True)
class ProfileField:
    """One field of an account; `pushed` is the provider's value if it differs."""

    label: StrOrPromise
    value: str
    pushed: str = ""


@dataclass(frozen=True)
class Profile:
    """An account as its page shows it.

    `owner` is the directory that owns the person, None for a local one.
    `follows` says whether fields and status follow the identity provider.
    """

    owner: Directory | None
    managed: bool
    follows: bool
    fields: list[ProfileField]
    explanation: Explanation | None

    @property
    def drifts(self) -> bool:
        """Say whether the identity provider has another value for a field."""
        return any(field.pushed for field in self.fields)


def profile_of(member: Member, record: UserRecord | None) -> Profile:
    """Return what to show of a person; asks the database for nothing."""
    account = member.account
    managed = account.managed_by_id == member.organization_id
    owner = member.directory or (record.directory if record else None)
    pushed = mapping.profile_of(record.document) if record else {}
    if record:
        pushed["email"] = record.email
    return Profile(
        owner=owner,
        managed=managed,
        follows=managed and owner is not None,
        fields=[
            _field(name, getattr(account, name), pushed.get(name, ""))
            for name in ("email", *PROFILE)
        ],
        explanation=explanation_of(record) if record else None,
    )


def explanation_of(record: UserRecord) -> Explanation | None:
    """Return why the record stands as it does, None when all is well."""
    return EXPLANATIONS.get(record.link_reason)


def _field(name: str, value: str, pushed: str) -> ProfileField:
    return ProfileField(FIELDS[name], value, "" if pushed == value else pushed)
