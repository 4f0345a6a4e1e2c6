"""What is of another site or organization can be neither seen nor changed.

Every address of the portals app is asked for with every id of another place. Whoever
adds an address with a new kind of id says in places.py what it is about.
"""

import re
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from directories.models import RoleAssignment
from directories.services.api_keys import create_api_key
from directories.services.audit import SYSTEM
from tests.pages.portal_access import CUSTOMER, PORTAL_PAGES
from tests.portals.digests import (
    changed,
    crossings,
    digest,
    field_names,
    work_off,
)
from tests.portals.places import ID, PLAIN, Place
from tests.portals.two_organizations import INSIDERS, World, holdings, read
from tests.portals.visitors import (
    ABSENT,
    METHODS,
    NO_SUCH_METHOD,
    REFUSED,
    admin,
    console_pages,
    everything_on,
    send,
)
from tests.test_urls import Route, all_routes

pytestmark = pytest.mark.sweep

Role = RoleAssignment.Role
UNKNOWN = 401
# Many requests, in tests of a length that others have.
PARTS = 8
SHUT = {REFUSED, ABSENT, NO_SUCH_METHOD}
# Pages of a directory, for the organization's own.
OF_DIRECTORIES = (
    "directories:directory",
    "directories:api-key",
    "directories:configuration",
)


def foreign_ids(place: Place) -> list[object]:
    """Return what could be sent to name a thing of a place."""
    return [
        place.customer.public_id,
        place.customer.pk,
        place.synced.email,
        place.firm.public_id,
        place.firm.pk,
        place.synced_firm.name,
        place.project.pk,
        place.project.key,
        place.rule.pk,
        place.role.account.public_id,
        place.directory.pk,
        place.group.scim_id,
        place.upload.pk,
    ]


def with_site(route: Route) -> bool:
    return "<uuid:site_id>" in route.path


def shut_answers(client: Client, path: str) -> set[int]:
    """Return what was answered beside that there is nothing."""
    return {send(client, method, path) for method in METHODS} - SHUT


@pytest.mark.parametrize("visitor", INSIDERS)
def test_no_page_of_another_place_opens(world, visitor):
    client = INSIDERS[visitor](world)
    before = digest()

    wrong = [
        (route.name, place.mark)
        for route in console_pages()
        if with_site(route)
        for place in world.elsewhere
        if shut_answers(client, place.path(route))
    ]

    assert wrong == []
    assert changed(before) == []


def test_no_page_of_another_organization_opens_for_its_admin(world):
    client = everything_on(world.here.site, world.beside.site)
    before = digest()

    wrong = [
        (route.name, place.mark)
        for route in console_pages()
        if with_site(route)
        for place in world.theirs
        if shut_answers(client, place.path(route))
    ]

    assert wrong == []
    assert changed(before) == []


def mixed(world: World, route: Route) -> Iterator[tuple[str, str]]:
    """Yield addresses of the first site that name one thing of another place."""
    for found in ID.finditer(route.path):
        name = found[3]
        if name == "site_id" or name in PLAIN:
            continue
        for place in world.elsewhere:
            foreign = place.value(route, found[1] or "", name)
            yield f"{name} {place.mark}", world.here.path(route, **{name: foreign})


def test_no_thing_of_another_place_opens_under_the_own_site(world):
    client = everything_on(world.here.site, world.beside.site)
    before = digest()

    wrong = [
        (route.name, what)
        for route in console_pages()
        if with_site(route)
        for what, path in mixed(world, route)
        if shut_answers(client, path)
    ]

    assert wrong == []
    assert changed(before) == []


def test_own_things_open(world):
    """Or the tests above would say nothing."""
    client = everything_on(world.here.site)

    wrong = [
        route.name
        for route in console_pages()
        if with_site(route)
        and PORTAL_PAGES[route.name] != CUSTOMER
        and not shut_answers(client, world.here.path(route))
    ]

    assert wrong == []


def test_no_own_page_tells_of_another_place(world):
    client = everything_on(world.here.site)
    other_places = [place.mark for place in world.elsewhere]
    other_organizations = [place.mark for place in world.theirs]

    wrong = []
    for route in console_pages():
        # A page of no site tells of all that the viewer looks after.
        marks = other_places if with_site(route) else other_organizations
        for query in ("", "?q=common", "?q=client.example"):
            body = read(client, world.here.path(route) + query)
            told = [mark for mark in marks if mark in body]
            wrong += [(route.name, query, mark) for mark in told]

    assert wrong == []


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_no_form_takes_things_of_another_place(world, part):
    client = everything_on(world.here.site)
    names = field_names()
    before = holdings(world)

    wrong = []
    for route in console_pages()[part::PARTS]:
        path = world.here.path(route)
        if send(client, "post", path) == NO_SUCH_METHOD:
            continue
        # A view that takes one value takes the last one.
        for values in zip(*map(foreign_ids, reversed(world.elsewhere)), strict=True):
            with transaction.atomic():
                client.post(path, {name: list(map(str, values)) for name in names})
                work_off()
                if before != holdings(world) or crossings():
                    wrong.append((route.name, *values))
                transaction.set_rollback(True)

    assert wrong == []


def test_keys_of_one_directory_open_no_other(world):
    now = timezone.now()
    _, text = create_api_key(directory=world.here.directory, by=SYSTEM, now=now)
    headers = {"Authorization": f"Bearer {text}"}
    client = Client()
    before = digest()

    wrong = []
    for path in scim_paths(world):
        for method in ("get", "post", "put", "patch", "delete"):
            answer = client.generic(
                method.upper(),
                path,
                data="{}",
                content_type="application/scim+json",
                headers=headers,
            )
            if answer.status_code != UNKNOWN:
                wrong.append((path, method, answer.status_code))

    assert wrong == []
    assert changed(before) == []


def scim_paths(world: World) -> list[str]:
    """Return every SCIM address of the directories of other places."""
    scim = [r.path for r in all_routes() if r.path.startswith("/scim/directory/")]
    assert scim
    return [filled(path, place) for place in world.elsewhere for path in scim]


def filled(path: str, place: Place) -> str:
    """Return a SCIM address about a place."""
    path = path.replace("<uuid:directory_id>", str(place.directory.pk))
    return re.sub(r"<(?:\w+:)?\w+>", str(place.record.scim_id), path)


def test_customer_directories_have_no_page_among_those_of_the_organization(world):
    """Organization admins who are no Jira admins would get in there."""
    organization = world.here.organization
    client = admin(organization, (Role.ORGANIZATION_ADMIN, None, ""))
    ids = {"directory_id": world.here.directory.pk}
    before = digest()

    wrong = [
        route.name
        for route in all_routes()
        if route.name.startswith(OF_DIRECTORIES)
        and [each[3] for each in ID.finditer(route.path)] == ["directory_id"]
        and shut_answers(client, reverse(route.name, kwargs=ids))
    ]

    assert wrong == []
    assert changed(before) == []
