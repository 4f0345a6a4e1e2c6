"""Which organization an admin of several works in."""

from tests.factories.directories import OrganizationFactory, RoleAssignmentFactory
from tests.pages.provisioning.reading import main_of, text_of

URL = "/organizations/"


def test_with_one_organization_there_is_nothing_to_choose(console):
    assert console.get(URL)["Location"] == "/"


def test_each_administered_organization_is_offered(console, admin):
    other = RoleAssignmentFactory.create(account=admin).organization
    OrganizationFactory.create(name="Foreign")

    text = main_of(console.get(URL))

    assert "Acme" in text
    assert other.name in text
    assert "Foreign" not in text


def test_the_chosen_one_is_worked_in(console, admin):
    other = RoleAssignmentFactory.create(account=admin).organization
    assert "Acme" in text_of(console.get("/security/identity-providers/"))

    answer = console.post(URL, {"organization": str(other.pk)})

    assert answer["Location"] == "/"
    page = text_of(console.get("/security/identity-providers/"))
    assert other.name in page
    assert "Acme" not in page


def test_an_organization_of_others_cannot_be_chosen(console):
    foreign = OrganizationFactory.create()

    for choice in (str(foreign.pk), "nonsense", ""):
        assert console.post(URL, {"organization": choice}).status_code == 404


def test_who_administers_none_is_told_so(stranger, person):
    stranger.force_login(person)

    assert stranger.get(URL).status_code == 403


def test_strangers_are_asked_to_sign_in(stranger, db):
    assert stranger.get(URL)["Location"] == f"/sign-in/?next={URL}"
