"""What people see when a page cannot be shown."""

import pytest
from django.template.loader import render_to_string
from django.test import Client

from tests.pages.provisioning.reading import main_of


def test_a_page_that_is_not_there(console):
    answer = console.get("/nothing/here/")

    assert answer.status_code == 404
    assert "find this page" in main_of(answer)


def test_a_broken_address(console):
    answer = console.get("/security/audit-log/?after=%21")

    assert answer.status_code == 400
    assert "read this request" in main_of(answer)


def test_a_form_out_of_date(admin):
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin)

    answer = client.post("/security/identity-providers/add/okta/", {"name": "x"})

    assert answer.status_code == 403
    assert "This form is out of date" in main_of(answer)


def test_a_fault_of_ours(console, monkeypatch):
    console.raise_request_exception = False
    monkeypatch.setattr("directories.views.domain.queries.domains_of", lambda *_: 1 / 0)

    answer = console.get("/directory/domains/")

    assert answer.status_code == 500
    assert "Something went wrong" in main_of(answer)


@pytest.mark.parametrize("name", ["400.html", "500.html"])
def test_what_is_rendered_without_a_request_is_whole(name):
    page = render_to_string(name)

    assert "</html>" in page
    assert "base.css" in page
