"""The Users endpoints (RFC 7644 section 3)."""

from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from rest_framework.request import Request

from directories.models import Directory, TroubleshootingEntry, UserRecord
from directories.queries.providers import scim_base_url
from directories.scim.lookup import USERS
from directories.scim.pages import listed, whole_page
from directories.scim.parameters import Query, read_query
from directories.scim.protocol.comparable import comparable
from directories.scim.protocol.documents import Document, email_of, read_user
from directories.scim.protocol.operations import Operation, read_patch
from directories.scim.protocol.patch import apply_user_patch
from directories.scim.protocol.schemas import USER
from directories.scim.protocol.selection import project
from directories.scim.protocol.tolerance import Tolerance
from directories.scim.rendering import render_users
from directories.scim.surface import ScimView, scim_id
from directories.scim.versions import check_of, conditions_of, tag_of
from directories.services import records
from directories.services.records import UserValues


def shown(directory: Directory) -> QuerySet[UserRecord]:
    """Return the users of a directory with no more than an answer shows."""
    return (
        UserRecord.objects.filter(directory=directory)
        .select_related("account")
        .only(
            "scim_id",
            "document",
            "created_at",
            "updated_at",
            "version",
            "account__public_id",
        )
    )


def values_of(document: Document) -> UserValues:
    """Return a person's document with what is kept in columns."""
    document.setdefault("active", True)
    emails: list[dict[str, Any]] = document.get("emails", [])
    return UserValues(
        document=document,
        document_key=comparable(document, USER),
        user_name=document["userName"],
        external_id=document.get("externalId", ""),
        display_name=document.get("displayName", ""),
        email=email_of(document),
        emails=[(e["value"], e.get("type", "")) for e in emails if e.get("value")],
        active=document["active"],
    )


def replace(before: Document, *, by: Document) -> UserValues:
    """Replace a person (PUT); who is inactive stays so unless the body says more.

    RFC 7644 section 3.5.1 leaves open what a missing attribute becomes; a
    forgotten `active` must not let anybody in.
    """
    return values_of({"active": before.get("active", True), **by})


def patch(
    before: Document, *, operations: list[Operation], tolerance: Tolerance
) -> UserValues:
    """Apply a PATCH to a person; removing `active` lets nobody in."""
    after = apply_user_patch(before, operations, tolerance)
    return values_of({"active": before.get("active", True), **after})


class UserView(ScimView):
    """What the collection and one of its users share."""

    subject = TroubleshootingEntry.Subject.USER

    def render(self, found: list[UserRecord], query: Query) -> list[Document]:
        """Render users as the query asked for them."""
        users = render_users(
            self.directory, found, with_groups=query.selection.wants("groups")
        )
        return [project(user, query.selection) for user in users]

    def answer_page(self, query: Query) -> HttpResponseBase:
        """Answer with the page of users that a query asks for."""
        page = whole_page(self.directory, shown(self.directory), USERS, query)
        resources = self.render(page.records, query)
        return self.answer(listed(page.found, query, resources))

    def answer_with(self, record: UserRecord, *, status: int = 200) -> HttpResponseBase:
        """Answer with one user."""
        (document,) = self.render([record], read_query(self.request))
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
        read_query(request)
        values = values_of(read_user(self.body(), self.tolerance))
        record = records.create_user(
            directory=self.directory, values=values, now=timezone.now()
        )
        return self.answer_with(record, status=201)


class UserDetail(UserView):
    """One user."""

    def get(self, request: Request, **kwargs: str) -> HttpResponseBase:
        """Return a user (RFC 7644 section 3.4.1)."""
        found = shown(self.directory).filter(scim_id=scim_id(kwargs["scim_id"]))
        record = next(iter(found), None)
        if record is None:
            raise records.UnknownRecordError(kwargs["scim_id"])
        if conditions_of(request).know(tag_of(record)):
            return HttpResponse(status=304, headers={"ETag": tag_of(record)})
        return self.answer_with(record)

    def put(self, request: Request, **kwargs: str) -> HttpResponseBase:
        """Replace a user (RFC 7644 section 3.5.1)."""
        read_query(request)
        user = scim_id(kwargs["scim_id"])
        document = read_user(self.body(), self.tolerance)
        record = records.change_user(
            directory=self.directory,
            scim_id=user,
            edit=partial(replace, by=document),
            now=timezone.now(),
            check=check_of(request),
        )
        return self.answer_with(record)

    def patch(self, request: Request, **kwargs: str) -> HttpResponseBase:
        """Change a user (RFC 7644 section 3.5.2)."""
        read_query(request)
        user = scim_id(kwargs["scim_id"])
        operations = read_patch(self.body())
        record = records.change_user(
            directory=self.directory,
            scim_id=user,
            edit=partial(patch, operations=operations, tolerance=self.tolerance),
            now=timezone.now(),
            check=check_of(request),
        )
        return self.answer_with(record)

    def delete(self, request: Request, **kwargs: str) -> HttpResponseBase:
        """Delete a user for good (RFC 7644 section 3.6)."""
        records.delete_user(
            directory=self.directory,
            scim_id=scim_id(kwargs["scim_id"]),
            now=timezone.now(),
            check=check_of(request),
        )
        return HttpResponse(status=204)
