"""The page of the sync rules: a draft, a look at what it changes, then the change."""

import pytest
from django.urls import reverse

from directories.models import Directory, GroupRecord, Job, LinkState, UserRecord
from directories.tasks import run_job
from provisioning.models import DryRun, Group, SyncChoice
from tests.factories.directories import (
    DirectoryFactory,
    GroupRecordFactory,
    MembershipFactory,
    OrganizationFactory,
    UserRecordFactory,
)
from tests.factories.provisioning import GroupFactory, GroupMemberFactory
from tests.pages.provisioning.reading import text_of

ADD, CHECK = "add", "check"


def page_of(directory):
    return reverse("provisioning:sync-rules", args=[directory.pk])


def post(console, directory, **values):
    draft = {"scope": "chosen", "groups": "", "users": ""}
    return console.post(page_of(directory), draft | values)


def work():
    while job := Job.objects.filter(state=Job.State.QUEUED).first():
        run_job(job_id=str(job.pk))


@pytest.fixture
def crew(okta):
    """Return a synced group of one linked person; another one is in no group."""
    GroupFactory.create(organization=okta.organization, name="Deck")
    record = GroupRecordFactory.create(
        directory=okta, display_name="Crew", member_count=1, link_state="linked"
    )
    group = GroupFactory.create(
        organization=okta.organization, name="Crew", kind="synced", record=record
    )
    person = UserRecordFactory.create(directory=okta, linked=True)
    MembershipFactory.create(group=record, user=person)
    GroupMemberFactory.create(group=group, account=person.account)
    UserRecordFactory.create(directory=okta, linked=True, user_name="loner")
    return group


def test_it_shows_the_rule_and_the_numbers(console, okta, crew):
    text = text_of(console.get(page_of(okta)))

    assert "All users and groups" in text
    assert "Users synced 2" in text
    assert "Nothing is chosen; all is synced." in text


def test_a_draft_is_kept_by_the_page_and_changes_nothing(console, okta, crew):
    answer = post(console, okta, groups="Mates", **{ADD: "group:Crew"})

    text = text_of(answer)
    assert "Not saved yet" in text
    assert "Crew Group 1 member" in text
    assert "Mates Group Not pushed yet" in text
    okta.refresh_from_db()
    assert okta.scope == Directory.Scope.ALL
    assert not SyncChoice.objects.exists()


def test_a_name_is_taken_out_of_the_draft(console, okta):
    answer = post(console, okta, groups="Crew\nDeck", remove="group:Crew")

    assert answer.context["plan"].groups == ("Deck",)


def test_pasted_names_count_once_whatever_their_case(console, okta):
    answer = post(console, okta, groups="Deck\n\n  CREW \ncrew\n")

    assert answer.context["plan"].groups == ("CREW", "Deck")


def test_sample_names_are_offered_for_tests(console, okta):
    answer = post(console, okta, scope="test")
    assert "atlassian-test-jira-users" in text_of(answer)

    answer = post(console, okta, scope="test", samples="1")

    assert answer.context["plan"].groups == (
        "atlassian-test-confluence-users",
        "atlassian-test-jira-users",
    )


def test_what_was_pushed_is_found_by_the_beginning_of_its_name(console, okta, crew):
    url = reverse("provisioning:sync-rule-search", args=[okta.pk])

    answer = console.get(url, {"q": "cr"}, headers={"HX-Request": "true"})

    assert "Crew" in answer.content.decode()
    assert 'value="group:Crew"' in answer.content.decode()
    nobody = console.get(url, {"q": "zz"}).content.decode()
    assert "Nothing of this name was pushed yet" in nobody


def test_a_change_is_looked_at_then_applied(console, okta, crew):
    answer = post(console, okta, groups="Crew", action=CHECK)

    dry_run = DryRun.objects.get()
    url = reverse("provisioning:dry-run-detail", args=[okta.pk, dry_run.pk])
    assert answer.url == url
    work()
    text = text_of(console.get(url))
    assert "People paused 1" in text
    assert "loner" in text
    assert "Not among those chosen to be synced" in text
    okta.refresh_from_db()
    assert okta.scope == Directory.Scope.ALL

    console.post(reverse("provisioning:dry-run-apply", args=[okta.pk, dry_run.pk]))
    work()

    okta.refresh_from_db()
    assert okta.scope == Directory.Scope.CHOSEN
    assert UserRecord.objects.get(user_name="loner").link_state == LinkState.PAUSED
    assert Group.objects.get(name="Crew").members.count() == 1


def test_test_users_go_live(console, okta, crew):
    Directory.objects.update(scope=Directory.Scope.TEST)
    assert "Go live" in text_of(console.get(page_of(okta)))
    record = GroupRecord.objects.get()
    record.link_state, record.link_reason = LinkState.UNLINKED, "out_of_scope"
    record.save()
    Group.objects.filter(name="Crew").delete()

    post(console, okta, scope="test", live="1", action=CHECK)

    work()
    dry_run = DryRun.objects.get()
    assert dry_run.plan["scope"] == "all"
    assert dry_run.numbers["group_made"] == 1
    console.post(reverse("provisioning:dry-run-apply", args=[okta.pk, dry_run.pk]))
    work()
    assert Group.objects.filter(name="Crew", kind=Group.Kind.SYNCED).exists()


def test_a_directory_that_is_not_set_up_is_changed_at_once(console, organization):
    fresh = DirectoryFactory.create(organization=organization, fresh=True)

    post(console, fresh, scope="test", groups="Crew", action=CHECK)

    fresh.refresh_from_db()
    assert fresh.scope == Directory.Scope.TEST
    assert not DryRun.objects.exists()


def test_nothing_is_asked_when_nothing_changes(console, okta):
    answer = post(console, okta, scope="all", action=CHECK)

    assert answer.url == page_of(okta)
    assert not DryRun.objects.exists()


def test_too_many_names_are_refused_with_words(console, okta):
    names = "\n".join(f"group {number}" for number in range(2_001))

    answer = post(console, okta, groups=names)

    assert answer.status_code == 422
    assert "Choose 2,000 names at most" in text_of(answer)


def test_the_guard_comes_first(console, okta, crew):
    post(console, okta, groups="Crew", action=CHECK)
    work()
    Directory.objects.update(guard_stopped_at="2026-01-01T00:00Z")
    dry_run = DryRun.objects.get()

    console.post(reverse("provisioning:dry-run-apply", args=[okta.pk, dry_run.pk]))

    okta.refresh_from_db()
    assert okta.scope == Directory.Scope.ALL
    page = text_of(console.get(page_of(okta)))
    assert "Removals wait for a decision" in page


def test_the_directory_s_page_leads_here(console, okta):
    Directory.objects.update(scope=Directory.Scope.TEST)
    url = reverse("directories:directory-detail", args=[okta.pk])

    page = console.get(url)

    assert "Test users and test groups only" in text_of(page)
    numbers = reverse("provisioning:sync-rule-numbers", args=[okta.pk])
    assert numbers in page.content.decode()
    assert "Nothing is chosen" in console.get(numbers).content.decode()


def test_others_directories_do_not_exist(console):
    foreign = DirectoryFactory.create(organization=OrganizationFactory.create())

    assert console.get(page_of(foreign)).status_code == 404


def test_who_may_only_look_may_not_change(site_admin, okta):
    assert site_admin.get(page_of(okta)).status_code == 403


def test_the_wizard_starts_with_test_users(console, organization):
    fresh = DirectoryFactory.create(organization=organization, fresh=True)
    url = reverse("directories:directory-set-up", args=[fresh.pk])
    assert "Start with test users and groups (recommended)" in text_of(console.get(url))

    console.post(url, {"scope": "test"})

    fresh.refresh_from_db()
    assert fresh.scope == Directory.Scope.TEST
    page = console.get(url, {"step": "first-sync"})
    assert page_of(fresh) in page.content.decode()
