"""What tests of an app's people and licenses share."""

from collections.abc import Sequence
from typing import Any

from django.contrib.messages import get_messages
from django.test import Client

from directories.models import Account, Organization
from provisioning.models import App, AppAccess, Group, GroupMember
from provisioning.services import consequences
from tests.factories.directories import MemberFactory, RoleAssignmentFactory

REFUSE, QUEUE, ALLOW = App.AtLimit.REFUSE, App.AtLimit.QUEUE, App.AtLimit.ALLOW


def limit(app: App, users: int, at_limit: str = QUEUE) -> None:
    """Give an app a user limit, without a word about it."""
    App.objects.filter(pk=app.pk).update(user_limit=users, at_limit=at_limit)
    app.refresh_from_db()


def people(organization: Organization, count: int) -> list[Account]:
    """Return new active people of an organization, in the order of their keys."""
    made = MemberFactory.create_batch(count, organization=organization)
    return sorted((each.account for each in made), key=lambda each: each.pk)


def join(group: Group, accounts: Sequence[Account]) -> None:
    """Put people into a group as a provider's push does: it is never refused."""
    GroupMember.objects.bulk_create(
        GroupMember(group=group, account=each) for each in accounts
    )
    consequences.follow([group.pk], [each.pk for each in accounts])


def address(app: App, more: str = "") -> str:
    """Return the address of an app's page, or of one below it."""
    return f"/apps/sites/{app.site_id}/{app.kind}/access/{more}"


def states(app: App) -> list[str]:
    """Return what people have of an app, in the order of their keys."""
    rows = AppAccess.objects.filter(app=app).order_by("account")
    return list(rows.values_list("state", flat=True))


def said(answer: Any) -> str:
    """Return what an answer tells on the next page."""
    return " ".join(str(each) for each in get_messages(answer.wsgi_request))


def ids(accounts: Sequence[Account]) -> list[str]:
    """Return how a form names people."""
    return [str(each.public_id) for each in accounts]


def admin(organization: Organization, role: str, **where: object) -> Client:
    """Return the client of somebody with an admin right."""
    right = RoleAssignmentFactory.create(organization=organization, role=role, **where)
    MemberFactory.create(organization=organization, account=right.account)
    client = Client()
    client.force_login(right.account)
    return client
