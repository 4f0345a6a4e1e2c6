"""Factories of the provisioning app."""

import factory

from directories.folding import fold
from directories.models import RoleAssignment
from provisioning.models import App, AppGrant, AppRole, Group, GroupMember, GroupRole
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


class AppFactory(factory.django.DjangoModelFactory[App]):
    """Jira on a site of its own."""

    class Meta:
        model = App

    site = factory.SubFactory(SiteFactory)
    kind = App.Kind.JIRA
