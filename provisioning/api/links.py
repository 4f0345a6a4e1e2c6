"""Links of accounts: look them up, unlink, re-link, look again, drop."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus

from django.db.models import Q
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from directories.api.organization import ConflictError, OrganizationView
from directories.consumers import RefusedError
from directories.folding import fold
from directories.models import UserRecord
from directories.paging import Cut, cut_page
from directories.queries.providers import identity_providers
from directories.services.opening import ClosedError
from directories.services.records import UnknownRecordError
from directories.services.subscriptions import SubscriptionEndedError
from directories.tasks import wake
from provisioning.api import answers, looking
from provisioning.queries import reports
from provisioning.queries.reports import Report, ReportFilter
from provisioning.services.account_links import chosen_links, links

CLOSED = "User provisioning of this directory was deleted."


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what services refuse into answers."""
    try:
        yield
    except RefusedError as error:
        msg = f"{error} {error.advice}"
        raise ConflictError(msg) from error
    except chosen_links.UnlinkableError as error:
        raise ConflictError(str(error)) from error
    except SubscriptionEndedError as error:
        raise exceptions.PermissionDenied(str(error)) from error
    except ClosedError as error:
        raise ConflictError(CLOSED) from error
    except UnknownRecordError as error:
        raise exceptions.NotFound from error


class AccountLinksView(OrganizationView):
    """The links of one account."""

    @extend_schema(
        operation_id="getScimLinks",
        summary="Links of an account",
        responses=answers.ScimLinksAnswer,
    )
    def get(self, request: Request, organization_id: str, account_id: str) -> Response:
        """Answer with the pushed users that are linked to an account."""
        account = looking.account_of(self.organization, account_id)
        found = UserRecord.objects.filter(
            organization=self.organization, account=account
        )
        return _links(found.select_related("account").order_by("pk"))


class EmailLinksView(OrganizationView):
    """The links of one address."""

    @extend_schema(
        operation_id="getScimLinksByEmail",
        summary="Links of an e-mail address",
        request=answers.EmailRequest,
        responses=answers.ScimLinksAnswer,
    )
    def post(self, request: Request, organization_id: str) -> Response:
        """Answer with the users pushed with an address, or linked to its account."""
        sent = answers.EmailRequest(data=request.data)
        sent.is_valid(raise_exception=True)
        key = fold(sent.validated_data["email"].strip())
        found = UserRecord.objects.filter(
            Q(email_key=key) | Q(account__email_key=key),
            directory__in=identity_providers(self.organization).values("pk"),
        )
        return _links(found.select_related("account").order_by("pk"))


def _links(records: Iterable[UserRecord]) -> Response:
    return Response(answers.ScimLinksAnswer({"scimLinks": list(records)}).data)


class UnlinkView(OrganizationView):
    """The end of a link."""

    @extend_schema(
        operation_id="unlinkScimUser",
        summary="Unlink a user from the account without deleting either",
        request=None,
        responses={204: None},
    )
    def patch(
        self, request: Request, organization_id: str, directory_id: str, scim_id: str
    ) -> Response:
        """Unlink for good; who is unlinked already stays so."""
        record = looking.user_of(self.organization, directory_id, scim_id)
        with refusals(), suppress(links.NotLinkedError):
            for job in links.unlink(record, by=self.actor, now=timezone.now()):
                wake(job.pk)
        return Response(status=HTTPStatus.NO_CONTENT)


class DropRecordsView(OrganizationView):
    """The records of one account."""

    @extend_schema(
        operation_id="deleteProvisioningRecord",
        summary="Delete the pushed users of a managed account in every directory",
        responses={204: None},
    )
    def delete(
        self, request: Request, organization_id: str, account_id: str
    ) -> Response:
        """Free a managed account of what was pushed; it becomes local and stays."""
        account = looking.account_of(self.organization, account_id)
        try:
            with refusals():
                links.drop_records(
                    self.organization, account, by=self.actor, now=timezone.now()
                )
        except links.NotManagedError as error:
            raise exceptions.ParseError(
                "Only for accounts that the organization manages, those in a verified "
                "domain. Unlink the user instead."
            ) from error
        return Response(status=HTTPStatus.NO_CONTENT)


class UnlinkedUsersView(OrganizationView):
    """Users who are not linked, or whose groups wait."""

    @extend_schema(
        operation_id="getUnlinkedScimUsers",
        summary="Users that are not linked, paused, or held for review",
        parameters=[answers.UnlinkedQuery],
        responses=answers.ScimUsersAnswer,
    )
    def get(self, request: Request, organization_id: str) -> Response:
        """Answer with a page of them, oldest first."""
        asked = answers.UnlinkedQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        wanted = ReportFilter(
            directory=str(said.get("directoryId", "")),
            state=said.get("state", ""),
            reason=said.get("reason", ""),
        )
        found = reports.records_of(
            Report.NOT_LINKED, self.organization, wanted, timezone.now()
        )
        cut = Cut(field="id", size=said["limit"], after=said.get("cursor") or None)
        page = cut_page(found, cut)
        told = {"scimUsers": page.rows, "nextCursor": page.next}
        return Response(answers.ScimUsersAnswer(told).data)


class RelinkView(OrganizationView):
    """A new look at a user who is not linked."""

    @extend_schema(
        operation_id="relinkScimUser",
        summary="Let the rules link a user again, or link them to a chosen account",
        request=answers.RelinkRequest,
        responses=answers.ScimUserAnswer,
    )
    def patch(
        self, request: Request, organization_id: str, directory_id: str, scim_id: str
    ) -> Response:
        """Look again; with an account, link to it though the addresses differ."""
        record = looking.user_of(self.organization, directory_id, scim_id)
        sent = answers.RelinkRequest(data=request.data)
        sent.is_valid(raise_exception=True)
        chosen = sent.validated_data.get("atlassianAccountId")
        now = timezone.now()
        with refusals():
            if chosen:
                account = looking.account_of(self.organization, chosen)
                after = chosen_links.link_to(record, account, by=self.actor, now=now)
            else:
                after = links.look_again(record, by=self.actor, now=now)
        return Response(answers.ScimUserAnswer(after).data)


class ResyncUserView(OrganizationView):
    """A new look at a user and their groups."""

    @extend_schema(
        operation_id="resyncScimUser",
        summary="Bring a user's account and synced groups in step with what was pushed",
        request=None,
        responses=answers.ScimUserAnswer,
    )
    def patch(
        self, request: Request, organization_id: str, directory_id: str, scim_id: str
    ) -> Response:
        """Sync one person again."""
        record = looking.user_of(self.organization, directory_id, scim_id)
        with refusals():
            after = links.sync_person(record, by=self.actor, now=timezone.now())
        return Response(answers.ScimUserAnswer(after).data)
