"""Groups that wait for a local one of their name: differences and decisions."""

import pytest
from django.urls import reverse

from directories.events import Event
from directories.models import AuditEvent, LinkState, RoleAssignment
from provisioning.models import DeletedGroup, Group
from tests.factories.directories import (
    DirectoryFactory,
    GroupRecordFactory,
    SiteFactory,
)
from tests.factories.provisioning import (
    GroupFactory,
    GroupRoleFactory,
)
from tests.pages.provisioning.conflicts import (
    REVIEW,
    Case,
    holders,
    people_in,
    run_now,
    url_of,
)
from tests.pages.provisioning.reading import (
    csv_rows,
    is_part_of_page,
    main_of,
    queries_of,
    text_of,
)
from tests.scim.invariants import check_invariants


@pytest.fixture
def case(okta):
    return Case(okta)


@pytest.fixture
def renamed(okta):
    return Case(okta, state=LinkState.LINKED)


def test_the_list_says_what_each_group_gives_and_who_changes(console, case):
    GroupRoleFactory.create(
        group=case.local,
        role=RoleAssignment.Role.SITE_ADMIN,
        site=SiteFactory.create(organization=case.local.organization, name="Harbor"),
    )

    page = main_of(console.get(REVIEW))

    assert "Group App access Sites Added Removed Directory" in page
    assert "Site admin Harbor Harbor 1 1 Okta prod" in page
    assert "View differences" in page
    assert "Sync all groups" in page


def test_the_list_follows_the_search_while_one_types(console, case):
    assert is_part_of_page(console, REVIEW)
    found = text_of(console.get(f"{REVIEW}&q=crew", headers={"HX-Request": "true"}))
    assert "Sync all groups" in found
    assert "No group matches" in text_of(console.get(f"{REVIEW}&q=nothing"))


def test_whoever_a_decision_takes_out_can_be_told_why(console, admin, case):
    console.post(url_of(case.record, "sync"))

    left = AuditEvent.objects.get(target_id=str(case.cy.public_id))
    assert left.action == Event.USER_REMOVED_FROM_GROUP
    assert left.actor_id == str(admin.public_id)
    assert left.details["group"] == "Crew"
    decided = AuditEvent.objects.get(action=Event.GROUP_CONFLICT_SYNCED)
    assert decided.details["left"] == 1


def test_whoever_goes_to_the_local_group_can_be_told_why(console, case):
    console.post(url_of(case.record, "adopt"))

    told = AuditEvent.objects.filter(target_id=str(case.cy.public_id)).order_by("pk")
    assert [(each.action, each.details["group"]) for each in told] == [
        (Event.USER_REMOVED_FROM_GROUP, "Crew"),
        (Event.USER_ADDED_TO_GROUP, "crew (local)"),
    ]


def test_a_name_that_another_directory_took_meanwhile_says_whose_it_is(
    console, organization, case
):
    other = DirectoryFactory.create(organization=organization, name="Entra")
    case.local.kind = Group.Kind.SYNCED
    case.local.record = GroupRecordFactory.create(directory=other, display_name="Crew")
    case.local.save()

    page = main_of(console.get(REVIEW))

    assert "The group waits: Entra syncs a group of this name now." in page
    assert "Rename or remove the group in one of the two" in page
    assert "Sync all groups" not in page
    asked = text_of(console.get("/directory/review/sync-all/", follow=True))
    assert "Sync 1 group?" not in asked
    assert "View differences" not in page


def test_the_list_takes_the_same_queries_for_many(console, okta, case):
    one = queries_of(console, REVIEW)
    for number in range(5):
        Case(okta, name=f"Team {number}")

    assert queries_of(console, REVIEW) == one


def test_the_list_is_filtered_by_name(console, okta, case):
    Case(okta, name="Band")

    page = main_of(console.get(f"{REVIEW}&q=ban"))

    assert "Band" in page
    assert "Crew" not in page


def test_many_people_are_counted_on_their_own_page_only(console, case, monkeypatch):
    case.record.member_count = 5_001
    case.record.save()

    assert "None Many Many Okta prod" in main_of(console.get(REVIEW))
    assert "Added 1 Removed 1 Staying 1" in main_of(console.get(url_of(case.record)))


def test_the_directory_says_how_many_could_not_sync(console, okta, case):
    page = console.get(f"/security/identity-providers/{okta.pk}/")

    assert "1 group could not sync" in main_of(page)
    assert f"?tab=groups&amp;directory={okta.pk}" in page.content.decode()


@pytest.mark.parametrize(
    ("query", "people"),
    [
        ("", {"ada", "bo", "cy"}),
        ("?change=added", {"ada"}),
        ("?change=removed", {"cy"}),
        ("?change=staying", {"bo"}),
        ("?q=bo-crew", {"bo"}),
        ("?q=nobody", set()),
        ("?change=nonsense", {"ada", "bo", "cy"}),
    ],
)
@pytest.mark.parametrize("walked", [50_000, 0])
def test_the_differences_of_a_group(console, case, query, people, walked, monkeypatch):
    monkeypatch.setattr(
        "provisioning.queries.name_conflicts.differences.WALKED_BY_NAME", walked
    )

    page = main_of(console.get(url_of(case.record) + query))

    assert {who for who in ("ada", "bo", "cy") if f"{who}-crew@" in page} == people


def test_the_differences_say_what_access_changes(console, case):
    case.gives()

    page = main_of(console.get(url_of(case.record)))

    assert "Added people (1) get it, removed people (1) lose it" in page
    assert "Added Gets what the group gives" in page
    assert "Removed Loses what the group gives" in page
    assert "Staying Unchanged" in page


def test_the_fragment_is_a_part_of_the_page(console, case):
    assert is_part_of_page(console, url_of(case.record))


def test_the_differences_are_exported(console, case):
    answer = console.post(url_of(case.record, "export"), {"change": "added"})

    header, *rows = csv_rows(answer)
    assert header == ["Name", "Email address", "Change", "Account ID"]
    assert [row[1:3] for row in rows] == [["ada-crew@example.com", "Added"]]
    assert AuditEvent.objects.filter(action=Event.EXPORTED).exists()


# Of a new group: who is in the synced group, in the local one that stays.
DECISIONS = [
    ("sync", "1 person leaves the group, and loses", None),
    ("keep-both", "is called crew (local) from now on", {"bo", "cy"}),
    ("adopt", "goes to a new local group, crew (local)", {"cy"}),
]


@pytest.mark.parametrize(("decision", "said", "local"), DECISIONS)
def test_each_decision_is_said_in_numbers_first(console, case, decision, said, local):
    assert said in main_of(console.get(url_of(case.record, decision)))


@pytest.mark.parametrize(("decision", "said", "local"), DECISIONS)
def test_each_decision_about_a_new_group(console, case, decision, said, local):
    case.gives()

    case.decide(console, decision)

    synced = Group.objects.get(record=case.record)
    assert (synced.name, synced.kind) == ("Crew", Group.Kind.SYNCED)
    assert people_in(synced) == case.pushed
    assert (case.record.link_state, case.record.link_reason) == ("linked", "")
    if local is None:
        assert not Group.objects.filter(name="crew (local)").exists()
    else:
        rest = Group.objects.get(name="crew (local)")
        names = {account.email.partition("-")[0] for account in people_in(rest)}
        assert (rest.kind, names) == (Group.Kind.LOCAL, local)
        assert rest.roles.count() == 1
    have = {
        "sync": case.pushed,
        "keep-both": {case.bo.account, case.cy},
        "adopt": {*case.pushed, case.cy},
    }
    assert holders() == have[decision]
    assert synced.roles.count() == (0 if decision == "keep-both" else 1)
    check_invariants()


@pytest.mark.parametrize("decision", ["sync", "keep-both", "adopt"])
def test_each_decision_about_a_rename(console, renamed, decision):
    renamed.gives()
    assert "Crew before" in main_of(console.get(url_of(renamed.record, decision))) or (
        decision == "keep-both"
    )

    renamed.decide(console, decision)

    synced = Group.objects.get(record=renamed.record)
    assert (synced.pk, synced.name) == (renamed.synced.pk, "Crew")
    assert people_in(synced) == renamed.pushed
    assert renamed.record.link_reason == ""
    local = Group.objects.filter(kind=Group.Kind.LOCAL)
    if decision == "sync":
        assert not local.exists()
        assert DeletedGroup.objects.get().name == "crew"
        assert holders() == renamed.pushed
    else:
        assert people_in(local.get()) == {renamed.bo.account, renamed.cy}
        assert local.get().name == "crew (local)"
    if decision == "adopt":
        assert holders() == {*renamed.pushed, renamed.cy}
    check_invariants()


@pytest.mark.parametrize(
    ("decision", "event"),
    [
        ("sync", "site_sync_conflicting_group"),
        ("keep-both", "group_conflict_kept_both"),
        ("adopt", "group_conflict_adopted"),
    ],
)
def test_each_decision_is_audited(console, admin, case, decision, event):
    case.decide(console, decision)

    written = AuditEvent.objects.get(action=event)
    assert written.actor_id == str(admin.public_id)
    assert written.target_name == "Crew"


def test_a_second_local_group_of_a_free_name_is_not_met(console, case, organization):
    GroupFactory.create(organization=organization, name="Crew (local)")

    case.decide(console, "keep-both")

    assert Group.objects.filter(name="crew (local 2)").exists()


def test_a_group_is_decided_about_once(console, case):
    case.decide(console, "sync")

    for decision in ("sync", "keep-both", "adopt"):
        assert "no longer waits" in text_of(case.decide(console, decision))
    assert "no longer waits" in text_of(console.get(url_of(case.record), follow=True))


def test_who_may_only_look_decides_nothing(site_admin, case):
    assert site_admin.get(url_of(case.record)).status_code == 200
    for decision in ("sync", "keep-both", "adopt"):
        assert site_admin.post(url_of(case.record, decision)).status_code == 403
    assert site_admin.post("/directory/review/sync-all/").status_code == 403


def test_what_waits_is_taken_up_when_the_local_group_goes(console, case):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "provisioning.services.name_conflicts.group_conflicts.wake", run_now
        )
        url = reverse("provisioning:group-delete", args=[case.local.public_id])
        console.post(url)

    case.record.refresh_from_db()
    assert case.record.link_state == LinkState.LINKED
    assert people_in(Group.objects.get(record=case.record)) == case.pushed
    check_invariants()
