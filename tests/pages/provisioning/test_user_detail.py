"""One person: who owns the account, what follows, what it holds, what happened."""

import pytest
from django.urls import reverse

from directories.events import Event
from directories.models import Directory, LinkState, Organization, RoleAssignment
from provisioning.queries.timeline import NEWEST
from provisioning.reasons import EXPLANATIONS, Reason
from tests.factories.directories import (
    AccountFactory,
    AuditEventFactory,
    MemberFactory,
    RoleAssignmentFactory,
    SiteFactory,
    UserRecordFactory,
)
from tests.factories.provisioning import GroupFactory, GroupMemberFactory
from tests.pages.provisioning.reading import (
    is_part_of_page,
    main_of,
    queries_of,
    text_of,
)


def url_of(member):
    return reverse("provisioning:user-detail", args=[member.account.public_id])


def pushed(organization: Organization, okta: Directory, *, managed: bool, **values):
    """Return a person whom Okta owns, with the record that does it."""
    account = AccountFactory.create(
        name="Anna Müller",
        email="anna@acme.example",
        job_title="Engineer",
        managed_by=organization if managed else None,
    )
    document = {
        "userName": "anna@acme.example",
        "displayName": "Anna Müller",
        "title": "Lead engineer",
    }
    given = {"link_state": LinkState.LINKED, "document": document, **values}
    record = UserRecordFactory.create(
        directory=okta,
        user_name="anna@acme.example",
        external_id="00u1",
        account=account,
        **given,
    )
    member = MemberFactory.create(
        organization=organization, account=account, directory=okta
    )
    return member, record


def test_a_local_person_shows_the_profile(console, organization):
    account = AccountFactory.create(
        name="Ben Okafor", email="ben@partner.example", department="Sales"
    )
    member = MemberFactory.create(organization=organization, account=account)

    page = main_of(console.get(url_of(member)))

    assert "Ben Okafor Active Local ben@partner.example" in page
    assert "Department Sales" in page
    assert "Job title Not set" in page
    assert "Account type External account" in page
    assert f"Account ID {account.public_id}" in page
    assert "Admin roles None" in page
    assert "In no group." in page
    assert "Managed by" not in page


def test_a_pushed_person_leads_to_the_requests_about_them(console, organization, okta):
    member, record = pushed(organization, okta, managed=True)

    page = console.get(url_of(member)).content.decode()

    url = reverse("directories:request-log", args=[okta.pk])
    assert f'href="{url}?about={record.scim_id}"' in page


def test_a_managed_person_is_locked_and_says_by_whom(console, organization, okta):
    member, _ = pushed(organization, okta, managed=True)

    page = console.get(url_of(member))

    assert "Managed by Okta prod . Name, email address, profile" in text_of(page)
    assert "Change them in your identity provider." in text_of(page)
    link = reverse("directories:directory-detail", args=[okta.pk])
    assert f'href="{link}"' in page.content.decode()
    assert "Account type Managed account" in text_of(page)


def test_an_external_person_says_what_follows_and_what_not(console, organization, okta):
    member, _ = pushed(organization, okta, managed=False)

    page = main_of(console.get(url_of(member)))

    assert "Only the synced groups of this person follow Okta prod" in page
    assert "Job title Engineer Okta prod says: Lead engineer" in page
    assert "Name Anna Müller Okta prod says" not in page


def test_the_record_is_shown_as_the_provider_sees_it(console, organization, okta):
    member, record = pushed(organization, okta, managed=True)

    page = main_of(console.get(url_of(member)))

    assert "In the identity provider Linked" in page
    assert "userName anna@acme.example active true externalId 00u1" in page
    assert f"id {record.scim_id}" in page


def test_a_paused_record_explains_itself(console, organization, okta):
    member, _ = pushed(
        organization,
        okta,
        managed=False,
        link_state=LinkState.PAUSED,
        link_reason=Reason.EMAIL_NOT_VERIFIED,
    )
    explanation = EXPLANATIONS[Reason.EMAIL_NOT_VERIFIED]

    page = main_of(console.get(url_of(member)))

    assert "In the identity provider Paused" in page
    assert str(explanation.reason) in page
    assert str(explanation.advice) in page


def test_a_record_that_waits_for_this_account_is_named(console, admin, okta):
    UserRecordFactory.create(
        directory=okta, user_name=admin.email, link_state=LinkState.HELD
    )

    page = console.get(reverse("provisioning:user-detail", args=[admin.public_id]))

    assert "A pushed person waits for review" in text_of(page)
    link = f"{reverse('provisioning:review-list')}?directory={okta.pk}"
    assert link in page.content.decode()


def test_groups_are_listed_by_name_up_to_a_hundred(console, organization):
    member = MemberFactory.create(organization=organization)
    for name in [f"Group {n:03}" for n in range(101)]:
        group = GroupFactory.create(organization=organization, name=name)
        GroupMemberFactory.create(group=group, account=member.account)
    GroupMemberFactory.create(account=member.account, group__name="Elsewhere")

    page = main_of(console.get(url_of(member)))

    assert "Group 000 Local None Group 001 Local None" in page
    assert "Group 099" in page
    assert "Group 100" not in page
    assert "The first 100 groups are shown; there are more." in page
    assert "Elsewhere" not in page


def test_admin_roles_name_their_scope(console, organization):
    member = MemberFactory.create(organization=organization)
    for values in (
        {"role": RoleAssignment.Role.USER_ACCESS_ADMIN, "group_id": 7},
        {
            "role": RoleAssignment.Role.SITE_ADMIN,
            "site": SiteFactory.create(organization=organization, name="acme"),
        },
    ):
        RoleAssignmentFactory.create(
            organization=organization, account=member.account, **values
        )

    page = main_of(console.get(url_of(member)))

    assert "Site admin on acme given directly since" in page
    assert "User access admin by a group since" in page


def test_the_history_joins_account_and_record(console, organization, okta):
    member, record = pushed(organization, okta, managed=True)
    AuditEventFactory.create(
        organization=organization,
        action=Event.ACCOUNT_UPDATED,
        target_id=str(member.account.public_id),
        details={"change": {"job_title": ["", "Engineer"]}},
        actor_name="Okta prod",
    )
    AuditEventFactory.create(
        organization=organization,
        action=Event.SCIM_USER_UPDATED,
        target_id=str(record.scim_id),
        details={"before": {"title": "A", "x": 1}, "after": {"title": "B", "x": 1}},
    )
    AuditEventFactory.create(target_id=str(record.scim_id), actor_name="Stranger")

    page = main_of(console.get(url_of(member)))

    newest = page.index("Updated provisioned user")
    assert newest < page.index("Changed account details")
    assert "by Okta prod Job title: nothing → Engineer" in page
    assert "title: A → B" in page
    assert "Stranger" not in page


def test_the_history_goes_on_page_by_page(console, organization):
    member = MemberFactory.create(organization=organization)
    events = [
        AuditEventFactory.create(
            organization=organization,
            target_id=str(member.account.public_id),
            actor_name=f"Actor {n:02}",
        )
        for n in range(25)
    ]
    older = f"?before={events[5].pk}-{NEWEST}"

    page = console.get(url_of(member))
    rest = console.get(url_of(member) + older)

    assert "Actor 24" in text_of(page)
    assert "Actor 04" not in text_of(page)
    assert older in page.content.decode()
    assert "Actor 04" in text_of(rest)
    assert "Show more" not in text_of(rest)
    assert is_part_of_page(console, url_of(member))
    assert is_part_of_page(console, url_of(member) + older)


def test_who_may_not_see_logs_sees_no_history(site_admin, organization):
    member = MemberFactory.create(organization=organization)
    AuditEventFactory.create(
        organization=organization, target_id=str(member.account.public_id)
    )

    assert "What happened" not in text_of(site_admin.get(url_of(member)))


@pytest.mark.parametrize("before", ["x", "-1", "9" * 30])
def test_rubbish_before_an_event_is_no_error(console, organization, before):
    member = MemberFactory.create(organization=organization)

    assert console.get(url_of(member), {"before": before}).status_code == 200


def test_the_number_of_queries_does_not_grow(console, organization, okta):
    member, _ = pushed(organization, okta, managed=True)
    url = url_of(member)

    def add(count):
        for _ in range(count):
            group = GroupFactory.create(organization=organization, synced=True)
            GroupMemberFactory.create(group=group, account=member.account)
            AuditEventFactory.create(
                organization=organization, target_id=str(member.account.public_id)
            )

    add(1)
    one = queries_of(console, url)
    add(30)

    assert queries_of(console, url) == one <= 18
