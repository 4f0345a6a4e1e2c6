"""Rules for every URL: its name, its shape, and that strangers stay out."""

import re
from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

import pytest
from django.conf import settings
from django.shortcuts import resolve_url
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import IntConverter, UUIDConverter

KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# Seen without signing in, by design.
PUBLIC = re.compile(r"directories:(sign-(in|out)|password-reset(-.+)?)")
# Programs show a key instead; their own tests cover refusals.
FOR_PROGRAMS = ("scim/", "api/", "gateway/", "rest/", "admin/v", "scim.")
PROGRAM_NAMESPACES = {"scim", "api"}


class Route(NamedTuple):
    """One URL: its full name, its path as written, an example of it."""

    name: str
    path: str
    example: str


def routes(
    patterns: list[URLPattern | URLResolver], name: str = "", path: str = "/"
) -> Iterator[Route]:
    for pattern in patterns:
        here = path + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{name}{pattern.namespace}:" if pattern.namespace else name
            yield from routes(pattern.url_patterns, inner, here)
        else:
            yield Route(f"{name}{pattern.name}", here, example(here, pattern))


def example(path: str, pattern: URLPattern) -> str:
    values = {UUIDConverter: str(UUID(int=1)), IntConverter: "1"}
    converters = pattern.pattern.converters

    def value(match: re.Match[str]) -> str:
        converter = converters.get(match["name"])
        given = match["converter"]
        if given in {"uuid", "int"}:
            return values[UUIDConverter if given == "uuid" else IntConverter]
        return values.get(type(converter), "x")

    return re.sub(r"<(?:(?P<converter>\w+):)?(?P<name>\w+)>", value, path)


def all_routes() -> list[Route]:
    return list(routes(get_resolver().url_patterns))


def is_for_programs(route: Route) -> bool:
    return route.path.startswith(tuple(f"/{p}" for p in FOR_PROGRAMS)) or bool(
        PROGRAM_NAMESPACES & set(route.name.split(":"))
    )


def is_for_customers(route: Route) -> bool:
    # The help center has the addresses that links in old mails lead to.
    return route.path.startswith("/servicedesk/")


def console_routes() -> list[Route]:
    return [
        r
        for r in all_routes()
        if ":" in r.name and not is_for_programs(r) and not is_for_customers(r)
    ]


def customer_routes() -> list[Route]:
    return [r for r in all_routes() if is_for_customers(r)]


@pytest.mark.parametrize("route", all_routes(), ids=lambda r: r.path)
def test_url_is_named_in_kebab_case(route):
    last = route.name.split(":")[-1]

    assert last != "None"
    assert KEBAB.fullmatch(last)


@pytest.mark.parametrize("route", console_routes(), ids=lambda r: r.name)
def test_console_path_ends_in_a_slash(route):
    assert route.path.endswith("/")


@pytest.mark.parametrize("route", customer_routes(), ids=lambda r: r.name)
def test_help_center_path_ends_in_no_slash(route):
    assert not route.path.endswith("/")


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    "route",
    [route for route in console_routes() if not PUBLIC.fullmatch(route.name)],
    ids=lambda r: r.name,
)
def test_console_refuses_a_stranger(client, route, method):
    answer = getattr(client, method)(route.example)

    assert answer.status_code in {302, 401, 403, 404, 405}
    if answer.status_code == 302:
        assert answer["Location"].startswith(resolve_url(settings.LOGIN_URL))
