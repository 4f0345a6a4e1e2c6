"""One group: who owns it, its members, record, history, and a sync under way."""

import pytest
from django.urls import reverse

from directories.events import Event
from directories.models import AuditEvent, GroupRecord, Job
from provisioning.queries.organization_groups import groups
from provisioning.reasons import EXPLANATIONS, Reason
from tests.factories.directories import (
    AuditEventFactory,
    JobFactory,
    MemberFactory,
    MembershipFactory,
    NestingFactory,
    UserRecordFactory,
)
from tests.factories.provisioning import GroupFactory, GroupMemberFactory
from tests.pages.provisioning.reading import (
    csv_rows,
    is_part_of_page,
    main_of,
    queries_of,
    text_of,
)


@pytest.fixture
def group(organization, okta):
    return GroupFactory.create(
        organization=organization,
        name="Engineering",
        synced=True,
        record__directory=okta,
        record__external_id="00g1",
    )


@pytest.fixture
def fill(organization, group):
    """Return a function that puts people of these names into the group."""

    def people(*names):
        for n, name in enumerate(names):
            member = MemberFactory.create(
                organization=organization,
                account__name=name,
                account__email=f"{name.split()[0].lower()}{n}@acme.example",
            )
            GroupMemberFactory.create(group=group, account=member.account)

    return people


def url_of(group, query=""):
    return reverse("provisioning:group-detail", args=[group.public_id]) + query


def names(response):
    return [member.name for member in response.context["listing"].rows]


def test_a_synced_group_is_locked_and_says_by_whom(console, okta, group):
    page = console.get(url_of(group))

    assert "Managed by Okta prod . Change members in your identity provider." in (
        main_of(page)
    )
    source = page.content.decode()
    assert reverse("directories:directory-detail", args=[okta.pk]) in source
    button = source[: source.index("Add group members")].rsplit("<button", 1)[1]
    assert "disabled" in button


def test_a_local_group_is_not_locked(console, organization):
    group = GroupFactory.create(organization=organization, description="Plays chess")

    page = main_of(console.get(url_of(group)))

    assert "Plays chess Local" in page
    assert "Managed by" not in page
    assert "Add group members" in page


def test_members_are_listed_by_name_both_ways(console, organization, group, fill):
    fill("Carla Rossi", "Anna Müller")
    MemberFactory.create(organization=organization, account__name="Outsider")

    page = console.get(url_of(group))

    assert names(page) == ["Anna Müller", "Carla Rossi"]
    assert "Members (2)" in main_of(page)
    turned = console.get(url_of(group, "?sort=-name"))
    assert names(turned) == ["Carla Rossi", "Anna Müller"]


@pytest.mark.parametrize("walked_from", [0, 1_000])
def test_pages_of_members_go_forth_and_back(
    console, group, fill, monkeypatch, walked_from
):
    monkeypatch.setattr(groups, "WALKED_BY_NAME", walked_from)
    fill(*(f"Person {n % 60:03}" for n in range(120)))
    first = console.get(url_of(group))
    second = console.get(url_of(group, first.context["listing"].links.next))
    third = console.get(url_of(group, second.context["listing"].links.next))
    back = console.get(url_of(group, third.context["listing"].links.previous))

    pages = [page.context["listing"].rows for page in (first, second, third)]
    assert len({member.pk for rows in pages for member in rows}) == 120
    assert back.context["listing"].rows == pages[1]
    assert "Showing 50 of 120" in text_of(first)


def test_members_are_found_by_name_and_address(console, group, fill):
    fill("Anna Müller", "Ben Okafor")

    assert names(console.get(url_of(group, "?q=müll"))) == ["Anna Müller"]
    assert names(console.get(url_of(group, "?q=ben1@"))) == ["Ben Okafor"]
    assert "No member matches" in text_of(console.get(url_of(group, "?q=zzz")))


def test_a_group_without_members_says_what_comes(console, group):
    page = main_of(console.get(url_of(group)))

    assert "Nobody is in this group" in page
    assert "when the identity provider pushes them" in page


def test_details_show_the_record(console, group):
    page = main_of(console.get(url_of(group, "?tab=details")))

    assert f"Group ID {group.public_id}" in page
    assert "In the identity provider Linked" in page
    assert "displayName Engineering Members pushed 0 externalId 00g1" in page
    assert f"id {group.record.scim_id}" in page


def test_details_explain_a_name_that_waits(console, group):
    group.record.link_reason = Reason.RENAME_WAITS
    group.record.save()

    page = main_of(console.get(url_of(group, "?tab=details")))

    assert str(EXPLANATIONS[Reason.RENAME_WAITS].advice) in page


def test_the_history_joins_group_and_record(console, organization, group):
    for target, action, details in (
        (group.public_id, Event.GROUP_CREATED, {}),
        (group.record.scim_id, Event.SCIM_GROUP_MEMBERS, {"joined": 2, "left": 1}),
    ):
        AuditEventFactory.create(
            organization=organization,
            action=action,
            target_id=str(target),
            details=details,
        )

    page = main_of(console.get(url_of(group, "?tab=history")))

    assert page.index("Changed group members") < page.index("Created group")
    assert "2 people joined, 1 person left" in page


def test_who_may_not_see_logs_sees_no_history(site_admin, group):
    page = text_of(site_admin.get(url_of(group, "?tab=history")))

    assert "History" not in page
    assert "Members" in page


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (Job.State.RUNNING, "Syncing members of Engineering 7,412 of 12,040"),
        (Job.State.QUEUED, "Syncing members of Engineering Starts in a moment"),
    ],
)
def test_a_sync_under_way_is_a_bar_that_moves(console, okta, group, state, word):
    job = JobFactory.create(
        directory=okta,
        target=str(group.record.pk),
        label="Engineering",
        state=state,
        done=7_412,
        total=12_040,
    )

    page = console.get(url_of(group))

    assert word in main_of(page)
    address = reverse("directories:job-detail", args=[job.pk])
    assert f'hx-get="{address}"' in page.content.decode()
    part = console.get(address, headers={"HX-Request": "true"}).content.decode()
    assert " ".join(part.split()) in " ".join(page.content.decode().split())


def test_no_bar_without_a_sync_of_this_group(console, okta, group):
    JobFactory.create(directory=okta, target=str(group.record.pk), state=Job.State.DONE)
    JobFactory.create(directory=okta, target=str(group.record.pk + 1))

    assert "<progress" not in console.get(url_of(group)).content.decode()


@pytest.mark.parametrize("query", ["", "?q=anna", "?tab=details", "?tab=history"])
def test_the_fragment_is_part_of_the_page(console, group, fill, query):
    fill("Anna Müller", "Ben Okafor")

    assert is_part_of_page(console, url_of(group, query))


def test_the_number_of_queries_does_not_grow(console, group, fill):
    fill("Anna Müller")
    one = queries_of(console, url_of(group))
    fill(*(f"Person {n:03}" for n in range(60)))

    assert queries_of(console, url_of(group)) == one <= 9


def test_the_export_holds_the_members_that_match(console, group, fill):
    fill("=Anna Müller", "Ben Okafor")

    header, *rows = csv_rows(
        console.post(
            reverse("provisioning:group-member-export", args=[group.public_id]),
            {"q": "anna"},
        )
    )

    assert header == ["Name", "Email address", "Status", "Source", "Account ID"]
    assert [row[:4] for row in rows] == [
        ["'=Anna Müller", "'=anna0@acme.example", "Active", "Local"]
    ]
    event = AuditEvent.objects.get(action=Event.EXPORTED)
    assert event.target_id == str(group.public_id)
    assert event.target_name == "Members of Engineering"


def test_the_details_say_why_fewer_are_in_the_group_than_were_pushed(
    console, okta, group
):
    linked = UserRecordFactory.create(directory=okta, linked=True)
    MembershipFactory.create(group=group.record, user=linked)
    for _ in range(2):
        MembershipFactory.create(group=group.record)

    answer = console.get(url_of(group, "?tab=details"))

    assert "2 are not linked, so not in this group" in main_of(answer)
    link = f"/directory/review/?directory={okta.pk}&amp;tab=not-linked"
    assert link in answer.content.decode()


@pytest.fixture
def tied(organization, okta, group):
    """Put a group of one person into the group, and that into another one."""
    inner, outer = (
        GroupFactory.create(
            organization=organization, name=name, synced=True, record__directory=okta
        )
        for name in ("Backend", "Everybody")
    )
    NestingFactory.create(parent=group.record, child=inner.record)
    NestingFactory.create(parent=outer.record, child=group.record)
    for record, changes in (
        (group.record, {"nested_count": 1, "was_nested": True}),
        (outer.record, {"nested_count": 1}),
        (inner.record, {"was_nested": True}),
    ):
        assert record is not None
        GroupRecord.objects.filter(pk=record.pk).update(**changes)
    return inner, outer


def test_the_details_show_groups_in_it_and_around_it(console, group, fill, tied):
    inner, outer = tied
    fill("Anna Müller", "Ben Okafor")

    page = console.get(url_of(group, "?tab=details"))

    assert (
        "Groups in groups Groups in it Backend Members through them 2"
        " It is in Everybody" in main_of(page)
    )
    source = page.content.decode()
    assert all(f'href="{url_of(each)}"' in source for each in (inner, outer))
    assert is_part_of_page(console, url_of(group, "?tab=details"))


def test_the_details_say_when_only_direct_members_count(console, okta, group, tied):
    okta.nested_groups = "ignore"
    okta.save()

    page = main_of(console.get(url_of(group, "?tab=details")))

    assert "Only direct members count in this directory" in page


def test_a_group_without_groups_says_nothing_of_them(console, group):
    assert "Groups in groups" not in main_of(console.get(url_of(group, "?tab=details")))


def test_the_history_names_groups_that_came_and_went(console, organization, group):
    AuditEventFactory.create(
        organization=organization,
        action=Event.SCIM_GROUP_MEMBERS,
        target_id=str(group.record.scim_id),
        details={
            "joined": 0,
            "left": 0,
            "groups_joined": 1,
            "groups_left": 30,
            "groups_joined_names": ["Backend"],
        },
    )

    page = main_of(console.get(url_of(group, "?tab=history")))

    assert "1 group added (Backend), 30 groups removed" in page
