"""The Users endpoints (RFC 7644 section 3)."""

from django.http import HttpResponse, HttpResponseBase
from rest_framework.request import Request

from directories.models import TroubleshootingEntry, UserRecord
from directories.queries.providers import scim_base_url
from directories.scim.collections import USER_COLLECTION
from directories.scim.ids import scim_id
from directories.scim.pages import listed, whole_page
from directories.scim.parameters import Query, read_query
from directories.scim.protocol.documents import Document
from directories.scim.protocol.selection import project
from directories.scim.rendering import render_users
from directories.scim.surface import ScimView
from directories.scim.versions import check_of, conditions_of, tag_of
from directories.scim.writing import UserWrites
from directories.services.records import UnknownRecordError


class UserView(ScimView):
    """What the collection and one of its users share."""

    subject = TroubleshootingEntry.Subject.USER

    def render(self, found: list[UserRecord], query: Query) -> list[Document]:
        """Render users as the query asked for them."""
        wants = query.selection.wants("groups")
        users = render_users(self.directory, found, with_groups=wants)
        return [project(user, query.selection) for user in users]

    def answer_page(self, query: Query) -> HttpResponseBase:
        """Answer with the page of users that a query asks for."""
        page = whole_page(self.directory, USER_COLLECTION, query)
        resources = self.render(page.records, query)
        return self.answer(listed(page.found, query, resources))

    def answer_with(
        self, record: UserRecord, query: Query, *, status: int = 200
    ) -> HttpResponseBase:
        """Answer with one user."""
        (document,) = self.render([record], query)
        location = f"{scim_base_url(self.directory)}/Users/{record.scim_id}"
        tag = tag_of(record)
        return self.answer(document, status=status, location=location, tag=tag)


class UserList(UserView):
    """The Users collection."""

    def get(self, request: Request, **_kwargs: str) -> HttpResponseBase:
        """List users (RFC 7644 section 3.4.2)."""
        return self.answer_page(read_query(request))

    def post(self, request: Request, **_kwargs: str) -> HttpResponseBase:
        """Create a user (RFC 7644 section 3.3)."""
        query = read_query(request)
        record = UserWrites(self.directory).add(self.body())
        return self.answer_with(record, query, status=201)


class UserDetail(UserView):
    """One user."""

    def get(self, request: Request, **kwargs: str) -> HttpResponseBase:
        """Return a user (RFC 7644 section 3.4.1)."""
        named = scim_id(kwargs["scim_id"])
        record = USER_COLLECTION.with_id(self.directory, named)
        if record is None:
            raise UnknownRecordError(kwargs["scim_id"])
        if conditions_of(request).know(tag_of(record)):
            return HttpResponse(status=304, headers={"ETag": tag_of(record)})
        return self.answer_with(record, read_query(request))

    def put(self, request: Request, **kwargs: str) -> HttpResponseBase:
        """Replace a user (RFC 7644 section 3.5.1)."""
        query = read_query(request)
        writes = UserWrites(self.directory, check_of(request))
        record = writes.replace(kwargs["scim_id"], self.body())
        return self.answer_with(record, query)

    def patch(self, request: Request, **kwargs: str) -> HttpResponseBase:
        """Change a user (RFC 7644 section 3.5.2)."""
        query = read_query(request)
        writes = UserWrites(self.directory, check_of(request))
        record = writes.patch(kwargs["scim_id"], self.body())
        return self.answer_with(record, query)

    def delete(self, request: Request, **kwargs: str) -> HttpResponseBase:
        """Delete a user for good (RFC 7644 section 3.6)."""
        UserWrites(self.directory, check_of(request)).remove(kwargs["scim_id"])
        return HttpResponse(status=204)
