"""What access must be: worked out anew from grants and members, for comparisons."""

from collections import Counter

from directories.models import Member
from provisioning.models import AppAccess, AppGrant, AppUse, GroupMember


def expected_access() -> set[tuple[int, str, int]]:
    """Return app, role and account of everybody who is entitled, by plain loops."""
    members = Member.objects.filter(status="active")
    active = set(members.values_list("organization", "account"))
    found = set()
    for grant in AppGrant.objects.filter(app__removed_at=None).select_related("group"):
        inside = GroupMember.objects.filter(group=grant.group)
        for account in inside.values_list("account", flat=True):
            if (grant.group.organization_id, account) in active:
                found.add((grant.app_id, grant.role, account))
    return found


def check_access() -> None:
    """Compare rows and counts with what they have to be."""
    rows = AppAccess.objects.values_list("app", "role", "account")
    assert set(rows) == expected_access()
    counted = Counter(AppAccess.objects.values_list("app", "role", "state"))
    sums: Counter[tuple[int, str, str]] = Counter()
    for use in AppUse.objects.all():
        sums[use.app_id, use.role, use.state] += use.people
    assert {k: n for k, n in sums.items() if n} == dict(counted)
