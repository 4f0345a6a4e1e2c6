"""What an admin decides about removals that wait, and what is undone."""

from datetime import UTC, datetime

import pytest

from directories import tasks as directory_tasks
from directories.models import Account, AuditEvent, Directory, Removal, UserRecord
from directories.services import directories
from directories.services.audit import SYSTEM
from provisioning.models import Group, GroupMember
from provisioning.services.held_removals import removals
from provisioning.services.held_removals.removals import ALL, APPROVE, DISCARD, Chosen
from provisioning.services.organization_groups import local_groups
from provisioning.tasks import reconcile
from tests.scim.client import add_client, add_organization, values
from tests.scim.invariants import check_invariants

State = Removal.State


@pytest.fixture
def scim(db):
    """Return a client whose directory stops at the first loss."""
    client = add_client(add_organization("Acme", "example.com"), "Okta of Acme")
    Directory.objects.filter(pk=client.directory.pk).update(
        guard_percent=0, guard_least=0
    )
    return client


@pytest.fixture
def decide(scim, django_capture_on_commit_callbacks):
    """Return a function that decides and does the work."""

    def decide(kind, chosen=ALL):
        now = datetime.now(UTC)
        with django_capture_on_commit_callbacks(execute=True):
            if kind == removals.UNDO:
                job = removals.undo(
                    directory=scim.directory, chosen=chosen, by=SYSTEM, now=now
                )
            else:
                job = removals.decide(
                    kind, directory=scim.directory, chosen=chosen, by=SYSTEM, now=now
                )
            directory_tasks.run_job(job_id=str(job.pk))
        job.refresh_from_db()
        assert (job.state, job.error) == ("done", "")
        scim.directory.refresh_from_db()
        check_invariants()

    return decide


def stopped(scim):
    scim.directory.refresh_from_db()
    return scim.directory.guard_stopped_at is not None


def off(scim, user):
    return scim.patch(
        f"/Users/{user}", [{"op": "replace", "path": "active", "value": False}]
    )


def take_out(scim, group, *users):
    return scim.patch(
        f"/Groups/{group}",
        [{"op": "remove", "path": "members", "value": values(*users)}],
    )


def inside(name):
    members = GroupMember.objects.filter(group__name=name)
    return set(members.values_list("account__email", flat=True))


@pytest.fixture
def lost(scim):
    """Take one of each kind away, all of it held; return who it was."""
    people = ["ada@example.com", "bob@example.com", "cid@elsewhere.example"]
    people += ["dan@example.com", "eve@elsewhere.example"]
    ids = {name.partition("@")[0]: scim.user(name)["id"] for name in people}
    crew = scim.group("Crew", *ids.values())["id"]
    outer = scim.group("Outer", crew)["id"]
    gone = scim.group("Gone", *ids.values())["id"]
    off(scim, ids["ada"])
    off(scim, ids["cid"])
    scim.delete(f"/Users/{ids['bob']}")
    take_out(scim, crew, ids["dan"])
    scim.delete(f"/Groups/{gone}")
    assert Removal.objects.filter(state=State.HELD).count() == 5
    return {**ids, "crew": crew, "outer": outer, "gone": gone}


def test_nothing_is_taken_away_while_it_waits(scim, lost):
    directories.request_sync(directory=scim.directory, by=SYSTEM, now=datetime.now(UTC))

    reconcile()

    assert len(inside("Crew")) == len(inside("Outer")) == len(inside("Gone")) == 5
    assert not Account.objects.exclude(status="active").exists()
    assert stopped(scim)
    check_invariants()


def test_approve_carries_everything_out(scim, lost, decide):
    decide(APPROVE)

    assert not stopped(scim)
    assert set(Removal.objects.values_list("state", flat=True)) == {State.APPROVED}
    gone = Account.objects.filter(status="deactivated").values_list("email", flat=True)
    assert set(gone) == {"ada@example.com", "bob@example.com"}
    # Who is managed and inactive keeps the groups; the account is locked.
    assert inside("Crew") == {"ada@example.com", "eve@elsewhere.example"}
    assert inside("Outer") == inside("Crew")
    assert not Group.objects.filter(name="Gone").exists()
    assert AuditEvent.objects.filter(action="scim_removals_approved").exists()


def test_discard_puts_everything_back(scim, lost, decide):
    decide(DISCARD)

    assert not stopped(scim)
    assert set(Removal.objects.values_list("state", flat=True)) == {State.DISCARDED}
    assert not Account.objects.exclude(status="active").exists()
    assert UserRecord.objects.filter(active=True, link_reason="").count() == 4
    answer = scim.get(f"/Users/{lost['ada']}").json()
    assert answer["active"] is True
    assert lost["dan"] in scim.members(lost["crew"])
    assert "dan@example.com" in inside("Crew") & inside("Outer")
    # Who was deleted stays as a local person, a deleted group as a local one.
    account = Account.objects.get(email="bob@example.com")
    assert account.memberships.get().directory is None
    group = Group.objects.get(name="Gone")
    assert (group.kind, len(inside("Gone"))) == ("local", 5)
    assert AuditEvent.objects.filter(action="scim_removals_discarded").exists()


@pytest.mark.parametrize("kind", [APPROVE, DISCARD])
def test_whose_groups_wait_gets_them_by_no_held_deactivation(scim, decide, kind):
    ada = scim.user("ada@example.com")["id"]
    scim.group("Crew", ada)
    away = [{"value": "ada@elsewhere.example", "primary": True}]
    scim.patch(f"/Users/{ada}", [{"op": "replace", "path": "emails", "value": away}])
    assert inside("Crew") == set()

    off(scim, ada)

    assert stopped(scim)
    assert inside("Crew") == set()
    record = UserRecord.objects.get()
    assert (record.link_state, record.link_reason) == ("paused", "guard_held")
    reconcile()
    assert inside("Crew") == set()
    decide(kind)
    assert Account.objects.get().is_active == (kind == DISCARD)
    assert UserRecord.objects.get().link_reason != "guard_held"


def test_some_can_be_decided_while_the_rest_waits(scim, lost, decide):
    names = ["ada@example.com", "cid@elsewhere.example", "dan@example.com"]
    chosen = Removal.objects.filter(name__in=names).values_list("pk", flat=True)

    decide(APPROVE, Chosen(list(chosen)))

    assert stopped(scim)
    assert not Account.objects.get(email="ada@example.com").is_active
    assert inside("Crew") == {
        "ada@example.com",
        "bob@example.com",
        "eve@elsewhere.example",
    }
    decide(DISCARD, Chosen([r.pk for r in Removal.objects.filter(state=State.HELD)]))
    assert not stopped(scim)


def test_after_a_decision_counting_begins_anew(scim, lost, decide):
    Directory.objects.update(guard_least=1)
    decide(APPROVE)

    off(scim, lost["dan"])
    assert not stopped(scim)
    off(scim, lost["eve"])
    assert stopped(scim)


def test_what_the_provider_took_back_is_not_decided_about(scim, lost, decide):
    scim.patch(
        f"/Users/{lost['ada']}", [{"op": "replace", "path": "active", "value": True}]
    )
    scim.patch(
        f"/Groups/{lost['crew']}",
        [{"op": "add", "path": "members", "value": values(lost["dan"])}],
    )
    scim.group("Gone", lost["ada"])
    scim.user("bob@example.com")

    decide(APPROVE)

    assert not Account.objects.filter(status="deactivated").exists()
    assert "dan@example.com" in inside("Crew")
    assert inside("Gone") == {"ada@example.com"}


def test_a_stop_of_which_nothing_is_left_can_be_ended(scim, decide):
    user = scim.user()["id"]
    off(scim, user)
    scim.patch(f"/Users/{user}", [{"op": "replace", "path": "active", "value": True}])
    assert stopped(scim)

    decide(APPROVE)

    assert not stopped(scim)
    with pytest.raises(removals.NothingWaitsError):
        decide(APPROVE)


@pytest.mark.parametrize("domain", ["example.com", "elsewhere.example"])
def test_what_was_applied_can_be_undone(scim, decide, domain):
    Directory.objects.update(guard_least=50)
    ids = [scim.user(f"{name}@{domain}")["id"] for name in ("ada", "bob", "cid")]
    crew = scim.group("Crew", *ids)["id"]
    gone = scim.group("Gone", *ids)["id"]
    off(scim, ids[0])
    scim.delete(f"/Users/{ids[1]}")
    take_out(scim, crew, ids[2])
    scim.delete(f"/Groups/{gone}")
    assert not stopped(scim)

    decide(removals.UNDO)

    assert set(Removal.objects.values_list("state", flat=True)) == {State.UNDONE}
    assert not Account.objects.exclude(status="active").exists()
    assert inside("Crew") == {f"ada@{domain}", f"cid@{domain}"}
    group = Group.objects.get(name="Gone")
    assert group.kind == "local"
    assert len(inside("Gone")) >= 1
    assert group.released_at is not None
    with pytest.raises(removals.NothingWaitsError):
        decide(removals.UNDO)


def test_undo_brings_no_group_back_that_an_admin_deleted(scim, decide):
    Directory.objects.update(guard_least=50)
    organization = scim.directory.organization
    organization.grace_days = 0
    organization.save()
    scim.delete(f"/Groups/{scim.group('Owners')['id']}")
    organization.grace_days = 30
    organization.save()
    now = datetime.now(UTC)
    local = local_groups.create_group(
        organization, name="Owners", description="", by=SYSTEM, now=now
    )
    local_groups.delete_group(local, by=SYSTEM, now=now)

    decide(removals.UNDO)

    assert not Group.objects.filter(name="Owners").exists()


def test_a_group_that_waits_elsewhere_is_not_let_go(scim, decide):
    Directory.objects.update(guard_least=50)
    scim.delete(f"/Groups/{scim.group('Gone')['id']}")
    other = add_client(scim.directory.organization, "Entra of Acme")
    Directory.objects.filter(pk=other.directory.pk).update(
        guard_percent=0, guard_least=0
    )
    user = other.user()["id"]
    other.delete(f"/Groups/{other.group('Gone', user)['id']}")
    assert Removal.objects.get(state=State.HELD).directory == other.directory

    job = directories.delete_configuration(
        directory=scim.directory, by=SYSTEM, now=datetime.now(UTC)
    )
    directory_tasks.run_job(job_id=str(job.pk))

    assert Group.objects.get(name="Gone").kind == "synced"


def test_a_disconnected_directory_forgets_what_waits(scim, lost, decide):
    job = directories.delete_configuration(
        directory=scim.directory, by=SYSTEM, now=datetime.now(UTC)
    )

    directory_tasks.run_job(job_id=str(job.pk))

    job.refresh_from_db()
    assert (job.state, job.error) == ("done", "")
    assert not stopped(scim)
    assert not Removal.objects.filter(state=State.HELD).exists()
    kinds = dict(Group.objects.values_list("name", "kind"))
    assert kinds == {"Crew": "local", "Outer": "local", "Gone": "local"}
    assert len(inside("Gone")) == 5
