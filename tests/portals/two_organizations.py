"""My organization and another one, with two sites each, and who may open what."""

from collections.abc import Callable

from django.test import Client

from directories.models import Organization, RoleAssignment
from provisioning.models import App
from tests.factories.directories import OrganizationFactory
from tests.factories.portals import ServiceSiteFactory
from tests.portals.digests import rows_of
from tests.portals.places import Place
from tests.portals.visitors import admin, worker

Role = RoleAssignment.Role


class World:
    """My organization with two sites, and another one with two."""

    def __init__(self) -> None:
        mine, theirs = OrganizationFactory.create(), OrganizationFactory.create()
        self.here = self._place(mine, "mine")
        self.beside = self._place(mine, "qbesidez")
        self.theirs = [self._place(theirs, f"qtheirs{n}z") for n in (1, 2)]

    def _place(self, organization: Organization, mark: str) -> Place:
        return Place(ServiceSiteFactory.create(organization=organization), mark)

    @property
    def elsewhere(self) -> list[Place]:
        """Return every place but the first."""
        return [self.beside, *self.theirs]


# Everybody who may open anything of the first site, and nothing of any other.
INSIDERS: dict[str, Callable[[World], Client]] = {
    "site admin": lambda w: admin(
        w.here.organization, (Role.SITE_ADMIN, w.here.site, "")
    ),
    "JSM admin": lambda w: admin(
        w.here.organization,
        (Role.APP_ADMIN, w.here.site, App.Kind.SERVICE_MANAGEMENT.value),
    ),
    "project admin": lambda w: worker(w.here.project, "admin"),
    "agent": lambda w: worker(w.here.project),
}


def read(client: Client, path: str) -> str:
    """Return all of an answer, in lower case."""
    answer = client.get(path)
    whole = b"".join(answer) if answer.streaming else answer.content
    return str(whole.decode().lower())


def holdings(world: World) -> dict[str, list[str]]:
    """Return what the other places hold."""
    return rows_of(*(place.site for place in world.elsewhere))
