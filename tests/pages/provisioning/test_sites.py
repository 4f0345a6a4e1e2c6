"""The pages of sites: adding, renaming, removing, people and groups there."""

import pytest
from django.utils import timezone

from directories.models import AuditEvent, Site
from directories.services.audit import SYSTEM
from provisioning.models import ROLES_IN_APPS, App, TrelloEnterprise
from provisioning.services.sites_and_apps import app_grants, apps, site_removal, sites
from tests.factories.directories import AccountFactory, MemberFactory, SiteFactory
from tests.factories.provisioning import GroupFactory, GroupMemberFactory
from tests.pages.provisioning.reading import (
    csv_rows,
    is_part_of_page,
    main_of,
    queries_of,
)

ALL = "/apps/sites/"


@pytest.fixture
def site(organization):
    return sites.add_site(
        organization, name="acme", kinds=App.Kind, by=SYSTEM, now=timezone.now()
    )


def person(organization, name, directory=None, **more):
    account = AccountFactory.create(name=name, **more)
    MemberFactory.create(
        organization=organization, account=account, directory=directory
    )
    return account


def let_in(site, account, kind="jira", **group):
    """Let somebody into an app by a group of their own."""
    made = GroupFactory.create(organization=site.organization, **group)
    GroupMemberFactory.create(group=made, account=account)
    app = site.apps.get(kind=kind)
    role = ROLES_IN_APPS[kind][0]
    app_grants.give_access(app, made, role, by=SYSTEM, now=timezone.now())
    return made


def told():
    return AuditEvent.objects.order_by("-pk").first()


def test_a_site_is_added_after_saying_what_it_gets(console, organization, okta):
    person(organization, "Bea", okta)
    GroupFactory.create(organization=organization, synced=True, name="Engineers")
    form = {"name": "Acme", "apps": ["jira", "bitbucket"]}

    asked = main_of(console.post(f"{ALL}add/", form))
    assert not Site.objects.exists()
    answer = console.post(f"{ALL}add/", form | {"confirmed": "yes"}, follow=True)

    assert "All 2 people of the organization are seen there at once" in asked
    assert "and 1 group," in asked
    assert "jira-users-acme User of Jira" in asked
    assert "jira-admins-acme App admin of Jira" in asked
    assert "bitbucket-users-acme" in asked
    assert "confluence-users" not in asked
    assert Site.objects.get().name == "acme"
    assert "Takes no synced groups" in main_of(answer)
    assert AuditEvent.objects.filter(action="site_added", target_name="acme").exists()


@pytest.mark.parametrize("name", ["acme", "ACME", "a_b", ""])
def test_a_name_that_does_not_fit_is_said(console, site, name):
    answer = console.post(f"{ALL}add/", {"name": name})

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert ("“a_b” cannot be part of an address" in answer.text) == (name == "a_b")


def test_a_site_is_renamed(console, site):
    url = f"{ALL}{site.pk}/rename/"

    assert "default groups keep their names" in main_of(console.get(url))
    assert "addresses of the help center" in main_of(console.get(url))
    console.post(url, {"name": "better"})

    assert Site.objects.get().name == "better"
    assert told().details["name"] == ["acme", "better"]


def test_a_site_is_removed_with_its_name_typed_and_restored(console, site):
    let_in(site, person(site.organization, "Bea"))
    url = f"{ALL}{site.pk}/remove/"

    page = main_of(console.get(url))
    wrong = console.post(url, {"confirmation": "acm"})
    assert wrong.status_code == 422
    assert Site.objects.exists()
    removed = console.post(url, {"confirmation": "acme"}, follow=True)

    assert "5 apps are removed with it:" in page
    assert "People who lose access to it at once: 1." in page
    assert "Groups that give access to it: 6." in page
    assert "Removed sites" in main_of(removed)
    assert "acme is removed. It can be restored below until" in removed.text
    assert console.get(f"{ALL}{site.pk}/").status_code == 404
    back = f"{ALL}{site.pk}/restore/"
    assert "Jira Service Management" in main_of(console.get(back))
    console.post(back)
    assert "Jira" in main_of(console.get(f"{ALL}{site.pk}/"))
    assert told().action == "site_restored"
    assert console.get(back).status_code == 404


def test_an_app_is_removed_and_comes_back(console, site):
    let_in(site, person(site.organization, "Bea"))
    url = f"{ALL}{site.pk}/jira/remove/"

    page = main_of(console.get(url))
    console.post(url, {"confirmation": "Jira"})
    detail = main_of(console.get(f"{ALL}{site.pk}/"))
    offered = main_of(console.get(f"{ALL}{site.pk}/apps/add/"))

    assert "People who lose access to it at once: 1." in page
    assert "Removed apps" in detail
    assert "Comes back with all that gave access to it" in offered
    assert console.get(f"{ALL}{site.pk}/jira/access/").status_code == 404
    console.post(f"{ALL}{site.pk}/apps/add/", {"kind": "jira"})
    assert told().action == "product_restored"
    assert console.get(f"{ALL}{site.pk}/jira/access/").status_code == 200


def test_everybody_and_every_group_is_seen_on_a_site_that_is_added_later(
    console, organization, okta
):
    person(organization, "Bea", okta)
    person(organization, "Carl")
    for name in ("Engineers", "Sales"):
        GroupFactory.create(
            organization=organization,
            name=name,
            synced=True,
            record__directory=okta,
        )
    GroupFactory.create(organization=organization, name="Book club")

    later = SiteFactory.create(organization=organization)
    people = main_of(console.get(f"{ALL}{later.pk}/users/"))
    groups = main_of(console.get(f"{ALL}{later.pk}/groups/"))

    assert all(name in people for name in ("Ada", "Bea", "Carl", "Okta prod"))
    assert all(name in groups for name in ("Engineers", "Sales", "Book club"))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"Ada Admin", "Bea", "Carl"}),
        ("?access=with", {"Bea"}),
        ("?access=without", {"Ada Admin", "Carl"}),
        ("?app=jira", {"Bea"}),
        ("?app=trello", set()),
        ("?app=trello&access=without", {"Ada Admin", "Bea", "Carl"}),
        ("?access=with&q=be", {"Bea"}),
        ("?directory=local", {"Ada Admin", "Carl"}),
        ("?access=maybe", {"Ada Admin", "Bea", "Carl"}),
    ],
)
def test_people_are_filtered_by_what_they_open(console, site, okta, query, found):
    let_in(site, person(site.organization, "Bea", okta))
    person(site.organization, "Carl")

    page = console.get(f"{ALL}{site.pk}/users/{query}")

    rows = page.context["rows"]
    assert {member.account.name for member, _opened in rows} == found
    assert is_part_of_page(console, f"{ALL}{site.pk}/users/{query}")
    if "Bea" in found and "trello" not in query:
        assert "Jira: User" in main_of(page)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?gives=yes&kind=local", {"Crew"}),
        ("?gives=no", {"jira-admins-acme", "Quiet"}),
        ("?q=crew", {"Crew"}),
        ("?kind=local", {"Crew", "Quiet"}),
    ],
)
def test_groups_are_filtered_by_what_they_give(console, site, query, found):
    let_in(site, person(site.organization, "Bea"), name="Crew")
    GroupFactory.create(organization=site.organization, name="Quiet")

    page = console.get(f"{ALL}{site.pk}/groups/{query}")

    assert {group.name for group, *_rest in page.context["rows"]} == found


def test_lists_of_a_site_are_exported(console, site):
    let_in(site, person(site.organization, "Bea"), name="Crew")

    people = csv_rows(console.post(f"{ALL}{site.pk}/users/export/", {"access": "with"}))
    groups = csv_rows(console.post(f"{ALL}{site.pk}/groups/export/", {"q": "crew"}))

    assert [row[0] for row in people[1:]] == ["Bea"]
    assert people[1][4] == "Jira: User"
    assert [row[:5] for row in groups[1:]] == [["Crew", "Local", "", "1", "Jira: User"]]
    assert told().action == "exported"


def test_the_number_of_queries_does_not_grow(console, site):
    urls = [f"{ALL}{site.pk}/users/", f"{ALL}{site.pk}/groups/", f"{ALL}{site.pk}/"]
    let_in(site, person(site.organization, "Bea"))
    one = [queries_of(console, url) for url in urls]
    for kind in ("jira", "trello"):
        let_in(site, person(site.organization, kind), kind)

    assert [queries_of(console, url) for url in urls] == one
    assert max(one) <= 14


def test_a_site_admin_sees_the_own_site_alone_and_changes_nothing(
    site_admin, site, organization
):
    page = main_of(site_admin.get(f"{ALL}{site.pk}/"))

    assert "Manage access" in page
    assert "Remove" not in page
    assert "Add app" not in page
    assert site_admin.get(f"{ALL}add/").status_code == 403


def test_a_trello_enterprise_gives_free_accounts(console, organization, okta):
    bea = person(organization, "Bea", okta)
    carl = person(organization, "Carl")
    assert "Link Trello Enterprise" in main_of(console.get(ALL))

    asked = main_of(console.get(f"{ALL}trello-enterprise/link/"))
    console.post(f"{ALL}trello-enterprise/link/", {"name": "Acme Trello"})
    page = main_of(console.get(f"{ALL}trello-enterprise/"))

    assert "1 active person from an identity provider gets a free Trello" in asked
    assert "People with its free account 1" in page
    users = f"/directory/users/{bea.public_id}/", f"/directory/users/{carl.public_id}/"
    assert "free Trello account" in main_of(console.get(users[0]))
    assert "free Trello account" not in main_of(console.get(users[1]))
    lines = csv_rows(console.post("/directory/users/export/"))
    assert {row[0]: row[-1] for row in lines[1:]} == {
        "Ada Admin": "",
        "Bea": "Acme Trello",
        "Carl": "",
    }
    leave = f"{ALL}trello-enterprise/unlink/"
    assert "1 person loses the free Trello account" in main_of(console.get(leave))
    console.post(leave)
    assert not TrelloEnterprise.objects.exists()
    assert "free Trello account" not in main_of(console.get(users[0]))


def test_the_list_says_how_many_people_have_access(console, site, okta):
    bea = person(site.organization, "Bea", okta)
    let_in(site, bea)
    let_in(site, bea, "trello")
    let_in(site, person(site.organization, "Carl"), "confluence")

    assert "Trello 2" in main_of(console.get(ALL))


def test_what_was_removed_is_named_nowhere(console, site):
    bea = person(site.organization, "Bea")
    group = let_in(site, bea, name="Crew")
    site_removal.remove_site(site, by=SYSTEM, now=timezone.now())
    pages = [
        f"/directory/users/{bea.public_id}/",
        f"/directory/groups/{group.public_id}/?tab=details",
        "/directory/administrators/add/",
        f"/directory/groups/{group.public_id}/rights/add/",
        "/search/?q=acme",
        "/settings/products/",
    ]

    wrong = []
    for page in pages:
        answer = console.get(page)
        if answer.status_code == 200 and f"{site.pk}" in answer.text:
            wrong.append(page)
        if answer.status_code == 200 and "> acme <" in answer.text:
            wrong.append(page)

    assert wrong == []


def test_removing_twice_is_no_error(console, site):
    jira = site.apps.get(kind="jira")
    apps.remove_app(jira, by=SYSTEM, now=timezone.now())

    assert console.get(f"{ALL}{site.pk}/jira/remove/").status_code == 404
    with pytest.raises(apps.GoneError):
        apps.remove_app(jira, by=SYSTEM, now=timezone.now())
