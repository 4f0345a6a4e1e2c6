"""Searches by message, and over users and groups at once (RFC 7644 3.4.2.1, 3.4.3)."""

from typing import TypeVar

from django.http import HttpResponseBase
from rest_framework.request import Request

from directories.models import Directory
from directories.scim.collections import GROUP_COLLECTION, USER_COLLECTION
from directories.scim.groups import GroupView
from directories.scim.modes import offer_of
from directories.scim.pages import find, listed
from directories.scim.parameters import Query, read_query, read_search_query
from directories.scim.protocol.offers import check_offered
from directories.scim.surface import ScimView
from directories.scim.users import UserView

V = TypeVar("V", bound=ScimView)


def _check_offered(directory: Directory) -> None:
    check_offered(
        offer_of(directory).search,
        "Searching by message, or users and groups at once,",
    )


class UserSearch(UserView):
    """Users by a search message."""

    def post(self, request: Request, **_kwargs: str) -> HttpResponseBase:
        """Answer with the page that the message asks for."""
        _check_offered(self.directory)
        return self.answer_page(read_search_query(self.body()))


class GroupSearch(GroupView):
    """Groups by a search message."""

    def post(self, request: Request, **_kwargs: str) -> HttpResponseBase:
        """Answer with the page that the message asks for."""
        _check_offered(self.directory)
        return self.answer_page(read_search_query(self.body()))


class _RootView(ScimView):
    """Users and groups as one collection, users first where nothing is sorted."""

    def answer_page(self, query: Query) -> HttpResponseBase:
        """Answer with a page of both."""
        collections = (USER_COLLECTION, GROUP_COLLECTION)
        found = find(self.directory, collections, query)
        people = USER_COLLECTION.with_keys(found.of(0))
        crews = GROUP_COLLECTION.with_keys(found.of(1))
        as_users = self._as(UserView).render(people, query)
        as_groups = self._as(GroupView).render(crews, query)
        rendered = {
            **{(0, r.pk): each for r, each in zip(people, as_users, strict=True)},
            **{(1, r.pk): each for r, each in zip(crews, as_groups, strict=True)},
        }
        resources = [rendered[key] for key in found.keys if key in rendered]
        return self.answer(listed(found, query, resources))

    def _as(self, kind: type[V]) -> V:
        """Return the view that renders one kind for this request."""
        view = kind()
        view.request, view.key = self.request, self.key
        return view


class Everything(_RootView):
    """The directory itself."""

    def get(self, request: Request, **_kwargs: str) -> HttpResponseBase:
        """List users and groups."""
        _check_offered(self.directory)
        return self.answer_page(read_query(request))


class Search(_RootView):
    """Users and groups by a search message."""

    def post(self, request: Request, **_kwargs: str) -> HttpResponseBase:
        """Answer with the page that the message asks for."""
        _check_offered(self.directory)
        return self.answer_page(read_search_query(self.body()))
