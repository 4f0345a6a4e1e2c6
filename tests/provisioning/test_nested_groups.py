"""Who is in a synced group when groups are in groups."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from directories import tasks as directory_tasks
from directories.models import Directory, GroupRecord, Job, LinkState
from directories.scim.writing import UserWrites
from directories.services import directories
from directories.services.audit import SYSTEM
from provisioning.models import Group
from tests.factories.provisioning import GroupFactory
from tests.provisioning.conftest import account, people_in
from tests.scim.client import PATCH_SCHEMA
from tests.scim.invariants import check_invariants

pytestmark = pytest.mark.django_db

ROUNDS = 5
ADA, BO, CY = "ada@example.com", "bo@example.com", "cy@partner.example"


@pytest.fixture
def ada(idp):
    return idp.push(ADA)


@pytest.fixture
def bo(idp):
    return idp.push(BO)


@pytest.fixture
def towers(idp, ada, bo):
    """Push three groups in each other: Ada in the inmost, Bo in the middle."""
    inner = idp.group("Inner", ada)
    middle = idp.group("Middle", bo, inner)
    return inner, middle, idp.group("Outer", middle)


def choose(idp, nested_groups):
    """Choose how groups in groups count, and bring it about as the console does."""
    Directory.objects.filter(pk=idp.directory.pk).update(nested_groups=nested_groups)
    idp.directory.refresh_from_db()
    job = directories.request_sync(
        directory=idp.directory, by=SYSTEM, now=idp.directory.created_at
    )
    directory_tasks.run_job(job_id=str(job.pk))


def queued():
    return Job.objects.filter(kind="group-sync", state=Job.State.QUEUED)


def waiting_jobs():
    return set(queued().values_list("label", flat=True))


def run_jobs():
    for job in queued():
        directory_tasks.run_job(job_id=str(job.pk))


def delete(idp, group):
    assert idp.send("DELETE", f"/Groups/{group['id']}").status_code == 204


def test_members_of_three_levels_are_in_the_outmost(towers):
    assert people_in("Inner") == {ADA}
    assert people_in("Middle") == {ADA, BO}
    assert people_in("Outer") == {ADA, BO}
    check_invariants()


def test_who_joins_and_leaves_a_group_below_joins_and_leaves_those_above(idp, towers):
    inner, _middle, _outer = towers
    cy = idp.push(CY)

    idp.members(inner, "add", cy)
    assert people_in("Outer") == {ADA, BO, CY}

    idp.members(inner, "remove", cy)
    assert people_in("Outer") == people_in("Middle") == {ADA, BO}
    check_invariants()


def test_a_group_that_leaves_takes_only_its_own_people_along(idp, towers, ada):
    inner, middle, outer = towers
    idp.members(outer, "add", ada)

    idp.members(middle, "remove", inner)

    assert people_in("Middle") == {BO}
    assert people_in("Outer") == {ADA, BO}
    check_invariants()


def test_who_is_in_by_two_ways_stays_until_both_are_gone(idp, ada):
    base = idp.group("Base", ada)
    left, right = idp.group("Left", base), idp.group("Right", base)
    top = idp.group("Top", left, right)

    idp.members(top, "remove", left)
    assert people_in("Top") == {ADA}

    idp.members(right, "remove", base)
    assert people_in("Top") == set()
    assert people_in("Left") == {ADA}
    check_invariants()


def test_groups_that_are_in_each_other_have_the_same_members(idp, towers):
    inner, _middle, outer = towers

    idp.members(inner, "add", outer)

    assert people_in("Inner") == people_in("Outer") == {ADA, BO}
    cy = idp.push(CY)
    idp.members(outer, "add", cy)
    assert people_in("Inner") == people_in("Middle") == {ADA, BO, CY}
    idp.members(inner, "remove", outer)
    assert people_in("Inner") == {ADA}
    check_invariants()


def test_a_deleted_group_takes_out_who_came_only_through_it(idp, towers, ada):
    inner, middle, _outer = towers
    version = GroupRecord.objects.get(display_name="Middle").version

    delete(idp, inner)

    assert people_in("Middle") == people_in("Outer") == {BO}
    record = GroupRecord.objects.get(display_name="Middle")
    assert (record.nested_count, record.version) == (0, version + 1)
    delete(idp, middle)
    assert people_in("Outer") == set()
    check_invariants()


def test_a_deleted_group_of_a_circle_leaves_the_others_right(idp, towers):
    inner, middle, outer = towers
    idp.members(inner, "add", outer)

    delete(idp, middle)

    assert people_in("Inner") == {ADA}
    assert people_in("Outer") == set()
    check_invariants()


def test_a_person_linked_later_joins_all_groups_around(idp):
    ada = idp.push(ADA, active=False)
    inner = idp.group("Inner", ada)
    idp.group("Outer", inner)
    assert people_in("Outer") == set()

    idp.change(ada, active=True)

    assert people_in("Inner") == people_in("Outer") == {ADA}


def test_who_is_paused_leaves_all_groups_and_comes_back(idp):
    cy = idp.push(CY)
    idp.group("Outer", idp.group("Inner", cy))

    idp.change(cy, active=False)
    assert people_in("Outer") == people_in("Inner") == set()

    idp.change(cy, active=True)
    assert people_in("Outer") == people_in("Inner") == {CY}


def test_a_deleted_person_is_in_no_group(idp, towers, ada):
    idp.send("DELETE", f"/Users/{ada['id']}")

    assert people_in("Outer") == {BO}
    assert not account(ADA).member_groups.exists()


def test_members_of_a_group_that_waits_count_above_it(idp, organization, ada):
    GroupFactory.create(organization=organization, name="Inner")

    idp.group("Outer", idp.group("Inner", ada))

    held = GroupRecord.objects.get(display_name="Inner")
    assert held.link_state == LinkState.HELD
    assert people_in("Outer") == {ADA}
    assert people_in("Inner") == set()


def test_a_group_of_groups_that_waited_is_filled_by_a_job(idp, organization, ada):
    local = GroupFactory.create(organization=organization, name="Outer")
    outer = idp.group("Outer", idp.group("Inner", ada))
    local.delete()

    idp.members(outer, "remove", idp.push(BO))

    run_jobs()
    assert people_in("Outer") == {ADA}


@pytest.fixture
def ignored(idp):
    """Let only direct members count."""
    idp.directory.nested_groups = Directory.NestedGroups.IGNORE
    idp.directory.save()


def test_where_only_direct_members_count_groups_in_groups_add_nobody(
    ignored, idp, towers
):
    inner, middle, _outer = towers

    assert people_in("Outer") == set()
    assert people_in("Middle") == {BO}
    idp.members(inner, "add", idp.push(CY))
    assert people_in("Middle") == {BO}
    delete(idp, middle)
    assert people_in("Outer") == set()
    check_invariants()


def test_where_only_direct_members_count_a_person_joins_the_direct_groups(ignored, idp):
    ada = idp.push(ADA, active=False)
    idp.group("Outer", idp.group("Inner", ada))

    idp.change(ada, active=True)

    assert people_in("Inner") == {ADA}
    assert people_in("Outer") == set()


def test_counting_them_from_now_on_fills_the_groups(ignored, idp, towers):
    choose(idp, Directory.NestedGroups.COUNT)

    assert people_in("Outer") == people_in("Middle") == {ADA, BO}
    check_invariants()


def test_counting_them_no_more_empties_the_groups(idp, towers):
    choose(idp, Directory.NestedGroups.IGNORE)

    assert people_in("Inner") == {ADA}
    assert people_in("Middle") == {BO}
    assert people_in("Outer") == set()
    check_invariants()


def test_many_people_reach_the_groups_above_by_jobs(idp, settings, ada):
    settings.MEMBERS_IN_REQUEST = 3
    people = [idp.push(f"p{number}@example.com") for number in range(5)]
    inner = idp.group("Inner", *people)
    middle = idp.group("Middle", ada, inner)
    idp.group("Outer", middle)
    assert waiting_jobs() == {"Inner", "Middle", "Outer"}
    run_jobs()
    assert people_in("Outer") == people_in("Middle") == {ADA} | people_in("Inner")

    idp.members(middle, "remove", inner)

    assert waiting_jobs() == {"Middle", "Outer"}
    run_jobs()
    assert people_in("Outer") == people_in("Middle") == {ADA}


def test_few_people_reach_one_group_at_once_and_many_above_by_jobs(idp, settings, ada):
    settings.MEMBERS_IN_REQUEST = 2
    inner = idp.group("Inner")
    for name in ("A", "B"):
        idp.group(name, inner)

    idp.members(inner, "add", ada)

    assert people_in("Inner") == {ADA}
    assert people_in("A") == set()
    run_jobs()
    assert people_in("A") == people_in("B") == {ADA}


def test_one_person_more_is_few_statements_whatever_is_above(
    idp, ada, django_assert_max_num_queries
):
    inner = idp.group("Inner", idp.push(BO))
    for number in range(9):
        idp.group(f"Around {number}", inner)

    with django_assert_max_num_queries(40):
        idp.members(inner, "add", ada)

    assert people_in("Around 8") == {ADA, BO}


def test_the_nightly_comparison_repairs_groups_of_groups(idp, towers):
    group = Group.objects.get(name="Outer")
    group.group_members.filter(account__email=ADA).delete()
    group.group_members.create(account=account(ADA))
    group.group_members.filter(account__email=BO).delete()

    choose(idp, Directory.NestedGroups.COUNT)

    check_invariants()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_changes_below_and_above_at_once_lead_to_the_same(idp):
    """Change the groups of one tower, and a person in it, from several sides."""
    people = [idp.push(f"p{number}@partner.example") for number in range(4)]
    a, b = idp.group("A"), idp.group("B")
    c = idp.group("C", a, b)
    d = idp.group("D", a, c)

    def flicker(group, *members):
        def play():
            for _ in range(ROUNDS):
                idp.members(group, "add", *members)
                idp.members(group, "remove", *members)
                idp.members(group, "add", *members)

        return play

    def come_and_go():
        for _ in range(ROUNDS):
            idp.change(people[1], active=False)
            idp.change(people[1], active=True)

    at_once(
        flicker(a, *people[:2]),
        flicker(b, *people[1:3]),
        flicker(d, c),
        flicker(c, people[3], b),
        come_and_go,
    )

    assert people_in("D") == {f"p{number}@partner.example" for number in range(4)}
    check_invariants()


def at_once(*plays):
    """Run functions side by side; raise what one of them raises."""
    start = threading.Barrier(len(plays))

    def run(play):
        start.wait()
        try:
            play()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(plays)) as pool:
        for running in [pool.submit(run, play) for play in plays]:
            running.result()


def test_a_write_counts_as_was_chosen_while_it_waited(idp, towers, ada):
    idp.change(ada, active=False)
    before = Directory.objects.select_related("organization").get(pk=idp.directory.pk)
    choose(idp, Directory.NestedGroups.IGNORE)

    UserWrites(before).patch(
        ada["id"],
        {
            "schemas": [PATCH_SCHEMA],
            "Operations": [{"op": "replace", "path": "active", "value": True}],
        },
    )

    assert people_in("Inner") == {ADA}
    assert people_in("Outer") == set()
    check_invariants()
