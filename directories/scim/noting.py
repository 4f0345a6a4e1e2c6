"""Notes what the request log tells of a request, while it is answered."""

import time
import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.module_loading import import_string

from directories.models import ApiKey, TroubleshootingEntry
from directories.redaction import clean_path, clean_text, excerpt, unread
from directories.scim.streaming import Parts
from directories.services.audit import request_id
from directories.services.request_log import Line

MICRO = 1_000
RESOURCES = {
    TroubleshootingEntry.Subject.USER: "User",
    TroubleshootingEntry.Subject.GROUP: "Group",
    TroubleshootingEntry.Subject.REQUEST: "",
}


class Notes:
    """What becomes known of one request on the way to its answer."""

    def __init__(self) -> None:
        self.at: datetime = timezone.now()
        self._began = time.perf_counter_ns()
        self.key: ApiKey | None = None
        self.body = ""
        self.sent_name = ""
        self.resource = ""
        self.resource_id = ""
        self.resource_name = ""
        self.detail = ""

    @property
    def is_kept(self) -> bool:
        """Say whether the directory logs requests."""
        return self.key is not None and self.key.directory.request_log_days > 0

    def sent(self, body: object, size: int) -> None:
        """Note a parsed body; what is kept of it is made at once.

        To hold the body itself until the answer would double the memory of a
        large group.
        """
        if not self.is_kept:
            return
        if isinstance(body, dict):
            name = body.get("userName") or body.get("displayName")
            self.sent_name = name if isinstance(name, str) else ""
        if self._keeps_bodies:
            self.body = excerpt(body, size)

    def sent_unreadable(self, size: int) -> None:
        """Note a body that could not be parsed."""
        if self.is_kept and self._keeps_bodies and size:
            self.body = unread(size)

    @property
    def _keeps_bodies(self) -> bool:
        return self.key is not None and self.key.directory.request_log_bodies

    def answered(self, document: Any) -> None:
        """Note whom an answer is about: one resource, or a list of only one."""
        shown = document.document if isinstance(document, Parts) else document
        listed = shown.get("Resources")
        if isinstance(listed, list):
            if len(listed) == 1 and shown.get("totalResults", 1) == 1:
                self.answered(listed[0])
            return
        name = shown.get("userName") or shown.get("displayName", "")
        if not self.resource and name:
            self.resource = "User" if "userName" in shown else "Group"
        if self.resource:
            self.about(shown.get("id", self.resource_id), name)

    def about(self, scim_id: str, name: str) -> None:
        """Note the person or group that the request is about."""
        self.resource_id, self.resource_name = scim_id, name or self.resource_name

    def refused(self, detail: str, name: str) -> None:
        """Note the error that is answered, and whom it names."""
        self.detail = clean_text(detail)
        self.resource_name = name or self.resource_name

    def line(
        self, request: HttpRequest, response: HttpResponseBase, key: ApiKey
    ) -> Line:
        """Return the line of the log once the answer is there."""
        base = f"/scim/directory/{key.directory_id}"
        path = clean_path(request.get_full_path())
        return Line(
            organization_id=key.directory.organization_id,
            directory_id=key.directory_id,
            at=self.at,
            request_id=request_id(),
            method=str(request.method),
            path=path.removeprefix(base),
            status=response.status_code,
            duration_us=(time.perf_counter_ns() - self._began) // MICRO,
            resource=self.resource,
            resource_id=self.resource_id,
            resource_name=self.resource_name or self.sent_name,
            detail=self.detail,
            body=self.body,
            client=request.META.get("HTTP_USER_AGENT", ""),
            address=import_string(settings.AXES_CLIENT_IP_CALLABLE)(request),
            key_prefix=key.prefix,
        )


def plain_id(given: str) -> str:
    """Return the id in a path as answers spell it, or as it is if it is none."""
    try:
        return str(uuid.UUID(given))
    except ValueError:
        return given
