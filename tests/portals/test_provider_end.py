"""What the end of a customer directory's configuration changes is said in numbers."""

from datetime import UTC, datetime

from portals.queries import providers
from tests.factories.directories import ApiKeyFactory, UserRecordFactory
from tests.factories.portals import (
    CustomerDirectoryFactory,
    CustomerFactory,
    CustomerOrganizationFactory,
    ProjectOrganizationFactory,
    ServiceProjectFactory,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_only_what_is_the_directorys_own_counts(site):
    directory = CustomerDirectoryFactory.create(site=site)
    other = CustomerDirectoryFactory.create(site=site, more__is_default=False)
    for owner, password in ((directory, ""), (directory, "set"), (other, "")):
        CustomerFactory.create(
            site=site,
            directory=owner,
            record=UserRecordFactory.create(directory=owner, link_state="linked"),
            password=password,
        )
    CustomerFactory.create(
        site=site, directory=directory, status="revoked", revoked_by="admin"
    )
    UserRecordFactory.create(directory=directory, link_state="unlinked")
    ApiKeyFactory.create(directory=directory, expires_at=NOW.replace(year=2027))
    mine, archived, others = (
        CustomerOrganizationFactory.create(site=site, directory=owner, **more)
        for owner, more in (
            (directory, {"member_count": 3}),
            (directory, {"archived_at": NOW}),
            (other, {}),
        )
    )
    for organizations in ((mine,), (mine, others), (others,), (archived,)):
        project = ServiceProjectFactory.create(site=site)
        for organization in organizations:
            ProjectOrganizationFactory.create(
                project=project, organization=organization
            )

    found = providers.ending_of(directory, NOW)

    assert (found.customers, found.active, found.without_password) == (3, 2, 1)
    assert (found.organizations, found.memberships) == (1, 3)
    assert (found.attachments, found.attachments_more) == (2, False)
    assert (found.projects, found.loose, found.keys) == (2, 1, 1)
    rows = {row.directory: row for row in providers.provider_rows(site, NOW)}
    assert (rows[directory].customers, rows[directory].organizations) == (3, 1)
    assert (rows[other].customers, rows[other].organizations) == (1, 1)
