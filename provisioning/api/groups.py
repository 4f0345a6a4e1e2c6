"""Pushed groups: look them up by name, sync one again."""

from http import HTTPStatus

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from directories.api.organization import ConflictError, OrganizationView
from directories.folding import fold
from directories.models import GroupRecord
from directories.queries.providers import identity_providers
from directories.tasks import wake
from provisioning.api import answers, looking
from provisioning.api.links import refusals
from provisioning.services.account_links import links


class NamedGroupsView(OrganizationView):
    """The pushed groups of one name."""

    @extend_schema(
        operation_id="getScimGroupsByName",
        summary="Pushed groups of a name",
        request=answers.NameRequest,
        responses=answers.ScimGroupsAnswer,
    )
    def post(self, request: Request, organization_id: str) -> Response:
        """Answer with the groups that directories pushed under a name."""
        sent = answers.NameRequest(data=request.data)
        sent.is_valid(raise_exception=True)
        found = GroupRecord.objects.filter(
            directory__in=identity_providers(self.organization).values("pk"),
            display_name_key=fold(sent.validated_data["name"]),
        )
        groups = list(found.select_related("group").order_by("pk"))
        return Response(answers.ScimGroupsAnswer({"scimGroups": groups}).data)


class ResyncGroupView(OrganizationView):
    """The members of one synced group."""

    @extend_schema(
        operation_id="resyncScimGroup",
        summary="Make a synced group equal to what was pushed",
        request=None,
        responses={202: answers.JobAnswer},
    )
    def patch(
        self, request: Request, organization_id: str, directory_id: str, scim_id: str
    ) -> Response:
        """Queue the work and answer with its id."""
        record = looking.group_of(self.organization, directory_id, scim_id)
        try:
            with refusals():
                job = links.sync_group(record, by=self.actor, now=timezone.now())
        except links.NotLinkedError as error:
            raise ConflictError(
                "The pushed group led to no group yet. Decide about it under "
                "Directory, Review."
            ) from error
        wake(job.pk)
        told = answers.JobAnswer(job).data
        return Response(told, status=HTTPStatus.ACCEPTED)
