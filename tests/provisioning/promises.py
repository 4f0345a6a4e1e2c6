"""What tests of documented behaviours share: a pushing provider, a console."""

from typing import Any

from django.test import Client
from django.urls import reverse

from directories import tasks
from directories.models import Account, Directory, Job, Member
from provisioning.models import Group
from tests.factories.directories import AccountFactory, MemberFactory
from tests.factories.provisioning import GroupFactory, GroupMemberFactory
from tests.pages.provisioning.reading import main_of, text_of
from tests.scim.client import ScimClient, values


def email_of(address: str) -> list[dict[str, object]]:
    """Return an address as the e-mails of a SCIM user."""
    return [{"value": address, "type": "work", "primary": True}]


def push(scim: ScimClient, address: str, **more: object) -> Any:
    """Create a user with this address and return it."""
    return scim.user(address, emails=email_of(address), **more)


def replace(path: str, value: object) -> list[dict[str, object]]:
    """Return the operations that replace one attribute."""
    return [{"op": "replace", "path": path, "value": value}]


def change(scim: ScimClient, user: Any, **attributes: object) -> None:
    """Replace attributes of a user."""
    operations = [each for a in attributes.items() for each in replace(*a)]
    answer = scim.patch(f"/Users/{user['id']}", operations)
    assert answer.status_code == 200, answer.content


def move(scim: ScimClient, user: Any, address: str) -> None:
    """Give a user another address."""
    change(scim, user, emails=email_of(address))


def change_members(scim: ScimClient, group: Any, op: str, *users: Any) -> None:
    """Add people to a pushed group or remove them."""
    ids = values(*(user["id"] for user in users))
    body = [{"op": op, "path": "members", "value": ids}]
    assert scim.patch(f"/Groups/{group['id']}", body).status_code in {200, 204}


def give_right(console: Client, name: str, role: str = "site_admin") -> None:
    """Let a group give an admin right."""
    group = Group.objects.get(name=name)
    view = "provisioning:group-right-add"
    act(console, view, group.public_id, role=role, confirmed="1")


def page(console: Client, name: str, *args: object, query: str = "") -> str:
    """Return the words of a page of the console."""
    return main_of(console.get(reverse(name, args=args) + query))


def person_page(console: Client, address: str) -> str:
    """Return the words of a person's page."""
    return page(console, "provisioning:user-detail", account_of(address).public_id)


def history_of(console: Client, address: str) -> str:
    """Return the words of the timeline on a person's page."""
    return person_page(console, address).partition("What happened")[2]


def group_page(console: Client, name: str, tab: str = "members") -> str:
    """Return the words of a tab of a group's page."""
    group = Group.objects.get(name=name)
    return page(
        console, "provisioning:group-detail", group.public_id, query=f"?tab={tab}"
    )


def log_page(console: Client, directory: Directory) -> str:
    """Return the words of a directory's troubleshooting log."""
    return page(console, "directories:troubleshooting-log", directory.pk)


def audit_page(console: Client, action: str = "") -> str:
    """Return the words of the audit log's rows, of one action if it is named."""
    query = f"?action={action}" if action else ""
    return page(console, "directories:audit-log", query=query).partition("Apply")[2]


def act(console: Client, view: str, *args: object, **data: object) -> str:
    """Send a form of the console, do the jobs it starts, return what is shown."""
    answer = console.post(reverse(view, args=args), data, follow=True)
    work_off()
    return text_of(answer)


def work_off() -> None:
    """Do what waits, as a worker would, until nothing waits."""
    while job := Job.objects.filter(state=Job.State.QUEUED).order_by("pk").first():
        tasks.run_job(job_id=str(job.pk))


def member_of(address: str) -> Member:
    """Return the place of a person in the organization."""
    return Member.objects.get(account__email_key=address)


def account_of(address: str) -> Account:
    """Return the account of an address."""
    return Account.objects.get(email_key=address)


def local_person(organization: Any, address: str, **more: Any) -> Account:
    """Make somebody who was invited by hand."""
    account: Account = AccountFactory.create(email=address, **more)
    MemberFactory.create(organization=organization, account=account)
    return account


def local_group(organization: Any, name: str, *addresses: str) -> Group:
    """Make a local group of new local people."""
    group = GroupFactory.create(organization=organization, name=name)
    for address in addresses:
        account = local_person(organization, address)
        GroupMemberFactory.create(group=group, account=account)
    return group
