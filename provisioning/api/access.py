"""Why somebody has access to apps, and what a planned step would change."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from directories.api.organization import OrganizationView
from directories.models import Account, Organization
from provisioning.api import access_answers as answers
from provisioning.api import looking
from provisioning.models import App
from provisioning.queries.access import access_why
from provisioning.queries.access.access_why import AppAnswer, Way
from provisioning.queries.planning.access_changes import Change
from provisioning.queries.planning.access_lines import Effect, Line, Numbers
from provisioning.queries.planning.access_plan import Kind, Plan, Step
from provisioning.queries.planning.access_steps import (
    NO_LIMIT,
    PARTS,
    Reader,
    UnknownError,
)

# Which field of the call says what a step is about.
FIELDS = {
    "role": "role",
    "group": "groupId",
    "source": "sourceGroupId",
    "account": "accountId",
    "site": "siteId",
}


def _apps(organization: Organization) -> list[App]:
    apps = App.objects.filter(site__organization=organization, removed_at=None)
    related = apps.select_related("site__organization")
    return list(related.order_by("site__name", "kind", "pk"))


class UserAccessView(OrganizationView):
    """The access of one account."""

    @extend_schema(
        operation_id="getUserAccess",
        summary="Why an account has access to each app, or has not",
        responses=answers.UserAccessAnswer,
    )
    def get(self, request: Request, organization_id: str, account_id: str) -> Response:
        """Answer for every app of every site."""
        account = looking.account_of(self.organization, account_id)
        members = self.organization.members.select_related("account", "organization")
        member = members.get(account=account)
        found = access_why.answers(member, _apps(self.organization))
        told = {
            "accountId": account.public_id.hex,
            "status": member.status,
            "apps": [_told(answer) for answer in found],
        }
        return Response(answers.UserAccessAnswer(told).data)


def _told(answer: AppAnswer) -> dict[str, object]:
    return {
        "siteId": str(answer.app.site_id),
        "site": answer.app.site.name,
        "app": answer.app.kind,
        "hasAccess": answer.has_access,
        "roles": [
            {
                "role": held.role,
                "state": held.state or None,
                "since": held.since,
                "groups": [_way(way) for way in held.ways],
            }
            for held in answer.held
        ],
        "openedBy": [
            {
                "groupId": str(grant.group.public_id),
                "name": grant.group.name,
                "role": grant.role,
            }
            for grant in answer.openers
        ],
    }


def _way(way: Way) -> dict[str, object]:
    return {
        "groupId": str(way.group.public_id),
        "name": way.group.name,
        "kind": way.group.kind,
        "givenAt": way.grant.created_at,
        "givenBy": way.given.by if way.given else None,
        "joinedAt": way.joined.at if way.joined else None,
        "joinedBy": way.joined.by if way.joined else None,
    }


class WhatIfView(OrganizationView):
    """What would change if."""

    @extend_schema(
        operation_id="whatIfAccess",
        summary="Who would gain or lose access by one step; changes nothing",
        request=answers.WhatIfRequest,
        responses=answers.WhatIfAnswer,
    )
    def post(self, request: Request, organization_id: str) -> Response:
        """Answer with numbers, and with a page of people."""
        sent = answers.WhatIfRequest(data=request.data)
        sent.is_valid(raise_exception=True)
        apps = _apps(self.organization)
        said = sent.validated_data
        change = Change(Plan(self.organization, [_step(self.organization, apps, said)]))
        numbers = change.numbers()
        lines, onward = change.page(Effect.values, said.get("cursor", 0))
        by_key = {app.pk: app for app in apps}
        told = {
            **_numbers(numbers, by_key),
            "people": _people(lines, by_key),
            "nextCursor": onward,
        }
        return Response(answers.WhatIfAnswer(told).data)


def _step(organization: Organization, apps: list[App], said: Mapping[str, Any]) -> Step:
    kind = Kind(said["kind"])
    values: list[str] = []
    for part in PARTS[kind]:
        if part == "app":
            values += [said.get("siteId", ""), said.get("app", "")]
        elif part == "limit":
            limit = said.get("limit")
            values.append(NO_LIMIT if limit is None else str(limit))
        else:
            values.append(said.get(FIELDS[part], ""))
    try:
        return Reader(organization, apps).step_of(kind, values)
    except UnknownError as error:
        msg = (
            f"A step of the kind {kind} needs {', '.join(PARTS[kind])}, each of them "
            "of this organization and fit for it."
        )
        raise exceptions.ParseError(msg) from error


def _numbers(numbers: Numbers, apps: Mapping[int, App]) -> dict[str, object]:
    return {
        "complete": not numbers.more,
        "lookedAt": numbers.looked_at,
        "apps": [
            {**_place(apps[app]), "role": role, "effects": _counts(counted)}
            for (app, role), counted in sorted(numbers.roles.items())
            if app in apps
        ],
        "rights": [
            {
                "role": right.role,
                "siteId": str(right.site) if right.site else None,
                "app": right.app,
                "effects": _counts(counted),
            }
            for right, counted in numbers.rights.items()
        ],
        "refused": [
            {**_place(apps[each.app]), "free": each.free, "needed": each.needed}
            for each in numbers.shortages
        ],
    }


def _counts(counted: Mapping[str, int]) -> dict[str, int]:
    return {str(effect): number for effect, number in counted.items() if number}


def _place(app: App) -> dict[str, str]:
    return {"siteId": str(app.site_id), "app": app.kind}


def _people(lines: list[Line], apps: Mapping[int, App]) -> list[dict[str, object]]:
    accounts = Account.objects.in_bulk({line.account for line in lines})
    return [
        {
            "accountId": accounts[line.account].public_id.hex,
            "effect": str(line.effect),
            **_where(line, apps),
            "before": str(line.before),
            "after": str(line.after),
        }
        for line in lines
        if line.account in accounts
    ]


def _where(line: Line, apps: Mapping[int, App]) -> dict[str, object]:
    if line.right is None:
        return {**_place(apps[line.app]), "role": line.role}
    site = str(line.right.site) if line.right.site else None
    return {"siteId": site, "app": line.right.app, "role": line.right.role}
