"""What the help center shows to customers and admins of another place: nothing."""

from copy import deepcopy
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.pages.portal_access import ANYBODY, CUSTOMER
from tests.portals.desk import HOME, PASSWORD, REDIRECTS, log_in, signed_in
from tests.portals.digests import rows_of
from tests.portals.places import ID, PLAIN
from tests.portals.two_organizations import INSIDERS, World, holdings, read
from tests.portals.visitors import (
    METHODS,
    NO_SUCH_METHOD,
    REFUSED,
    console_pages,
    routes,
    send,
)
from tests.test_urls import Route

pytestmark = [pytest.mark.slow, pytest.mark.sweep]
HELP_CENTER = (ANYBODY, CUSTOMER)


def client_of_customer(world: World) -> Client:
    return signed_in(world.here.member)


VISITORS = {**INSIDERS, "customer": client_of_customer}


def no_ids(route: Route) -> dict[str, object]:
    """Return ids of nothing for an address of the help center."""
    nothing = {"uuid": UUID(int=5), "int": 987_654}
    return {
        each[3]: nothing[each[2]]
        for each in ID.finditer(route.path)
        if each[3] not in PLAIN
    }


@pytest.mark.parametrize("visitor", VISITORS)
def test_no_page_of_the_help_center_tells_of_another_place(world, visitor):
    client = VISITORS[visitor](world)

    wrong: list[tuple[object, ...]] = []
    for route in routes(*HELP_CENTER):
        for place in world.elsewhere:
            sites = ("", f"?site={place.site.pk}", f"?site={world.here.site.pk}")
            paths = [place.path(route) + query for query in sites]
            wrong += [path for path in paths if place.mark in read(client, path)]

    assert wrong == []


@pytest.mark.parametrize("visitor", VISITORS)
def test_no_thing_of_another_place_is_opened_or_changed(world, visitor):
    client = VISITORS[visitor](world)
    before = holdings(world)
    fields = ("email", "name", "password", "password1", "password2", "new_password")

    wrong: list[tuple[object, ...]] = []
    for route in routes(*HELP_CENTER):
        for place in world.elsewhere:
            path = place.path(route)
            nowhere = place.path(route, **no_ids(route))
            if send(client, "get", path) != send(client, "get", nowhere):
                wrong.append((route.name, place.mark))
            body = dict.fromkeys(fields, place.member.email)
            for query in ("", f"?site={place.site.pk}"):
                cookies = deepcopy(client.cookies)
                with transaction.atomic():
                    client.post(path + query, body)
                    if holdings(world) != before:
                        wrong.append((route.name, place.mark, query))
                    transaction.set_rollback(True)
                # One of the addresses signs out.
                client.cookies = cookies

    assert wrong == []


def test_a_customer_opens_their_own(world):
    """Or the tests above would say nothing."""
    client = client_of_customer(world)

    assert world.here.mark in read(client, HOME)
    for name in ("portal-detail", "own-colleagues"):
        [route] = [r for r in routes() if r.name == f"portals:{name}"]
        assert world.here.mark in read(client, world.here.path(route))


def test_a_customer_opens_no_page_of_the_console(world):
    client = client_of_customer(world)
    sign_in = reverse("directories:sign-in")
    before = rows_of(world.here.site)

    wrong: list[tuple[object, ...]] = []
    for route in console_pages():
        for method in METHODS:
            answer = getattr(client, method)(world.here.path(route))
            sent = answer.get("Location", "").startswith(sign_in)
            if answer.status_code not in {NO_SUCH_METHOD, REFUSED} and not sent:
                wrong.append((route.name, method, answer.status_code))

    assert wrong == []
    assert rows_of(world.here.site) == before


def test_a_password_of_one_site_opens_no_other(world):
    for place in world.elsewhere:
        client = Client()
        answer = log_in(client, place.site, world.here.member.email, PASSWORD)
        assert answer.status_code not in REDIRECTS
        assert world.here.mark not in read(client, HOME)


def test_the_same_address_is_another_customer_elsewhere(world):
    """Each with a password and portals of their own."""
    twin = world.beside.member
    type(twin).objects.filter(pk=twin.pk).update(
        email=world.here.member.email, email_key=world.here.member.email_key
    )
    client = Client()
    assert log_in(client, world.beside.site, world.here.member.email).status_code in (
        REDIRECTS
    )

    shown = read(client, HOME)

    assert world.beside.project.name.lower() in shown
    assert world.here.project.name.lower() not in shown
