"""The Groups endpoints (RFC 7644 section 3)."""

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase
from rest_framework.request import Request

from directories.models import GroupRecord, TroubleshootingEntry
from directories.queries.providers import scim_base_url
from directories.scim.collections import GROUP_COLLECTION
from directories.scim.ids import scim_id
from directories.scim.pages import listed, whole_page
from directories.scim.parameters import Query, read_query
from directories.scim.protocol.documents import Document
from directories.scim.protocol.selection import project
from directories.scim.rendering import (
    members_in_parts,
    members_of,
    render_group,
)
from directories.scim.streaming import Parts
from directories.scim.surface import ScimView
from directories.scim.versions import check_of, conditions_of, tag_of
from directories.scim.writing import GroupWrites
from directories.services.records import UnknownRecordError


def _size(record: GroupRecord) -> int:
    """Return how many people and groups are members."""
    return record.member_count + record.nested_count


def _shown(record: GroupRecord, query: Query) -> bool:
    """Say whether the answer to a write holds the members.

    Who asks for attributes gets them (RFC 7644 section 3.5.2); else many
    members are left out.
    """
    few = _size(record) <= settings.SCIM_MEMBERS_IN_WRITE_ANSWER
    return few or not query.selection.is_everything


# Members of groups up to this size are read together with the page.
SMALL = 200


class GroupView(ScimView):
    """What the collection and one of its groups share."""

    subject = TroubleshootingEntry.Subject.GROUP

    def render(
        self, found: list[GroupRecord], query: Query, *, with_members: bool = True
    ) -> list[Document | Parts]:
        """Render groups as the query asked for them; large ones in parts."""
        wanted = with_members and query.selection.wants("members")
        small = [group for group in found if _size(group) <= SMALL]
        members = members_of(self.directory, small) if wanted else {}
        return [
            self._in_parts(group, query)
            if wanted and _size(group) > SMALL
            else self._document(group, members.get(group.pk), query)
            for group in found
        ]

    def _document(
        self, group: GroupRecord, members: list[Document] | None, query: Query
    ) -> Document:
        whole = render_group(self.directory, group, members)
        return project(whole, query.selection)

    def _in_parts(self, group: GroupRecord, query: Query) -> Parts:
        """Render a group as a document and its members, read while they are sent."""
        document = self._document(group, None, query)
        parts = (
            project({"members": part}, query.selection).get("members", [])
            for part in members_in_parts(self.directory, group)
        )
        return Parts(document, "members", parts)

    def answer_page(self, query: Query) -> HttpResponseBase:
        """Answer with the page of groups that a query asks for."""
        page = whole_page(self.directory, GROUP_COLLECTION, query)
        resources = self.render(page.records, query)
        return self.answer(listed(page.found, query, resources))

    def answer_with(
        self, record: GroupRecord, query: Query, *, status: int = 200
    ) -> HttpResponseBase:
        """Answer a write with the group, without members when they are many.

        Nobody reads ten thousand members to learn that one was added.
        """
        (document,) = self.render([record], query, with_members=_shown(record, query))
        location = f"{scim_base_url(self.directory)}/Groups/{record.scim_id}"
        tag = tag_of(record)
        return self.answer(document, status=status, location=location, tag=tag)


class GroupList(GroupView):
    """The Groups collection."""

    def get(self, request: Request, **_kwargs: str) -> HttpResponseBase:
        """List groups (RFC 7644 section 3.4.2)."""
        return self.answer_page(read_query(request))

    def post(self, request: Request, **_kwargs: str) -> HttpResponseBase:
        """Create a group with its members (RFC 7644 section 3.3)."""
        query = read_query(request)
        record = GroupWrites(self.directory).add(self.body())
        return self.answer_with(record, query, status=201)


class GroupDetail(GroupView):
    """One group."""

    def get(self, request: Request, **kwargs: str) -> HttpResponseBase:
        """Return a group with its members (RFC 7644 section 3.4.1)."""
        query = read_query(request)
        named = scim_id(kwargs["scim_id"])
        record = GROUP_COLLECTION.with_id(self.directory, named)
        if record is None:
            raise UnknownRecordError(kwargs["scim_id"])
        tag = tag_of(record)
        if conditions_of(request).know(tag):
            return HttpResponse(status=304, headers={"ETag": tag})
        (document,) = self.render([record], query)
        return self.answer(document, tag=tag)

    def put(self, request: Request, **kwargs: str) -> HttpResponseBase:
        """Replace a group (RFC 7644 section 3.5.1)."""
        query = read_query(request)
        writes = GroupWrites(self.directory, check_of(request))
        record = writes.replace(kwargs["scim_id"], self.body())
        return self.answer_with(record, query)

    def patch(self, request: Request, **kwargs: str) -> HttpResponseBase:
        """Change a group's name and members (RFC 7644 section 3.5.2)."""
        query = read_query(request)
        writes = GroupWrites(self.directory, check_of(request))
        record = writes.patch(kwargs["scim_id"], self.body())
        if not _shown(record, query):
            return HttpResponse(status=204, headers={"ETag": tag_of(record)})
        return self.answer_with(record, query)

    def delete(self, request: Request, **kwargs: str) -> HttpResponseBase:
        """Delete a group for good (RFC 7644 section 3.6)."""
        GroupWrites(self.directory, check_of(request)).remove(kwargs["scim_id"])
        return HttpResponse(status=204)
