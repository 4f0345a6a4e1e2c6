"""Who is synced: everybody, chosen groups with their people, or tests only."""

import pytest
from django.utils import timezone

from directories import tasks as directory_tasks
from directories.models import (
    AuditEvent,
    Directory,
    GroupRecord,
    Job,
    TroubleshootingEntry,
    UserRecord,
)
from directories.services.audit import SYSTEM
from provisioning import tasks
from provisioning.models import Group, SyncChoice
from provisioning.services.directory_scope import scope_rules
from provisioning.services.directory_scope.scope_rules import Plan
from tests.provisioning.conftest import account, people_in

pytestmark = pytest.mark.django_db

ADA, BO, CY = "ada@example.com", "bo@example.com", "cy@partner.example"
OUT = "out_of_scope"
Scope = Directory.Scope


def work():
    """Do all jobs that wait, those that they bring too."""
    while job := Job.objects.filter(state=Job.State.QUEUED).first():
        directory_tasks.run_job(job_id=str(job.pk))


def choose(idp, scope, *, groups=(), users=()):
    """Change who is synced, as the page does, and let the work be done."""
    plan = Plan(scope, tuple(groups), tuple(users))
    now = timezone.now()
    scope_rules.change_rule(directory=idp.directory, plan=plan, by=SYSTEM, now=now)
    work()


def state(user):
    record = UserRecord.objects.get(scim_id=user["id"])
    return (record.link_state, record.link_reason)


def group_state(name):
    record = GroupRecord.objects.get(display_name=name)
    return (record.link_state, record.link_reason)


def test_everybody_is_synced_when_nothing_was_chosen(idp):
    assert state(idp.push(ADA)) == ("linked", "")


def test_who_is_in_no_chosen_group_is_stored_and_not_linked(idp):
    choose(idp, Scope.CHOSEN, groups=["Crew"])

    ada = idp.push(ADA)

    assert state(ada) == ("unlinked", OUT)
    entry = TroubleshootingEntry.objects.get(kind=OUT)
    assert entry.subject_name == ADA
    assert "Sync rules" in entry.advice


def test_joining_a_chosen_group_takes_people_up_in_the_same_request(idp):
    choose(idp, Scope.CHOSEN, groups=["crew"])
    ada, bo = idp.push(ADA), idp.push(BO)

    crew = idp.group("Crew", ada)
    idp.members(crew, "add", bo)

    assert state(ada) == state(bo) == ("linked", "")
    assert people_in("Crew") == {ADA, BO}


def test_leaving_the_last_chosen_group_pauses_and_keeps_the_account(idp):
    choose(idp, Scope.CHOSEN, groups=["Crew", "Deck"])
    ada = idp.push(ADA)
    crew, deck = idp.group("Crew", ada), idp.group("Deck", ada)

    idp.members(crew, "remove", ada)
    assert state(ada) == ("linked", "")
    idp.members(deck, "remove", ada)

    assert state(ada) == ("paused", OUT)
    assert account(ADA).is_active
    assert people_in("Deck") == set()


def test_many_people_are_taken_up_by_a_job(idp, settings):
    settings.MEMBERS_IN_REQUEST = 1
    choose(idp, Scope.CHOSEN, groups=["Crew"])
    people = [idp.push(ADA), idp.push(BO)]

    idp.group("Crew", *people)
    assert state(people[0]) == ("unlinked", OUT)
    work()

    assert [state(each) for each in people] == [("linked", "")] * 2
    assert people_in("Crew") == {ADA, BO}


def test_a_group_that_was_not_chosen_leads_to_nothing(idp):
    choose(idp, Scope.CHOSEN, groups=["Crew"])

    idp.group("Deck", idp.push(ADA))

    assert group_state("Deck") == ("unlinked", OUT)
    assert not Group.objects.filter(name="Deck").exists()
    assert TroubleshootingEntry.objects.filter(kind=OUT, subject_name="Deck").exists()


def test_deactivation_still_counts_out_of_scope(idp):
    ada = idp.push(ADA)
    choose(idp, Scope.CHOSEN, groups=["Crew"])
    assert state(ada) == ("paused", OUT)

    idp.change(ada, active=False)
    assert not account(ADA).is_active
    idp.change(ada, active=True)

    assert account(ADA).is_active
    assert state(ada) == ("paused", OUT)


def test_profiles_rest_out_of_scope_and_follow_when_chosen(idp):
    ada = idp.push(ADA)
    choose(idp, Scope.TEST)
    idp.change(ada, displayName="Ada Byron")
    assert account(ADA).name == "Ada"

    choose(idp, Scope.TEST, users=["ADA@example.com"])

    assert account(ADA).name == "Ada Byron"
    assert state(ada) == ("linked", "")


def test_test_users_and_groups_first_then_go_live(idp):
    choose(
        idp, Scope.TEST, groups=["atlassian-test-jira-users"], users=["bo@example.com"]
    )
    ada, bo, cy = idp.push(ADA), idp.push(BO), idp.push(CY)
    idp.group("atlassian-test-jira-users", ada)
    idp.group("Everybody", ada, bo, cy)
    assert [state(each)[0] for each in (ada, bo, cy)] == [
        "linked",
        "linked",
        "unlinked",
    ]
    assert set(Group.objects.values_list("name", flat=True)) == {
        "atlassian-test-jira-users"
    }

    choose(idp, Scope.ALL)

    assert state(cy) == ("linked", "")
    assert people_in("Everybody") == {ADA, BO, CY}
    assert not UserRecord.objects.filter(link_reason=OUT).exists()
    assert not GroupRecord.objects.filter(link_reason=OUT).exists()


def test_groups_that_are_not_chosen_any_more_become_local_and_keep_their_people(idp):
    ada, bo = idp.push(ADA), idp.push(BO)
    idp.group("Crew", ada)
    idp.group("Deck", ada, bo)

    choose(idp, Scope.CHOSEN, groups=["Crew"])

    deck = Group.objects.get(name="Deck")
    assert deck.kind == Group.Kind.LOCAL
    assert deck.released_at is not None
    assert people_in("Deck") == {ADA, BO}
    assert people_in("Crew") == {ADA}
    assert [state(ada)[0], state(bo)] == ["linked", ("paused", OUT)]
    assert AuditEvent.objects.get(action="group_released").target_name == "Deck"


def test_a_group_that_is_chosen_again_is_the_same_group(idp):
    idp.group("Deck", idp.push(ADA))
    before = Group.objects.get(name="Deck").public_id
    choose(idp, Scope.CHOSEN, groups=["Crew"])

    choose(idp, Scope.ALL)

    deck = Group.objects.get(name="Deck")
    assert (deck.public_id, deck.kind) == (before, Group.Kind.SYNCED)
    assert people_in("Deck") == {ADA}


def test_a_renamed_group_is_chosen_by_the_name_it_has_now(idp):
    choose(idp, Scope.CHOSEN, groups=["Crew"])
    ada = idp.push(ADA)
    crew = idp.group("Crew", ada)
    rename = {"Operations": [{"op": "replace", "path": "displayName", "value": "Deck"}]}

    idp.send("PATCH", f"/Groups/{crew['id']}", rename)

    assert group_state("Deck") == ("unlinked", OUT)
    assert state(ada) == ("paused", OUT)
    assert people_in("Crew") == {ADA}  # local now, so nobody lost access
    entry = TroubleshootingEntry.objects.get(kind="chosen_group_renamed")
    assert "Crew" in entry.reason
    assert "Deck" in entry.reason

    rename["Operations"][0]["value"] = "crew"
    idp.send("PATCH", f"/Groups/{crew['id']}", rename)
    work()

    assert state(ada) == ("linked", "")
    assert Group.objects.get().kind == Group.Kind.SYNCED


def test_deleting_the_chosen_group_leaves_its_people_out(idp):
    choose(idp, Scope.CHOSEN, groups=["Crew"])
    ada = idp.push(ADA)
    crew = idp.group("Crew", ada)

    idp.send("DELETE", f"/Groups/{crew['id']}")
    work()

    assert state(ada) == ("paused", OUT)


def test_people_of_groups_inside_a_chosen_group_are_chosen(idp):
    choose(idp, Scope.CHOSEN, groups=["Outer"])
    ada = idp.push(ADA)
    inner = idp.group("Inner", ada)
    assert state(ada) == ("unlinked", OUT)

    outer = idp.group("Outer", inner)

    assert state(ada) == ("linked", "")
    assert group_state("Inner") == ("unlinked", OUT)
    assert people_in("Outer") == {ADA}
    bo = idp.push(BO)
    idp.members(inner, "add", bo)
    assert people_in("Outer") == {ADA, BO}
    idp.members(outer, "remove", inner)
    assert state(bo) == ("paused", OUT)


def test_only_direct_members_are_chosen_where_groups_in_groups_do_not_count(idp):
    Directory.objects.update(nested_groups=Directory.NestedGroups.IGNORE)
    choose(idp, Scope.CHOSEN, groups=["Outer"])
    ada = idp.push(ADA)

    idp.group("Outer", idp.group("Inner", ada))

    assert state(ada) == ("unlinked", OUT)


def test_nothing_is_taken_away_while_the_guard_has_stopped_the_directory(idp):
    ada = idp.push(ADA)
    choose(idp, Scope.CHOSEN, groups=["Crew"])
    assert state(ada) == ("paused", OUT)
    crew = idp.group("Crew", ada)
    assert state(ada) == ("linked", "")
    Directory.objects.update(guard_stopped_at=timezone.now())

    idp.members(crew, "remove", ada)
    tasks.reconcile()
    work()

    assert state(ada) == ("linked", "")


def test_the_nightly_comparison_repairs_what_differs_from_the_rule(idp):
    ada = idp.push(ADA)
    idp.group("Deck", ada)
    SyncChoice.objects.create(
        directory=idp.directory, subject="group", name="Crew", name_key="crew"
    )
    Directory.objects.update(scope=Scope.CHOSEN)

    tasks.reconcile()
    work()

    assert state(ada) == ("paused", OUT)
    assert group_state("Deck") == ("unlinked", OUT)


def test_a_change_is_written_to_the_audit_log(idp):
    choose(idp, Scope.CHOSEN, groups=["Crew"])

    event = AuditEvent.objects.get(action="scim_sync_rules_changed")
    assert event.details["scope"] == ["all", "chosen"]
    assert event.details["groups_added"] == ["Crew"]


def test_choosing_what_is_so_already_changes_nothing(idp):
    choose(idp, Scope.CHOSEN, groups=["Crew"])
    choose(idp, Scope.CHOSEN, groups=["Crew"])

    assert AuditEvent.objects.filter(action="scim_sync_rules_changed").count() == 1
