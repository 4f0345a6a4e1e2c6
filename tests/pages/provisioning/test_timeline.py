"""What happened to a person or a group: every request, and what was refused."""

from uuid import uuid4

import pytest
from django.urls import reverse

from directories.models import UserRecord
from tests.factories.directories import (
    AuditEventFactory,
    GroupRecordFactory,
    MemberFactory,
    TroubleshootingEntryFactory,
    UserRecordFactory,
)
from tests.factories.provisioning import GroupFactory
from tests.pages.provisioning.reading import (
    csv_rows,
    is_part_of_page,
    main_of,
    text_of,
)


def record_page(record):
    kind = "user-record" if isinstance(record, UserRecord) else "group-record"
    return reverse(f"provisioning:{kind}", args=[record.scim_id])


@pytest.fixture
def loose(okta):
    """Return somebody who was pushed and has no account."""
    return UserRecordFactory.create(
        directory=okta, user_name="lo@acme.example", link_reason="no_email", email=""
    )


def test_a_record_without_account_has_a_page_that_says_why(console, loose):
    page = main_of(console.get(record_page(loose)))

    assert "lo@acme.example" in page
    assert "no usable email address" in page


def test_a_record_leads_to_the_account_with_its_address(console, organization, okta):
    member = MemberFactory.create(
        organization=organization, account__email="lo@acme.example"
    )
    record = UserRecordFactory.create(directory=okta, user_name="lo@acme.example")

    answer = console.get(record_page(record))

    there = reverse("provisioning:user-detail", args=[member.account.public_id])
    assert f'href="{there}"' in answer.content.decode()
    [directory] = [e for e in answer.context["navigation"] if e.open]
    assert [each.label for each in directory.children if each.current] == ["Users"]


def test_who_has_an_account_is_found_by_the_scim_id(console, organization, okta):
    member = MemberFactory.create(organization=organization)
    record = UserRecordFactory.create(
        directory=okta, account=member.account, link_state="linked"
    )

    answer = console.get(record_page(record))

    there = reverse("provisioning:user-detail", args=[member.account.public_id])
    assert answer["Location"] == there


def test_a_synced_group_is_found_by_the_scim_id(console, organization, okta):
    record = GroupRecordFactory.create(directory=okta, link_state="linked")
    group = GroupFactory.create(organization=organization, kind="synced", record=record)

    answer = console.get(record_page(record))

    there = reverse("provisioning:group-detail", args=[group.public_id])
    assert answer["Location"] == there


def test_a_group_that_waits_has_a_page(console, okta):
    record = GroupRecordFactory.create(
        directory=okta, link_state="held", link_reason="local_group_same_name"
    )

    assert "waits for review" in main_of(console.get(record_page(record)))


@pytest.mark.parametrize("factory", [UserRecordFactory, GroupRecordFactory])
def test_another_organizations_record_is_not_found(console, factory):
    assert console.get(record_page(factory.create())).status_code == 404


def test_events_and_findings_are_told_together_newest_first(console, loose, okta):
    said = {"organization": okta.organization, "directory": okta}
    about = str(loose.scim_id)
    AuditEventFactory.create(
        organization=okta.organization, target_id=about, at="2026-03-01T10:00Z"
    )
    TroubleshootingEntryFactory.create(
        **said,
        subject_id=about,
        reason="Refused in between",
        first_at="2026-03-02T10:00Z",
        times=3,
    )
    AuditEventFactory.create(
        organization=okta.organization,
        target_id=about,
        at="2026-03-03T10:00Z",
        actor_name="Late Actor",
    )

    page = main_of(console.get(record_page(loose)))

    assert page.index("Late Actor") < page.index("Refused in between")
    assert page.index("Refused in between") < page.rindex("Changed account details")
    assert "3 times, last" in page


def test_who_was_refused_before_they_had_an_id_is_found_by_name(console, loose, okta):
    TroubleshootingEntryFactory.create(
        organization=okta.organization,
        directory=okta,
        subject_id="",
        subject_name="lo@acme.example",
        reason="Refused at first",
    )

    assert "Refused at first" in main_of(console.get(record_page(loose)))


def test_what_is_about_somebody_else_is_not_told(console, loose, okta):
    TroubleshootingEntryFactory.create(
        organization=okta.organization,
        directory=okta,
        subject_id=str(uuid4()),
        subject_name="lo@acme.example",
        reason="Another person's",
    )

    assert "Another person's" not in main_of(console.get(record_page(loose)))


def test_only_problems_can_be_shown(console, loose, okta):
    about = str(loose.scim_id)
    AuditEventFactory.create(organization=okta.organization, target_id=about)
    TroubleshootingEntryFactory.create(
        organization=okta.organization,
        directory=okta,
        subject_id=about,
        reason="A problem",
    )

    page = main_of(console.get(record_page(loose) + "?show=problems"))

    assert "A problem" in page
    assert "Changed account details" not in page


def test_a_long_timeline_goes_on_page_by_page_without_gaps(console, loose, okta):
    about = str(loose.scim_id)
    for n in range(25):
        AuditEventFactory.create(
            organization=okta.organization,
            target_id=about,
            actor_name=f"Actor {n:02}",
            at=f"2026-03-{n + 1:02}T10:00Z",
        )
        TroubleshootingEntryFactory.create(
            organization=okta.organization,
            directory=okta,
            subject_id=about,
            reason=f"Finding {n:02}",
            first_at=f"2026-03-{n + 1:02}T12:00Z",
        )
    url, told = record_page(loose), []
    while url:
        page = console.get(url)
        assert is_part_of_page(console, url)
        told += text_of(page).split("What happened")[-1:]
        more = page.context["timeline"].older
        url = f"{record_page(loose)}?before={more}" if more else ""

    whole = " ".join(told)
    for n in range(25):
        assert whole.count(f"Actor {n:02}") == 1
        assert whole.count(f"Finding {n:02}") == 1


def test_a_timeline_is_exported_whole(console, loose, okta):
    about = str(loose.scim_id)
    for n in range(30):
        AuditEventFactory.create(
            organization=okta.organization, target_id=about, actor_name=f"Actor {n:02}"
        )
    url = reverse("provisioning:record-timeline-export", args=[loose.scim_id])

    rows = csv_rows(console.post(url))

    assert len([row for row in rows if row[3].startswith("Actor")]) == 30


def test_every_subject_has_an_export(console, organization, okta):
    member = MemberFactory.create(organization=organization)
    group = GroupFactory.create(organization=organization)
    record = GroupRecordFactory.create(directory=okta)

    for name, key in (
        ("user-timeline-export", member.account.public_id),
        ("group-timeline-export", group.public_id),
        ("record-timeline-export", record.scim_id),
    ):
        assert (
            console.post(reverse(f"provisioning:{name}", args=[key])).status_code == 200
        )


def test_who_may_not_see_logs_sees_no_record(site_admin, loose):
    assert site_admin.get(record_page(loose)).status_code == 403


def test_a_deleted_person_is_still_explained(console, organization, okta):
    gone = uuid4()
    AuditEventFactory.create(
        organization=organization,
        target_id=str(gone),
        target_name="gone@acme.example",
        action="scim_user_delete",
    )

    page = main_of(console.get(reverse("provisioning:user-record", args=[gone])))

    assert "gone@acme.example" in page
    assert "The record was deleted" in page
    assert "Deleted provisioned user" in page


def test_an_entry_with_an_odd_id_is_no_error(console, okta):
    TroubleshootingEntryFactory.create(
        organization=okta.organization,
        directory=okta,
        subject="user",
        subject_id="no/uuid",
        subject_name="Odd One",
    )

    page = console.get(reverse("directories:troubleshooting-log", args=[okta.pk]))

    assert "Odd One" in text_of(page)


def test_an_id_that_was_asked_for_in_vain_is_explained(console, okta):
    nobody = uuid4()
    TroubleshootingEntryFactory.create(
        organization=okta.organization,
        directory=okta,
        subject="user",
        subject_id=str(nobody),
        reason="The directory has no resource with this id.",
    )

    page = main_of(console.get(reverse("provisioning:user-record", args=[nobody])))

    assert "The directory has no resource with this id." in page


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (
            [{"value": "lo@new.example", "type": "work"}],
            "emails: lo@acme.example → lo@new.example",
        ),
        (
            [{"value": "lo@acme.example", "type": "home"}],
            'emails: [{"type": "work", "value": "lo@acme.example"}] →',
        ),
    ],
)
def test_addresses_are_told_as_people_write_them(console, loose, okta, after, told):
    before = [{"type": "work", "value": "lo@acme.example"}]
    AuditEventFactory.create(
        organization=okta.organization,
        action="scim_user_update",
        target_id=str(loose.scim_id),
        details={"before": {"emails": before}, "after": {"emails": after}},
    )

    assert told in main_of(console.get(record_page(loose)))


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_record_that_is_gone_is_told_one_of_somebody_else_is_not(
    console, organization, okta, elsewhere
):
    member, other = MemberFactory.create_batch(2, organization=organization)
    record = UserRecordFactory.create(
        directory=okta, account=other.account, link_state="linked"
    )
    AuditEventFactory.create(
        organization=organization,
        action="scim_user_linked_to_aa",
        target_id=str(member.account.public_id),
        details={"record": str(record.scim_id)},
    )
    AuditEventFactory.create(
        organization=organization,
        action="scim_user_update",
        target_id=str(record.scim_id),
    )
    if not elsewhere:
        record.delete()

    url = reverse("provisioning:user-detail", args=[member.account.public_id])
    shown = main_of(console.get(url))

    assert "Linked user to account" in shown
    assert ("Updated provisioned user" in shown) != elsewhere
