"""Factories of the provisioning app."""

import factory

from directories.folding import fold
from directories.models import RoleAssignment
from provisioning.models import (
    App,
    AppAccess,
    AppGrant,
    AppPermission,
    AppRole,
    Group,
    GroupMember,
    GroupRole,
    Space,
)
from tests.factories.directories import (
    LONG_AGO,
    AccountFactory,
    GroupRecordFactory,
    OrganizationFactory,
    SiteFactory,
)


class GroupFactory(factory.django.DjangoModelFactory[Group]):
    """A local group; `synced` makes one that follows a record of its name."""

    class Meta:
        model = Group

    class Params:
        synced = factory.Trait(
            kind=Group.Kind.SYNCED,
            record=factory.SubFactory(
                GroupRecordFactory,
                directory__organization=factory.SelfAttribute("...organization"),
                display_name=factory.SelfAttribute("..name"),
                link_state="linked",
            ),
        )

    organization = factory.SubFactory(OrganizationFactory)
    kind = Group.Kind.LOCAL
    name = factory.Sequence(lambda n: f"group-{n:04}")
    name_key = factory.LazyAttribute(lambda group: fold(group.name))
    created_at = LONG_AGO


class AppGrantFactory(factory.django.DjangoModelFactory[AppGrant]):
    """A group that opens Jira."""

    class Meta:
        model = AppGrant

    group = factory.SubFactory(GroupFactory)
    app = factory.SubFactory(
        "tests.factories.provisioning.AppFactory",
        site__organization=factory.SelfAttribute("...group.organization"),
    )
    role = AppRole.USER
    created_at = LONG_AGO


class GroupMemberFactory(factory.django.DjangoModelFactory[GroupMember]):
    """An account in a group."""

    class Meta:
        model = GroupMember

    group = factory.SubFactory(GroupFactory)
    account = factory.SubFactory(AccountFactory)


class GroupRoleFactory(factory.django.DjangoModelFactory[GroupRole]):
    """Organization admin by a group; nobody has it before rights are followed."""

    class Meta:
        model = GroupRole

    group = factory.SubFactory(GroupFactory)
    role = RoleAssignment.Role.ORGANIZATION_ADMIN
    created_at = LONG_AGO


class AppAccessFactory(factory.django.DjangoModelFactory[AppAccess]):
    """Active access to Jira."""

    class Meta:
        model = AppAccess

    app = factory.SubFactory("tests.factories.provisioning.AppFactory")
    role = AppRole.USER
    account = factory.SubFactory(AccountFactory)
    since = LONG_AGO


class SpaceFactory(factory.django.DjangoModelFactory[Space]):
    """A space of Confluence."""

    class Meta:
        model = Space

    app = factory.SubFactory(
        "tests.factories.provisioning.AppFactory", kind=App.Kind.CONFLUENCE
    )
    key = factory.Sequence(lambda n: f"SPACE{n}")
    name = factory.Sequence(lambda n: f"Space {n:04}")
    created_at = LONG_AGO


class AppPermissionFactory(factory.django.DjangoModelFactory[AppPermission]):
    """A permission in Jira; say which, and the group or account that has it."""

    class Meta:
        model = AppPermission

    app = factory.SubFactory("tests.factories.provisioning.AppFactory")
    created_at = LONG_AGO


class AppFactory(factory.django.DjangoModelFactory[App]):
    """Jira on a site of its own."""

    class Meta:
        model = App

    site = factory.SubFactory(SiteFactory)
    kind = App.Kind.JIRA
