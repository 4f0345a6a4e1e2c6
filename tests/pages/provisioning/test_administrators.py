"""The list of administrators; giving and revoking rights, directly and by groups."""

import pytest
from django.test import Client
from django.urls import reverse

from directories.models import AuditEvent, RoleAssignment
from provisioning.models import GroupRole
from provisioning.services import consequences
from tests.factories.directories import (
    AccountFactory,
    DirectoryFactory,
    MemberFactory,
    RoleAssignmentFactory,
    SiteFactory,
)
from tests.factories.provisioning import (
    AppFactory,
    GroupFactory,
    GroupMemberFactory,
    GroupRoleFactory,
)
from tests.pages.provisioning.reading import is_part_of_page, main_of, queries_of

ADMIN = RoleAssignment.Role.ORGANIZATION_ADMIN
SITE_ADMIN = RoleAssignment.Role.SITE_ADMIN
LIST = reverse("provisioning:administrator-list")
ADD = reverse("provisioning:administrator-add")


@pytest.fixture
def bo(organization):
    account = AccountFactory.create(name="Bo Berg")
    MemberFactory.create(organization=organization, account=account)
    return account


@pytest.fixture
def crew(organization, bo):
    group = GroupFactory.create(organization=organization, name="Crew")
    GroupMemberFactory.create(group=group, account=bo)
    return group


def give_crew(crew, role=ADMIN):
    given = GroupRoleFactory.create(group=crew, role=role)
    consequences.follow([crew.pk])
    return given


def revoke_url(account):
    right = RoleAssignment.objects.get(account=account, group_id=0)
    return reverse("provisioning:right-revoke", args=[right.pk])


def right_url(group, *given):
    name = "group-right-remove" if given else "group-right-add"
    keys = [each.pk for each in given]
    return reverse(f"provisioning:{name}", args=[group.public_id, *keys])


def flags(answer):
    return " ".join(str(each) for each in answer.context["messages"])


def test_the_list_names_each_right_and_where_it_comes_from(console, crew):
    give_crew(crew)

    page = main_of(console.get(LIST))

    assert "Ada Admin ada@acme.example Active Organization admin given" in page
    assert "Organization admin by the group Crew since" in page


def test_the_list_asks_as_often_for_many_as_for_one(console, organization):
    one = queries_of(console, LIST)
    for _ in range(12):
        member = MemberFactory.create(organization=organization)
        RoleAssignmentFactory.create(organization=organization, account=member.account)

    assert queries_of(console, LIST) == one


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("role=organization_admin", {"Ada Admin", "Bo Berg"}),
        ("role=site_admin", set()),
        ("source=direct", {"Ada Admin"}),
        ("source=group", {"Bo Berg"}),
        ("role=nonsense&source=x", {"Ada Admin", "Bo Berg"}),
    ],
)
def test_the_list_is_filtered(console, crew, query, found):
    give_crew(crew)

    people = console.get(f"{LIST}?{query}").context["people"]

    assert {each.member.account.name for each in people} == found


@pytest.mark.parametrize("url", [LIST, ADD])
def test_the_rows_reload_as_they_are_in_the_page(console, crew, url):
    give_crew(crew)

    assert is_part_of_page(console, url)


def test_the_export_has_a_line_for_each_right(console, crew, bo):
    give_crew(crew)

    answer = console.post(reverse("provisioning:administrator-export"))

    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert len(lines) == 3
    assert any("Bo Berg" in line and "Crew" in line for line in lines)


def test_one_admin_alone_is_told_to_add_another(console):
    assert "only one active organization admin" in main_of(console.get(LIST))


def test_an_active_person_is_found_and_gets_a_right(console, bo):
    found = console.get(f"{ADD}?q=bo+berg").context["people"]
    url = f"{ADD}?person={bo.public_id}"

    answer = console.post(url, {"role": ADMIN}, follow=True)

    assert [each.account for each in found] == [bo]
    assert "Bo Berg is Organization admin now." in flags(answer)
    assert RoleAssignment.objects.get(account=bo).group_id == 0
    assert AuditEvent.objects.filter(action="added_org_admin").count() == 1


@pytest.mark.parametrize(
    ("role", "place", "said"),
    [
        (ADMIN, "site", "An organization admin has all sites and apps."),
        (SITE_ADMIN, "site jira", "A site admin has all apps of a site."),
        ("app_admin", "jira", "Choose the site that the app is on."),
        ("app_admin", "site trello", "This app is not on the site."),
        ("owner", "", "owner is not one of the available choices"),
    ],
)
def test_a_right_that_cannot_hold_is_refused(
    console, organization, bo, role, place, said
):
    jira = AppFactory.create(site__organization=organization)
    app = place.removeprefix("site").strip()
    site = jira.site_id if place.startswith("site") else ""
    posted = {"role": role, "site": site, "app": app}

    answer = console.post(f"{ADD}?person={bo.public_id}", posted)

    assert answer.status_code == 422
    assert said in main_of(answer)


def test_a_site_of_another_organization_cannot_be_chosen(console, bo):
    posted = {"role": SITE_ADMIN, "site": SiteFactory.create().pk}

    answer = console.post(f"{ADD}?person={bo.public_id}", posted)

    assert answer.status_code == 422


def test_an_inactive_person_gets_no_right(console, organization):
    member = MemberFactory.create(organization=organization, status="deactivated")
    url = f"{ADD}?person={member.account.public_id}"

    answer = console.post(url, {"role": ADMIN})

    assert "is not active, so no right can be given" in main_of(answer)


def test_revoking_says_what_it_does_and_ends_the_session(console, organization, bo):
    RoleAssignmentFactory.create(organization=organization, account=bo)
    session = Client()
    session.force_login(bo)
    url = revoke_url(bo)

    told = main_of(console.get(url))
    console.post(url)

    assert "1 person loses the right at once" in told
    assert "has 2 active organization admins now" in told
    assert session.get(LIST).status_code == 302
    assert AuditEvent.objects.filter(action="removed_org_admin").count() == 1


def test_revoking_says_that_a_group_gives_the_same(console, organization, crew, bo):
    RoleAssignmentFactory.create(organization=organization, account=bo)
    give_crew(crew)

    assert "keeps the same right by other means" in main_of(console.get(revoke_url(bo)))


def test_the_last_admin_is_not_revoked(console, admin):
    answer = console.post(revoke_url(admin), follow=True)

    assert "Ada Admin is the last active organization admin" in flags(answer)
    assert RoleAssignment.objects.filter(account=admin).exists()


def test_a_right_by_a_group_is_not_revoked_from_a_person(console, crew, bo):
    give_crew(crew)
    right = RoleAssignment.objects.get(account=bo)
    url = reverse("provisioning:right-revoke", args=[right.pk])

    assert console.post(url).status_code == 404


def test_a_group_gets_a_right_after_the_numbers_are_confirmed(
    console, organization, crew, bo, admin
):
    GroupMemberFactory.create(group=crew, account=admin)
    idle = MemberFactory.create(organization=organization, status="deactivated")
    GroupMemberFactory.create(group=crew, account=idle.account)

    told = main_of(console.post(right_url(crew), {"role": ADMIN}))
    before = GroupRole.objects.count()
    answer = console.post(
        right_url(crew), {"role": ADMIN, "confirmed": "yes"}, follow=True
    )

    assert before == 0
    assert "Make everybody in Crew Organization admin?" in told
    assert "1 person gets the right" in told
    assert "1 person in the group has it already" in told
    assert "Everybody in Crew is Organization admin now." in flags(answer)
    assert RoleAssignment.objects.get(account=bo).group_id == crew.pk
    assert AuditEvent.objects.filter(action="group_granted_role").count() == 1


def test_a_synced_group_warns_who_decides_from_then_on(console, organization):
    directory = DirectoryFactory.create(organization=organization, name="Okta prod")
    group = GroupFactory.create(
        organization=organization, synced=True, record__directory=directory
    )

    told = main_of(console.post(right_url(group), {"role": ADMIN}))

    assert "synced from Okta prod" in told
    assert "decides who is an admin here" in told


def test_taking_a_right_away_says_who_loses_it(console, crew, bo):
    given = give_crew(crew)
    url = right_url(crew, given)

    told = main_of(console.get(url))
    console.post(url)

    assert "1 person loses the right at once" in told
    assert not RoleAssignment.objects.filter(account=bo).exists()
    assert AuditEvent.objects.filter(action="group_revoked_role").count() == 1


def test_the_last_admins_keep_the_right_of_their_group(console, crew, bo, admin):
    given = give_crew(crew)
    session = Client()
    session.force_login(bo)
    RoleAssignment.objects.filter(account=admin).delete()

    answer = session.post(right_url(crew, given), follow=True)

    assert "Bo Berg is the last active organization admin" in flags(answer)
    assert GroupRole.objects.filter(pk=given.pk).exists()


@pytest.mark.parametrize("kind", ["built_in", "all_members"])
def test_what_a_group_of_the_house_gives_is_not_changed(console, organization, kind):
    group = GroupFactory.create(organization=organization, kind=kind)
    given = GroupRoleFactory.create(group=group)

    posted = {"role": SITE_ADMIN, "confirmed": "yes"}
    added = console.post(right_url(group), posted, follow=True)
    taken = console.post(right_url(group, given), follow=True)

    assert "cannot be changed" in flags(added)
    assert "cannot be changed" in flags(taken)
    assert GroupRole.objects.get() == given


def test_group_and_person_pages_show_the_rights(console, crew, bo):
    give_crew(crew)
    of_group = reverse("provisioning:group-detail", args=[crew.public_id])
    of_person = reverse("provisioning:user-detail", args=[bo.public_id])

    assert "Organization admin In the whole organization" in main_of(
        console.get(f"{of_group}?tab=details")
    )
    assert "Organization admin by the group Crew since" in main_of(
        console.get(of_person)
    )


def test_the_person_page_tells_of_rights_that_came_and_went(console, bo):
    console.post(f"{ADD}?person={bo.public_id}", {"role": ADMIN})
    console.post(revoke_url(bo))

    page = main_of(
        console.get(reverse("provisioning:user-detail", args=[bo.public_id]))
    )

    assert "Added organization admin" in page
    assert "Removed organization admin" in page


def test_who_may_do_what_is_a_page(console, bo, crew):
    give_crew(crew)

    page = main_of(console.get(reverse("provisioning:role-list")))

    assert "Give and take admin rights" in page
    assert "People with the role 2 0 0 0" in page


def test_an_app_admin_lands_on_the_sites_that_are_theirs(organization):
    own = SiteFactory.create(organization=organization, name="acme")
    SiteFactory.create(organization=organization, name="other")
    right = RoleAssignmentFactory.create(
        organization=organization, role="app_admin", site=own, app="jira"
    )
    client = Client()
    client.force_login(right.account)

    answer = client.get("/", follow=True)

    assert answer.redirect_chain == [(reverse("provisioning:site-list"), 302)]
    assert [site for site, _people in answer.context["rows"]] == [own]
    assert "Users" not in answer.content.decode().split("<main")[0]
