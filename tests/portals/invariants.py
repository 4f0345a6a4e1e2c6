"""What must hold of customers and organizations, whatever was pushed and done."""

from collections import Counter

from directories.models import GroupRecord, LinkState, UserRecord
from directories.queries import nesting
from portals.models import Customer, CustomerOrganization, OrganizationMember


def check_customers() -> None:
    """Assert every rule that ties records, customers, organizations and members."""
    check_links()
    check_counts()
    check_organizations()


def check_links() -> None:
    """Assert that a linked record has its customer, with what it said."""
    for customer in Customer.objects.exclude(record=None).select_related("record"):
        record = customer.record
        assert record is not None
        assert customer.directory_id == record.directory_id
        assert customer.source == Customer.Source.SYNCED
        assert record.link_state in {LinkState.LINKED, LinkState.PAUSED}
        assert record.account_id is None
        if record.link_state == LinkState.LINKED and record.active:
            assert customer.email_key == record.email_key
            assert customer.revoked_by != Customer.RevokedBy.PROVIDER
        if not record.active:
            assert not customer.is_active
    linked = UserRecord.objects.filter(link_state=LinkState.LINKED)
    customers = linked.filter(directory__kind="customers")
    assert not customers.filter(customer=None).exists()
    owned = Customer.objects.filter(directory=None, source=Customer.Source.SYNCED)
    assert not owned.exists()


def check_counts() -> None:
    """Assert that every organization knows exactly how many customers it has."""
    rows = Counter(OrganizationMember.objects.values_list("organization", flat=True))
    for organization in CustomerOrganization.objects.all():
        assert organization.member_count == rows[organization.pk], organization.name


def check_organizations() -> None:
    """Assert that a synced organization has exactly who counts as linked in its group.

    Whom a domain brought is there beside them, and until it settles whom it had.
    """
    synced = CustomerOrganization.objects.exclude(record=None)
    for organization in synced.select_related("record__directory"):
        record = organization.record
        assert record is not None
        assert organization.name == record.display_name
        assert record.link_state == LinkState.LINKED
        wanted = set(
            UserRecord.objects.filter(
                memberships__group__in=nesting.counted_groups(record),
                link_state=LinkState.LINKED,
            ).values_list("customer", flat=True)
        )
        rows = OrganizationMember.objects.filter(organization=organization)
        have = set(rows.filter(synced=True).values_list("customer", flat=True))
        assert have == wanted, f"{organization.name}: {have} instead of {wanted}"
        if organization.settles_at is None:
            assert not rows.filter(manual=True).exists(), organization.name
    loose = GroupRecord.objects.filter(
        directory__kind="customers",
        link_state=LinkState.LINKED,
        customer_organization=None,
    )
    assert not loose.exists()
    stray = OrganizationMember.objects.filter(synced=True, organization__record=None)
    assert not stray.exists()


def check_all_led_somewhere() -> None:
    """Assert that whoever has an address, and was active, became a customer."""
    waiting = UserRecord.objects.exclude(email_key="").filter(active=True)
    assert not waiting.filter(customer=None).exists()
    assert not GroupRecord.objects.filter(customer_organization=None).exists()
