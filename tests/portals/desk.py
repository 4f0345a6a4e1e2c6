"""What tests of the help center share: people, portals, and the way in."""

import re
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core import mail
from django.test import Client
from django.urls import reverse

from directories.models import Site
from portals.models import Customer, ServiceProject
from tests.factories.portals import CustomerFactory

PASSWORD = "quiet lamp on the shelf"
LOGIN = reverse("portals:customer-sign-in")
HOME = reverse("portals:portal-list")
REDIRECTS = {301, 302, 303, 307, 308}


def customer(site: Site, **more: Any) -> Customer:
    """Make a customer who knows PASSWORD."""
    more.setdefault("password", make_password(PASSWORD))
    made: Customer = CustomerFactory.create(site=site, **more)
    return made


def log_in(
    client: Client, site: Site, email: str, password: str = PASSWORD, **more: str
) -> Any:
    """Send the second step of logging in."""
    data = {"email": email, "password": password, **more}
    return client.post(f"{LOGIN}?site={site.pk}", data)


def signed_in(who: Customer) -> Client:
    """Return a browser in which a customer has logged in."""
    client = Client()
    answer = log_in(client, who.site, who.email)
    assert answer.status_code in REDIRECTS, answer.content
    return client


def mailed_link(number: int = 0) -> str:
    """Return the address in a mail that was sent."""
    found = re.search(r"http://testserver(\S+)", str(mail.outbox[number].body))
    assert found
    return found[1]


def bare(answer: Any, email: str = "-") -> str:
    """Return a page without what differs from one address or answer to the next."""
    text = re.sub(r'value="[^"]{64}"', "", answer.content.decode())
    return text.replace(email, "").replace(email.replace("@", "%40"), "")


def portal(project: ServiceProject) -> str:
    """Return the address of a portal."""
    return reverse("portals:portal-detail", args=[project.pk])


def settled(client: Client, path: str) -> Any:
    """Return the page that a browser ends at; a loop fails."""
    seen: list[str] = []
    answer: Any = client.get(path)
    while answer.status_code in REDIRECTS:
        assert path not in seen, seen
        seen.append(path)
        path = answer["Location"]
        answer = client.get(path)
    return answer
