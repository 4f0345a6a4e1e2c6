"""The Bulk endpoint (RFC 7644 section 3.7)."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlsplit

import structlog
from django.conf import settings
from django.http import HttpResponseBase
from django.utils.translation import ngettext
from rest_framework.request import Request

from directories.models import Directory, TroubleshootingEntry
from directories.queries.providers import scim_base_url
from directories.redaction import clean_path
from directories.scim.modes import offer_of
from directories.scim.protocol import bulk
from directories.scim.protocol.bulk import BulkOperation, BulkRequest
from directories.scim.protocol.errors import (
    BrokenReferenceError,
    InternalError,
    NotImplementedScimError,
    shown,
)
from directories.scim.refusals import scim_error
from directories.scim.reporting import Asked, report
from directories.scim.surface import ScimView
from directories.scim.versions import tag_of
from directories.scim.writing.bulk import (
    CircleError,
    Written,
    carry_out,
    create_circle,
    target_of,
)

logger = structlog.get_logger(__name__)

_SUBJECTS = {
    "User": TroubleshootingEntry.Subject.USER,
    "Group": TroubleshootingEntry.Subject.GROUP,
    "": TroubleshootingEntry.Subject.REQUEST,
}
_STATUS = {"POST": 201, "PUT": 200, "PATCH": 200, "DELETE": 204}


class BulkView(ScimView):
    """Many writes in one request."""

    def post(self, request: Request, **_kwargs: str) -> HttpResponseBase:
        """Carry out operations, each as if it had come alone."""
        if not offer_of(self.directory).bulk:
            raise NotImplementedScimError(
                "Bulk is not offered in strict mode. Send single requests, or switch "
                "the directory to compatible mode."
            )
        given = bulk.read_bulk(
            self.body(),
            base_path=urlsplit(scim_base_url(self.directory)).path,
            max_operations=settings.SCIM_BULK_MAX_OPERATIONS,
        )
        self.count_operations(len(given.operations))
        run = BulkRun(self.directory)
        results = run.results(given)
        if run.refusals:
            self.notes.refused(run.told(len(given.operations)), "")
        return self.answer(bulk.bulk_response(results))


class BulkRun:
    """Carries out the operations of a request and keeps what became of them."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self.base = scim_base_url(directory)
        self.ids: dict[str, str] = {}
        """What bulkIds have become."""
        self.refusals: dict[int, str] = {}
        """Why operations were refused, by their number."""
        self._results: dict[int, dict[str, Any]] = {}

    def results(self, given: BulkRequest) -> list[dict[str, Any]]:
        """Return the results in the order of the request.

        What was not tried because of failOnErrors is absent.
        """
        for step in given.steps():
            if given.fail_on_errors and len(self.refusals) >= given.fail_on_errors:
                break
            if bulk.is_circle(step):
                self._carry_out_circle(step)
            else:
                self._carry_out(step[0])
        return [self._results[number] for number in sorted(self._results)]

    def told(self, count: int) -> str:
        """Return how many of `count` operations were refused, and why the first."""
        first = min(self.refusals)
        return ngettext(
            "{refused} of {all} operations was refused. Operation {first}: {detail}",
            "{refused} of {all} operations were refused. The first, operation {first}: "
            "{detail}",
            len(self.refusals),
        ).format(
            refused=len(self.refusals),
            all=count,
            first=first,
            detail=self.refusals[first],
        )

    def _carry_out(self, operation: BulkOperation) -> None:
        try:
            record = carry_out(self.directory, operation, self.ids)
            version = tag_of(record) if record else ""
        except Exception as exc:  # noqa: BLE001 - the others must not suffer from it
            self._refuse(operation, exc)
        else:
            self._keep(operation, record, version)

    def _carry_out_circle(self, circle: Sequence[BulkOperation]) -> None:
        try:
            made = create_circle(self.directory, circle, self.ids)
            versions = [tag_of(record) for record in made]
        except CircleError as error:
            self._refuse_circle(circle, error.operation, error.cause)
        except Exception as exc:  # noqa: BLE001 - the others must not suffer from it
            self._refuse_circle(circle, circle[0], exc)
        else:
            for operation, record, version in zip(circle, made, versions, strict=True):
                self._keep(operation, record, version)

    def _refuse_circle(
        self, circle: Sequence[BulkOperation], guilty: BulkOperation, exc: Exception
    ) -> None:
        msg = (
            "The operation and others refer to each other, and the one with the "
            f"bulkId {shown(guilty.bulk_id)} failed. Repeat them together."
        )
        for operation in circle:
            own = operation.error or BrokenReferenceError(msg)
            self._refuse(operation, exc if operation is guilty else own)

    def _keep(
        self, operation: BulkOperation, record: Written | None, version: str
    ) -> None:
        resource = str(record.scim_id) if record else target_of(operation, self.ids)
        if operation.method == "POST":
            self.ids[operation.bulk_id] = resource
        self._results[operation.number] = bulk.succeeded(
            operation,
            status=_STATUS[operation.method],
            location=self._location(operation, resource),
            version=version,
        )

    def _refuse(self, operation: BulkOperation, exc: Exception) -> None:
        error = scim_error(exc)
        self.refusals[operation.number] = error.detail
        if error.status == InternalError.status:
            logger.error(
                "scim_operation_failed",
                operation=operation.number,
                method=operation.method,
                path=operation.path,
                exc_info=exc,
            )
        resource = self.ids.get(operation.target, operation.resource)
        self._results[operation.number] = bulk.refused(
            operation, error, location=self._location(operation, resource)
        )
        asked = Asked(
            method=operation.method,
            path=f"{clean_path(operation.path)} (Bulk operation {operation.number})",
            subject=_SUBJECTS[operation.kind],
            scim_id=resource,
        )
        report(self.directory, exc, error, asked)

    def _location(self, operation: BulkOperation, resource: str) -> str:
        """Return the address of a resource, "" where there is none."""
        if not resource:
            return ""
        return f"{self.base}/{operation.endpoint}/{quote(resource, safe='')}"
