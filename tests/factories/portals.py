"""Factories of the portals app."""

from typing import Any

import factory

from directories.folding import domain_of, fold, index_key
from directories.models import Directory, Site
from portals.models import (
    Customer,
    CustomerDirectory,
    CustomerOrganization,
    OrganizationMember,
    ProjectCustomer,
    ProjectOrganization,
    ProjectRole,
    ServiceProject,
)
from provisioning.models import App
from tests.factories.directories import (
    LONG_AGO,
    AccountFactory,
    DirectoryFactory,
    MemberFactory,
    SiteFactory,
)


class ServiceSiteFactory(SiteFactory):
    """A site with Jira Service Management."""

    class Meta:
        model = Site
        skip_postgeneration_save = True

    apps = factory.RelatedFactoryList(
        "tests.factories.portals.AppFactory", factory_related_name="site", size=1
    )


class AppFactory(factory.django.DjangoModelFactory[App]):
    """Jira Service Management on a site."""

    class Meta:
        model = App

    site = factory.SubFactory(SiteFactory)
    kind = App.Kind.SERVICE_MANAGEMENT


class CustomerDirectoryFactory(DirectoryFactory):
    """A customer directory of a site, set up; the default one there."""

    class Meta:
        model = Directory
        skip_postgeneration_save = True

    kind = Directory.Kind.CUSTOMERS
    provider = Directory.Provider.OTHER
    site = factory.SubFactory(ServiceSiteFactory)
    organization = factory.SelfAttribute(  # type: ignore[assignment]  # the site's
        "site.organization"
    )
    guard_on = False
    more = factory.RelatedFactory(
        "tests.factories.portals.CustomerRulesFactory",
        factory_related_name="directory",
    )


class CustomerRulesFactory(factory.django.DjangoModelFactory[CustomerDirectory]):
    """What a customer directory has beside what every directory has."""

    class Meta:
        model = CustomerDirectory

    directory = factory.SubFactory(CustomerDirectoryFactory, more=None)
    site = factory.SelfAttribute("directory.site")
    is_default = True


class CustomerFactory(factory.django.DjangoModelFactory[Customer]):
    """An invited portal-only customer without a password."""

    class Meta:
        model = Customer

    site = factory.SubFactory(ServiceSiteFactory)
    source = Customer.Source.INVITED
    name = factory.Sequence(lambda n: f"Customer {n:04}")
    name_key = factory.LazyAttribute(lambda one: index_key(one.name))
    email = factory.Sequence(lambda n: f"customer{n:04}@client.example")
    email_key = factory.LazyAttribute(lambda one: fold(one.email))
    email_domain = factory.LazyAttribute(lambda one: domain_of(one.email))
    search_text = factory.LazyAttribute(lambda one: fold(f"{one.name} {one.email}"))
    created_at = LONG_AGO


class CustomerOrganizationFactory(
    factory.django.DjangoModelFactory[CustomerOrganization]
):
    """A manual organization without customers."""

    class Meta:
        model = CustomerOrganization

    site = factory.SubFactory(ServiceSiteFactory)
    source = CustomerOrganization.Source.MANUAL
    name = factory.Sequence(lambda n: f"Client {n:04}")
    name_key = factory.LazyAttribute(lambda one: fold(one.name))
    created_at = LONG_AGO


class OrganizationMemberFactory(factory.django.DjangoModelFactory[OrganizationMember]):
    """A customer whom somebody put into an organization; counts are not followed."""

    class Meta:
        model = OrganizationMember

    organization = factory.SubFactory(CustomerOrganizationFactory)
    customer = factory.SubFactory(
        CustomerFactory, site=factory.SelfAttribute("..organization.site")
    )
    manual = True


class ServiceProjectFactory(factory.django.DjangoModelFactory[ServiceProject]):
    """A restricted project that nobody is in."""

    class Meta:
        model = ServiceProject

    site = factory.SubFactory(ServiceSiteFactory)
    key = factory.Sequence(lambda n: f"P{n}")
    name = factory.Sequence(lambda n: f"Project {n:04}")
    name_key = factory.LazyAttribute(lambda one: fold(one.name))
    created_at = LONG_AGO


class ProjectRoleFactory(factory.django.DjangoModelFactory[ProjectRole]):
    """An agent of a project."""

    class Meta:
        model = ProjectRole

    project = factory.SubFactory(ServiceProjectFactory)
    account = factory.SubFactory(AccountFactory)
    role = ProjectRole.Role.AGENT
    created_at = LONG_AGO

    @classmethod
    def _create(
        cls, model_class: type[ProjectRole], *args: Any, **kwargs: Any
    ) -> ProjectRole:
        """Let the account be a user of the organization too."""
        made: ProjectRole = super()._create(model_class, *args, **kwargs)
        organization = made.project.site.organization
        if not made.account.memberships.filter(organization=organization).exists():
            MemberFactory.create(organization=organization, account=made.account)
        return made


class ProjectCustomerFactory(factory.django.DjangoModelFactory[ProjectCustomer]):
    """A customer who was let into a project."""

    class Meta:
        model = ProjectCustomer

    project = factory.SubFactory(ServiceProjectFactory)
    customer = factory.SubFactory(
        CustomerFactory, site=factory.SelfAttribute("..project.site")
    )
    added_at = LONG_AGO
    added_by = "Ada Admin"


class ProjectOrganizationFactory(
    factory.django.DjangoModelFactory[ProjectOrganization]
):
    """An organization that a project lets in."""

    class Meta:
        model = ProjectOrganization

    project = factory.SubFactory(ServiceProjectFactory)
    organization = factory.SubFactory(
        CustomerOrganizationFactory, site=factory.SelfAttribute("..project.site")
    )
    added_at = LONG_AGO
    added_by = "Ada Admin"
