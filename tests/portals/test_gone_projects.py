"""A project that is deleted while a page of it is sent is answered as not found."""

from datetime import UTC, datetime

import pytest

from directories.services.audit import SYSTEM
from portals import permissions
from portals.models import RequestType, ServiceProject
from portals.services.service_projects import request_types
from tests.factories.directories import MemberFactory
from tests.factories.portals import ServiceProjectFactory
from tests.portals.projects import page

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SENT = [
    ("project-edit", {"name": "Desk"}),
    ("project-delete", {"confirmation": "HELP"}),
    (
        "project-permissions",
        {"access": "open", "sharing": "everybody", "confirmed": "1"},
    ),
    ("project-person-add", {"email": "bo@acme.example", "role": "agent"}),
    ("request-type-list", {"name": "Laptop"}),
]


@pytest.fixture
def project(site):
    return ServiceProjectFactory.create(site=site, key="HELP")


@pytest.mark.parametrize(("name", "said"), SENT)
def test_it_is_not_found(project, jira_admin, monkeypatch, name, said):
    MemberFactory.create(
        organization=project.site.organization, account__email="bo@acme.example"
    )
    admit = permissions.admit_to_project

    def admit_and_lose(*given):
        admit(*given)
        ServiceProject.objects.all().delete()

    monkeypatch.setattr(permissions, "admit_to_project", admit_and_lose)

    assert jira_admin.post(page(project, name), said).status_code == 404


def test_neither_is_a_request_type(project):
    kind = RequestType.objects.create(project=project, name="Laptop", position=0)
    RequestType.objects.all().delete()

    with pytest.raises(RequestType.DoesNotExist):
        request_types.change_request_type(kind, "Phone", "", by=SYSTEM, now=NOW)
    with pytest.raises(RequestType.DoesNotExist):
        request_types.move_request_type(kind, up=True, by=SYSTEM, now=NOW)
    with pytest.raises(RequestType.DoesNotExist):
        request_types.remove_request_type(kind, by=SYSTEM, now=NOW)
