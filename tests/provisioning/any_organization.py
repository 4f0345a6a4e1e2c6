"""A random organization for dry runs: a directory whose records are in any state."""

import random
from typing import Any

from django.utils import timezone

from directories.folding import fold
from directories.models import (
    Account,
    Directory,
    GroupRecord,
    LinkState,
    Member,
    Membership,
    Nesting,
    UserRecord,
)
from provisioning.models import AppAccess, Group, GroupMember
from provisioning.services import consequences
from provisioning.services.directory_scope.scope_rules import Plan
from provisioning.services.organization_groups import letting_go
from provisioning.services.organization_groups.group_names import all_members_name
from tests.factories.directories import (
    AccountFactory,
    DirectoryFactory,
    DomainFactory,
    GroupRecordFactory,
    MemberFactory,
    OrganizationFactory,
    RoleAssignmentFactory,
    UserRecordFactory,
)
from tests.factories.provisioning import AppFactory, AppGrantFactory, GroupFactory

DOMAINS = (
    "ours.example",
    "here.example",
    "there.example",
    "alien.example",
    "loose.example",
)
Scope = Directory.Scope


class World:
    """A random organization with a directory whose records are in any state."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - no secret
        self.organization = OrganizationFactory.create(removes_external=self.maybe(0.5))
        stranger = OrganizationFactory.create()
        self.directory = DirectoryFactory.create(
            organization=self.organization,
            scope=self.random.choice([Scope.ALL, Scope.CHOSEN, Scope.TEST]),
            nested_groups=self.random.choice(Directory.NestedGroups.values),
            mode=self.random.choice(Directory.Mode.values),
            all_members=self.maybe(0.6),
        )
        self.other = DirectoryFactory.create(organization=self.organization)
        linked = {"here.example": self.directory, "there.example": self.other}
        for name in DOMAINS[:3]:
            DomainFactory.create(
                organization=self.organization, name=name, directory=linked.get(name)
            )
        DomainFactory.create(organization=stranger, name="alien.example")
        self.people = [self.person(number) for number in range(14)]
        self.groups = [self.group(number) for number in range(7)]
        self.more_groups()
        self.choose()
        self.fill()
        self.open_apps()

    def maybe(self, chance: float) -> bool:
        """Say yes as often as asked for."""
        return self.random.random() < chance

    def person(self, number: int) -> UserRecord:
        """Add a record, perhaps linked, perhaps with an account of its address."""
        email = f"p{number}@{self.random.choice(DOMAINS)}"
        if self.maybe(0.1):
            email = ""
        account = self.account(email) if email and self.maybe(0.6) else None
        state, reason, owned = self.random.choice(
            [
                (LinkState.LINKED, "", True),
                (LinkState.PAUSED, "out_of_scope", True),
                (LinkState.PAUSED, "inactive", True),
                (LinkState.UNLINKED, "out_of_scope", False),
                (LinkState.UNLINKED, "no_email", False),
                (LinkState.HELD, "admin_account", False),
                (LinkState.HELD, "domain_linked_elsewhere", False),
            ]
        )
        if owned and account is None:
            account = self.account(f"former{number}@{self.random.choice(DOMAINS)}")
        elsewhere = account is not None and not owned and self.maybe(0.2)
        if elsewhere:
            UserRecordFactory.create(
                directory=self.other,
                user_name=email,
                account=account,
                link_state=LinkState.LINKED,
            )
        return UserRecordFactory.create(
            directory=self.directory,
            user_name=f"user{number}",
            email=email,
            active=self.maybe(0.8),
            account=account if owned else None,
            link_state=state,
            link_reason=reason,
        )

    def account(self, email: str) -> Account:
        """Add an account in any state, perhaps an admin's."""
        account = AccountFactory.create(
            email=email,
            status=self.random.choice(Account.Status.values),
            managed_by=self.organization if self.maybe(0.5) else None,
        )
        MemberFactory.create(organization=self.organization, account=account)
        if self.maybe(0.15):
            role = self.random.choice(["site_admin", "organization_admin"])
            RoleAssignmentFactory.create(
                organization=self.organization, account=account, role=role
            )
        return account

    def group(self, number: int) -> GroupRecord:
        """Add a group's record: synced, left out, or waiting for a local group."""
        name = f"Group {number}"
        how = self.random.choice(["synced", "out", "out", "local", "released"])
        record = GroupRecordFactory.create(directory=self.directory, display_name=name)
        if how == "synced":
            GroupFactory.create(
                organization=self.organization,
                name=name,
                kind=Group.Kind.SYNCED,
                record=record,
            )
            self.settle(record, LinkState.LINKED, "")
        elif how == "local" and self.maybe(0.5):
            GroupFactory.create(organization=self.organization, name=name)
            self.settle(record, LinkState.HELD, "local_group_same_name")
        else:
            self.settle(record, LinkState.UNLINKED, "out_of_scope")
            if how != "out":
                let_go = {}
                if how == "released":
                    directory = self.random.choice([self.directory, self.other])
                    let_go = letting_go.values(directory, timezone.now())
                GroupFactory.create(organization=self.organization, name=name, **let_go)
        return record

    def more_groups(self) -> None:
        """Add groups of everybody, a synced one of the other directory, local ones."""
        for directory in (self.directory, self.other):
            if self.maybe(0.6):
                let_go = self.maybe(0.3)
                GroupFactory.create(
                    organization=self.organization,
                    name=all_members_name(directory),
                    **letting_go.values(directory, timezone.now())
                    if let_go
                    else {"kind": Group.Kind.ALL_MEMBERS, "directory": directory},
                )
        GroupFactory.create(organization=self.organization, name="Local")
        record = GroupRecordFactory.create(
            directory=self.other, display_name="Elsewhere", link_state=LinkState.LINKED
        )
        GroupFactory.create(
            organization=self.organization,
            name="Elsewhere",
            kind=Group.Kind.SYNCED,
            record=record,
        )

    def open_apps(self) -> None:
        """Let some groups open apps, and everybody have what follows."""
        apps = AppFactory.create_batch(2, site__organization=self.organization)
        groups = list(Group.objects.filter(organization=self.organization))
        for group in self.random.sample(groups, min(5, len(groups))):
            AppGrantFactory.create(group=group, app=self.random.choice(apps))
        for member in Member.objects.filter(organization=self.organization):
            Member.objects.filter(pk=member.pk).update(status=member.account.status)
        consequences.follow([group.pk for group in groups], now=timezone.now())

    def settle(self, record: GroupRecord, state: str, reason: str) -> None:
        """Say what a group's record led to."""
        record.link_state, record.link_reason = state, reason
        record.save()

    def plan(self) -> Plan:
        """Return a random rule; its names are sorted as the page sorts them."""
        names = [f"Group {number}" for number in range(8)]
        users = [f"user{number}" for number in range(16)]
        return Plan(
            scope=self.random.choice(Scope.values),
            groups=tuple(sorted(self.random.sample(names, 3))),
            users=tuple(sorted(self.random.sample(users, 3))),
        )

    def choose(self) -> None:
        """Choose names, whether the scope asks for them or not."""
        plan = self.plan()
        for subject, chosen in (("group", plan.groups), ("user", plan.users)):
            for name in chosen:
                self.directory.sync_choices.create(
                    subject=subject, name=name, name_key=fold(name)
                )

    def fill(self) -> None:
        """Put people and groups into groups, and anybody into what exists."""
        for group in self.groups:
            members = self.random.sample(self.people, self.random.randint(0, 6))
            for person in members:
                Membership.objects.create(
                    directory=self.directory, group=group, user=person
                )
            group.member_count = len(members)
            if self.maybe(0.3):
                child = self.random.choice(self.groups)
                if child != group:
                    Nesting.objects.create(
                        directory=self.directory, parent=group, child=child
                    )
                    group.nested_count = 1
                    GroupRecord.objects.filter(pk=child.pk).update(was_nested=True)
            GroupRecord.objects.filter(pk=group.pk).update(
                member_count=group.member_count, nested_count=group.nested_count
            )
        accounts = list(Account.objects.all())
        for present in Group.objects.all():
            for account in self.random.sample(accounts, min(5, len(accounts))):
                GroupMember.objects.create(group=present, account=account)

    def look(self) -> dict[str, Any]:
        """Return what there is of people, groups, members and accounts."""
        records = UserRecord.objects.filter(directory=self.directory)
        return {
            "people": {
                r.user_name: (
                    r.link_state,
                    r.link_reason,
                    r.account.status if r.account else "",
                    r.account.email_key if r.account else "",
                )
                for r in records.select_related("account")
            },
            "groups": {
                r.display_name: getattr(r, "group", None) is not None
                for r in GroupRecord.objects.filter(
                    directory=self.directory
                ).select_related("group")
            },
            "members": {
                g.name: set(g.members.values_list("pk", flat=True))
                for g in Group.objects.all()
            },
            "access": {
                (f"{a.app.get_kind_display()} - {a.app.site.name}: User", a.account_id)
                for a in AppAccess.objects.select_related("app__site")
            },
            "listed": set(
                self.organization.members.values_list("account__email_key", flat=True)
            ),
            "accounts": set(Account.objects.values_list("email_key", flat=True)),
        }
