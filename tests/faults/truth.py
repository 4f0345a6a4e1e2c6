"""What there must be in the end, worked out from scratch, and what there is."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Sum

from directories.models import (
    AuditEvent,
    Directory,
    GroupRecord,
    Job,
    Member,
    Membership,
    TroubleshootingEntry,
    UserRecord,
)
from provisioning.models import (
    LICENSED_ROLES,
    App,
    AppAccess,
    AppGrant,
    AppUse,
    Group,
    GroupMember,
)
from tests.faults.company import Company
from tests.faults.provider import Provider

SHOWN = 5


@dataclass
class Findings:
    """What was compared, and what was wrong."""

    compared: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def same(
        self, what: str, expected: Iterable[object], real: Iterable[object]
    ) -> None:
        """Compare two collections without order; nothing may be there twice."""
        want, have = Counter(expected), Counter(real)
        self.compared[what] = sum(want.values())
        for name, rest in (("missing", want - have), ("too many", have - want)):
            if rest:
                shown = ", ".join(str(each) for each in list(rest)[:SHOWN])
                self.wrong.append(f"{what}: {sum(rest.values())} {name}: {shown}")

    def none(self, what: str, found: Iterable[object]) -> None:
        """Note what should not be there at all."""
        there = list(found)
        self.compared.setdefault(what, 0)
        if there:
            shown = "; ".join(str(each) for each in there[:SHOWN])
            self.wrong.append(f"{what}: {len(there)}: {shown}")


def compare_records(
    findings: Findings, company: Company, provider: Provider, directory: Directory
) -> None:
    """Compare the stored records with what was acknowledged."""
    users = UserRecord.objects.filter(directory=directory)
    findings.same(
        "user records",
        (
            (provider.people[person.key], person.name, person.active)
            for person in company.people.values()
        ),
        (
            (str(scim_id), name, active)
            for scim_id, name, active in users.values_list(
                "scim_id", "user_name", "active"
            )
        ),
    )
    groups = GroupRecord.objects.filter(directory=directory)
    findings.same(
        "group records, with their counts",
        (
            (provider.teams[team.key], team.name, len(team.members))
            for team in company.teams.values()
        ),
        (
            (str(scim_id), name, count)
            for scim_id, name, count in groups.values_list(
                "scim_id", "display_name", "member_count"
            )
        ),
    )
    pairs = Membership.objects.filter(directory=directory)
    findings.same(
        "memberships",
        (
            (provider.teams[team.key], provider.people[each])
            for team in company.teams.values()
            for each in team.members
        ),
        (
            (str(group), str(user))
            for group, user in pairs.values_list("group__scim_id", "user__scim_id")
        ),
    )


def compare_groups(findings: Findings, directory: Directory) -> None:
    """Compare the members of synced groups with the linked members of records."""
    linked = Membership.objects.filter(
        directory=directory, user__link_state="linked", user__account__isnull=False
    )
    real = GroupMember.objects.filter(group__record__directory=directory)
    findings.same(
        "members of synced groups",
        linked.values_list("group_id", "user__account_id"),
        real.values_list("group__record_id", "account_id"),
    )
    names = Group.objects.filter(record__directory=directory)
    findings.same(
        "names of synced groups",
        GroupRecord.objects.filter(directory=directory).values_list(
            "pk", "display_name"
        ),
        names.values_list("record_id", "name"),
    )


def compare_access(
    findings: Findings,
    company: Company,
    provider: Provider,
    apps: dict[tuple[str, str], int],
) -> None:
    """Compare effective access with grants and members, and with what was pushed."""
    expected = entitled()
    real = AppAccess.objects.values_list("app_id", "role", "account_id")
    findings.same("effective access", expected, real)
    pushed = {
        (apps[app], provider.people[each])
        for team in company.teams.values()
        for app in team.grants
        for each in team.members
        if company.people[each].active
    }
    account = dict(
        UserRecord.objects.filter(account__isnull=False).values_list(
            "account_id", "scim_id"
        )
    )
    findings.same(
        "effective access, as the provider would expect it",
        pushed,
        ((app, str(account[who])) for app, _role, who in real if who in account),
    )
    counted = Counter(AppAccess.objects.values_list("app_id", "role", "state"))
    sums = AppUse.objects.values_list("app_id", "role", "state").order_by()
    findings.same(
        "counts of people in apps",
        ((*key, number) for key, number in counted.items()),
        (row for row in sums.annotate(Sum("people")) if row[3]),
    )


def compare_lines(findings: Findings) -> None:
    """Where licenses are few, as many people as there are licenses have one."""
    for app in App.objects.exclude(user_limit=None):
        rows = AppAccess.objects.filter(app=app, role=LICENSED_ROLES[app.kind])
        active = rows.filter(state=AppAccess.State.ACTIVE).count()
        seats = min(app.user_limit or 0, rows.count())
        findings.compared[f"people who wait for one of {seats:,} licenses"] = (
            rows.count() - active
        )
        if active != seats:
            findings.wrong.append(f"{app}: {active} people have {seats} licenses")


def entitled() -> set[tuple[int, str, int]]:
    """Return who is entitled to what: by members, grants and nothing else."""
    active = set(
        Member.objects.filter(status=Member.Status.ACTIVE).values_list(
            "account_id", flat=True
        )
    )
    members: dict[int, set[int]] = defaultdict(set)
    for group, account in GroupMember.objects.values_list("group_id", "account_id"):
        members[group].add(account)
    present = set(App.objects.filter(removed_at=None).values_list("pk", flat=True))
    grants = AppGrant.objects.values_list("app_id", "role", "group_id")
    return {
        (app, role, account)
        for app, role, group in grants
        if app in present
        for account in members[group] & active
    }


def compare_history(
    findings: Findings, company: Company, provider: Provider, directory: Directory
) -> None:
    """Look for changes that left no event, or two."""
    events = AuditEvent.objects.filter(directory_id=directory.pk)

    def of(action: str) -> "list[str]":
        found = events.filter(action=action).order_by("pk")
        return list(found.values_list("target_id", flat=True))

    everybody = {*company.people, *company.deleted_people}
    findings.same(
        "events of created users",
        (provider.people[each] for each in everybody),
        of("scim_user_create"),
    )
    findings.same(
        "events of changed users",
        (
            provider.people[each]
            for each in everybody
            for _ in range(company.changes[each])
        ),
        of("scim_user_update"),
    )
    findings.same(
        "events of deleted users",
        (provider.people[each] for each in company.deleted_people),
        of("scim_user_delete"),
    )
    teams = {*company.teams, *company.deleted_teams}
    findings.same(
        "events of created groups",
        (provider.teams[each] for each in teams),
        of("scim_group_create"),
    )
    findings.same(
        "events of deleted groups",
        (provider.teams[each] for each in company.deleted_teams),
        of("scim_group_delete"),
    )
    findings.none("memberships told twice", told_twice(directory))


def told_twice(directory: Directory) -> list[str]:
    """Return who joined a group twice without leaving, or left twice."""
    member = ["scim_group_add_member", "scim_group_remove_member"]
    events = AuditEvent.objects.filter(directory_id=directory.pk, action__in=member)
    last: dict[tuple[str, str], str] = {}
    wrong = []
    rows = events.order_by("pk").values_list("target_id", "details", "action")
    for user, details, action in rows:
        place = (user, details.get("group_id", ""))
        if last.get(place) == action:
            wrong.append(f"{action} of {user} in {details.get('group')}")
        last[place] = action
    return wrong


def compare_jobs(findings: Findings, poisoned: set[UUID]) -> None:
    """Look for jobs that were lost, run for ever, or failed without a word."""
    ended = [Job.State.DONE, Job.State.FAILED]
    findings.none("jobs that never ended", Job.objects.exclude(state__in=ended))
    failed = Job.objects.filter(state=Job.State.FAILED)
    findings.none(
        "jobs that failed", (f"{j}: {j.error}" for j in failed.exclude(pk__in=poisoned))
    )
    findings.none("failures without a word", failed.filter(error=""))
    findings.compared["jobs"] = Job.objects.count()


def compare_refusals(
    findings: Findings, provider: Provider, directory: Directory
) -> None:
    """Every request that was refused for good has its entry in the log."""
    entries = TroubleshootingEntry.objects.filter(directory=directory)
    findings.compared["entries of the troubleshooting log"] = entries.count()
    findings.none("requests refused for good", provider.told.refused)
    findings.none(
        "entries without a reason", entries.filter(reason="").values_list("kind")
    )
