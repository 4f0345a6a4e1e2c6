"""Factories of the directories app."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import factory

from directories.events import Event
from directories.folding import domain_of, fold
from directories.models import (
    Account,
    ApiKey,
    AuditEvent,
    Directory,
    Domain,
    GroupRecord,
    Job,
    LinkState,
    Member,
    Membership,
    Nesting,
    Organization,
    OrganizationApiKey,
    Removal,
    RequestEntry,
    RoleAssignment,
    Site,
    TroubleshootingEntry,
    UnusedAttribute,
    UserRecord,
)
from directories.services import accounts, troubleshooting

LONG_AGO = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class OrganizationFactory(factory.django.DjangoModelFactory[Organization]):
    """An organization without anything in it."""

    class Meta:
        model = Organization

    name = factory.Sequence(lambda n: f"Organization {n}")
    created_at = LONG_AGO


class SiteFactory(factory.django.DjangoModelFactory[Site]):
    """A site without apps."""

    class Meta:
        model = Site

    organization = factory.SubFactory(OrganizationFactory)
    name = factory.Sequence(lambda n: f"site-{n}")
    created_at = LONG_AGO


class AccountFactory(factory.django.DjangoModelFactory[Account]):
    """An active external account; `managed_by` makes it a managed one."""

    class Meta:
        model = Account

    name = factory.Sequence(lambda n: f"Person {n:04}")
    email = factory.Sequence(lambda n: f"person{n:04}@example.com")
    email_key = factory.LazyAttribute(lambda account: fold(account.email))
    email_domain = factory.LazyAttribute(lambda account: domain_of(account.email))
    created_at = LONG_AGO


class DirectoryFactory(factory.django.DjangoModelFactory[Directory]):
    """A directory of a provider, set up; `local` makes the local one."""

    class Meta:
        model = Directory

    class Params:
        local = factory.Trait(
            kind=Directory.Kind.LOCAL, provider="", name="Local directory"
        )
        fresh = factory.Trait(state=Directory.State.NOT_SET_UP)

    organization = factory.SubFactory(OrganizationFactory)
    kind = Directory.Kind.ORGANIZATION
    provider = Directory.Provider.OKTA
    name = factory.Sequence(lambda n: f"Okta {n}")
    name_key = factory.LazyAttribute(lambda directory: fold(directory.name))
    state = Directory.State.ACTIVE
    created_at = LONG_AGO


class ApiKeyFactory(factory.django.DjangoModelFactory[ApiKey]):
    """A key that works for a year from now; its text is nowhere."""

    class Meta:
        model = ApiKey

    directory = factory.SubFactory(DirectoryFactory)
    prefix = factory.Sequence(lambda n: f"{n:012x}")
    digest = "0" * 64
    created_at = LONG_AGO
    created_by = "Ada Admin"
    expires_at = factory.LazyFunction(lambda: datetime.now(UTC) + timedelta(days=365))


class OrganizationApiKeyFactory(factory.django.DjangoModelFactory[OrganizationApiKey]):
    """An organization's key that works for a year from now; its text is nowhere."""

    class Meta:
        model = OrganizationApiKey

    organization = factory.SubFactory(OrganizationFactory)
    name = factory.Sequence(lambda n: f"Script {n}")
    prefix = factory.Sequence(lambda n: f"{n:012x}")
    digest = "0" * 64
    created_at = LONG_AGO
    created_by = "Ada Admin"
    expires_at = factory.LazyFunction(lambda: datetime.now(UTC) + timedelta(days=365))


class DomainFactory(factory.django.DjangoModelFactory[Domain]):
    """A verified domain; `unverified` makes it one that is not."""

    class Meta:
        model = Domain

    class Params:
        unverified = factory.Trait(verified_at=None)

    organization = factory.SubFactory(OrganizationFactory)
    name = factory.Sequence(lambda n: f"domain{n}.example")
    verified_at = LONG_AGO
    created_at = LONG_AGO


class MemberFactory(factory.django.DjangoModelFactory[Member]):
    """A local person of an organization, in step with the account."""

    class Meta:
        model = Member

    organization = factory.SubFactory(OrganizationFactory)
    account = factory.SubFactory(AccountFactory)
    name = factory.LazyAttribute(lambda member: accounts.list_name(member.account))
    search_text = factory.LazyAttribute(
        lambda member: accounts.search_text(member.account)
    )
    status = factory.LazyAttribute(lambda member: member.account.status)
    joined_at = LONG_AGO


class RoleAssignmentFactory(factory.django.DjangoModelFactory[RoleAssignment]):
    """An organization admin; `role` and `site` make it another."""

    class Meta:
        model = RoleAssignment

    organization = factory.SubFactory(OrganizationFactory)
    account = factory.SubFactory(AccountFactory)
    role = RoleAssignment.Role.ORGANIZATION_ADMIN
    created_at = LONG_AGO


class UserRecordFactory(factory.django.DjangoModelFactory[UserRecord]):
    """A person whom a provider pushed; give `account` and the state to link it."""

    class Meta:
        model = UserRecord

    class Params:
        linked = factory.Trait(
            link_state=LinkState.LINKED, account=factory.SubFactory(AccountFactory)
        )

    directory = factory.SubFactory(DirectoryFactory)
    organization = factory.SelfAttribute("directory.organization")
    user_name = factory.Sequence(lambda n: f"pushed{n:04}@example.com")
    user_name_key = factory.LazyAttribute(lambda record: fold(record.user_name))
    email = factory.SelfAttribute("user_name")
    email_key = factory.LazyAttribute(lambda record: fold(record.email))
    document = factory.LazyAttribute(lambda record: {"userName": record.user_name})
    created_at = LONG_AGO
    updated_at = LONG_AGO


class GroupRecordFactory(factory.django.DjangoModelFactory[GroupRecord]):
    """A group that a provider pushed, without members."""

    class Meta:
        model = GroupRecord

    directory = factory.SubFactory(DirectoryFactory)
    organization = factory.SelfAttribute("directory.organization")
    display_name = factory.Sequence(lambda n: f"Pushed group {n:04}")
    display_name_key = factory.LazyAttribute(lambda record: fold(record.display_name))
    document = factory.LazyAttribute(
        lambda record: {"displayName": record.display_name}
    )
    created_at = LONG_AGO
    updated_at = LONG_AGO


class MembershipFactory(factory.django.DjangoModelFactory[Membership]):
    """A pushed person in a pushed group of the same directory."""

    class Meta:
        model = Membership

    group = factory.SubFactory(GroupRecordFactory)
    directory = factory.SelfAttribute("group.directory")
    user = factory.SubFactory(
        UserRecordFactory, directory=factory.SelfAttribute("..directory")
    )


class NestingFactory(factory.django.DjangoModelFactory[Nesting]):
    """A pushed group in another pushed group of the same directory."""

    class Meta:
        model = Nesting

    parent = factory.SubFactory(GroupRecordFactory)
    directory = factory.SelfAttribute("parent.directory")
    child = factory.SubFactory(
        GroupRecordFactory, directory=factory.SelfAttribute("..directory")
    )


class RemovalFactory(factory.django.DjangoModelFactory[Removal]):
    """A deactivation that waits for a decision, just now."""

    class Meta:
        model = Removal

    directory = factory.SubFactory(DirectoryFactory)
    at = factory.LazyFunction(lambda: datetime.now(UTC))
    kind = Removal.Kind.DEACTIVATED
    state = Removal.State.HELD
    scim_id = factory.LazyFunction(lambda: str(uuid4()))
    name = factory.Sequence(lambda n: f"lost{n:04}@example.com")


class UnusedAttributeFactory(factory.django.DjangoModelFactory[UnusedAttribute]):
    """An attribute of users that means nothing here."""

    class Meta:
        model = UnusedAttribute

    directory = factory.SubFactory(DirectoryFactory)
    resource = "User"
    name = factory.Sequence(lambda n: f"attribute{n:04}")
    first_seen_at = LONG_AGO


class JobFactory(factory.django.DjangoModelFactory[Job]):
    """Work that waits for a worker."""

    class Meta:
        model = Job

    directory = factory.SubFactory(DirectoryFactory)
    organization = factory.SelfAttribute("directory.organization")
    kind = "group-sync"
    target = factory.Sequence(str)
    label = factory.Sequence(lambda n: f"Group {n}")
    created_at = factory.LazyFunction(lambda: datetime.now(UTC))
    beat_at = factory.SelfAttribute("created_at")


class AuditEventFactory(factory.django.DjangoModelFactory[AuditEvent]):
    """Something that the system did to nobody in particular."""

    class Meta:
        model = AuditEvent

    organization = factory.SubFactory(OrganizationFactory)
    at = LONG_AGO
    action = Event.ACCOUNT_UPDATED
    actor_kind = AuditEvent.ActorKind.SYSTEM
    actor_name = "Rollcall"
    target_kind = "account"


class TroubleshootingEntryFactory(
    factory.django.DjangoModelFactory[TroubleshootingEntry]
):
    """An error about a request, just now."""

    class Meta:
        model = TroubleshootingEntry

    directory = factory.SubFactory(DirectoryFactory)
    organization = factory.SelfAttribute("directory.organization")
    at = factory.LazyFunction(lambda: datetime.now(UTC))
    first_at = factory.SelfAttribute("at")
    level = TroubleshootingEntry.Level.ERROR
    kind = "invalid_request"
    subject = TroubleshootingEntry.Subject.REQUEST
    reason = "The body of the request was no JSON."
    search_text = factory.LazyAttribute(
        lambda entry: troubleshooting.search_text(
            getattr(entry, "subject_name", ""), entry.reason
        )
    )


class RequestEntryFactory(factory.django.DjangoModelFactory[RequestEntry]):
    """A look-up of a person, just now, that found nobody."""

    class Meta:
        model = RequestEntry

    directory = factory.SubFactory(DirectoryFactory)
    organization = factory.SelfAttribute("directory.organization")
    at = factory.LazyFunction(lambda: datetime.now(UTC))
    request_id = factory.Sequence(lambda n: f"{n:032x}")
    method = "GET"
    path = "/Users"
    status = 200
    duration_us = 1_500
    resource = "User"
    search_text = factory.LazyAttribute(
        lambda entry: f"{entry.path} {entry.resource_name} {entry.detail}".casefold()
    )
    resource_name = ""
    detail = ""
