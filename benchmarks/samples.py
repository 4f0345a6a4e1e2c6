"""What the pages of the console are asked about: people, groups, apps, and filters."""

from collections.abc import Iterator
from typing import Any

from directories.models import Account, Directory, Job, RequestEntry, UserRecord
from provisioning.models import App, AppGrant, Group, Space

DOMAIN = "limits.example"
SPACE_TABS = ("?tab=groups", "?tab=people", "?tab=holders")
STEPS = (
    "delete.{group}",
    "delete.{local}",
    "unassign.{group}",
    "take.{site}.jira.user.{group}",
    "give.{small}.jira.user.{group}",
    "join.{local}.{account}",
    "join-all.{few}.{group}",
    "leave-all.{local}.{group}",
    "suspend.{account}",
    "remove-app.{site}.jira",
    "remove-site.{site}",
    "limit.{site}.jira.100000",
)
# What lists are asked for beside their first page: common words, rare ones, none.
QUERIES = {
    "provisioning:user-list": [
        "?q=ada",
        "?q=person123456",
        "?q=nobody-at-all",
        "?status=deactivated",
        "?status=suspended",
        "?sort=-name",
        "?directory=local",
        "?role=admin",
        "?access={app}",
        "?access={small_app}",
        "?access={small_app}&q=ada",
        "?access=none",
    ],
    "provisioning:managed-account-list": [
        "?q=person123456",
        "?q=nobody-at-all",
        "?status=deactivated",
        "?status=deletion",
        f"?domain={DOMAIN}",
        "?directory=local",
        "?sort=-name",
    ],
    "provisioning:group-list": ["?q=team", "?q=team 123456", "?q=zzzz", "?kind=local"],
    "provisioning:group-detail": ["?q=ada", "?tab=details", "?tab=history"],
    "provisioning:user-detail": ["?show=problems"],
    "provisioning:review-list": ["?tab=groups", "?tab=not-linked"],
    "provisioning:report-list": [
        f"?tab={tab}" for tab in ("no-longer-pushed", "not-seen", "no-access")
    ],
    "provisioning:site-users": [
        "?q=ada",
        "?q=nobody-at-all",
        "?directory=local",
        "?access=with",
        "?access=without",
        "?access=with&app=jira",
        "?access=without&app=jira",
        "?access=without&q=ada",
    ],
    "provisioning:site-groups": [
        "?q=team",
        "?q=zzzz",
        "?kind=local",
        "?gives=yes",
        "?gives=no",
    ],
    "provisioning:app-access": [
        "?q=team",
        "?tab=licenses",
        "?tab=licenses&line=waiting",
        "?tab=users",
        "?tab=users&q=ada",
        "?tab=users&q=nobody-at-all",
        "?tab=users&state=active",
        "?tab=users&state=waiting",
        "?tab=users&role=user",
        "?tab=users&role=admin",
    ],
    "provisioning:app-access-add": ["?q=team", "?q=zzzz"],
    "provisioning:access-why": [
        "?q=ada",
        "?by=groups",
        "?by=groups&q=team",
        "?by=apps",
    ],
    "provisioning:access-group": ["?q=ada", "?has=lose", "?has=keep"],
    "provisioning:access-app": ["?q=ada", "?q=nobody-at-all"],
    "provisioning:access-what-if": [
        *(f"?step={step}" for step in STEPS),
        "?step=delete.{local}&step=suspend.{account}&step=give.{small}.jira.user.{group}",
        "?step=delete.{group}&q=ada",
        "?add=give&group_q=team",
        "?add=suspend&account_q=ada",
    ],
    "provisioning:app-permissions": ["?q=team"],
    "provisioning:app-permission-check": [
        "?q=ada",
        "?person={account}",
        "?person={account}&permission=view&space=SPACE7",
    ],
    "provisioning:app-permission": [*SPACE_TABS, "?tab=holders&q=ada"],
    "provisioning:app-permission-give": ["?q=team", "?of=people", "?of=people&q=ada"],
    "provisioning:space-list": ["?q=space 77", "?q=zzzz"],
    "provisioning:space-permissions": [
        *SPACE_TABS,
        "?tab=holders&permission=view",
        "?tab=holders&permission=add-page",
        "?tab=holders&q=nobody-at-all",
    ],
    "provisioning:space-permission-add": ["?q=team", "?of=people&q=ada"],
    "provisioning:space-permission-copy": ["?q=77"],
    "provisioning:search": ["?q=ada", "?q=person299999", "?q=team", "?q=zzzz"],
    "directories:audit-log": [
        "?q=person123456",
        "?q=nobody",
        "?action=account_created",
        "?from=2026-01-01&to=2026-12-31",
    ],
    "directories:job-list": [
        "?q=team 77",
        "?q=zzzz",
        "?state=failed",
        "?state=paused",
        "?kind=group-sync",
        "?kind=reconcile",
        "?directory={directory}",
    ],
    "directories:troubleshooting-log": [
        "?q=person123456",
        "?q=nobody",
        "?level=error",
        "?type=user&from=2026-01-01",
    ],
    "directories:request-log": ["?q=person123456", "?q=nobody", "?status=refused"],
}
# Confirmations that are posted: they say in numbers what would happen.
CONFIRMATIONS: dict[str, list[dict[str, str]]] = {
    "provisioning:users-suspend": [{"all": "1"}, {"all": "1", "q": "ada"}],
    "provisioning:users-restore": [{"all": "1"}],
    "provisioning:managed-account-deactivate": [{"all": "1"}],
}


class Samples:
    """What stands for all things of a kind, large ones first."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self.organization = directory.organization
        record = UserRecord.objects.filter(directory=directory)
        self.person = record.filter(account__isnull=False).order_by("-pk")[0]
        self.account = Account.objects.get(records=self.person)
        groups = self.organization.groups
        self.group = groups.get(name__endswith=" team 1", kind=Group.Kind.SYNCED)
        self.local = groups.filter(kind=Group.Kind.LOCAL).order_by("-pk")[0]
        self.few = groups.filter(kind=Group.Kind.LOCAL).order_by("pk")[0]
        apps = App.objects.filter(site__organization=self.organization)
        large = AppGrant.objects.filter(group=self.group).values("app__site")
        self.large = apps.filter(site__in=large)
        self.small = apps.exclude(site__in=large).filter(site__name__gt="main")

    def queries(self, name: str) -> list[str]:
        """Return what follows the address of a page, filled in."""
        words = {
            "account": self.account.public_id,
            "app": self.large.get(kind=App.Kind.JIRA).pk,
            "directory": self.directory.pk,
            "few": self.few.public_id,
            "group": self.group.public_id,
            "local": self.local.public_id,
            "site": self.large[0].site_id,
            "small": self.small[0].site_id,
            "small_app": self.small.filter(kind=App.Kind.JIRA)[0].pk,
        }
        return [query.format(**words) for query in QUERIES.get(name, [])]

    def arguments(self, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Return what an address may be given, and what of it is measured."""
        inside = "space" in name or "app-permission" in name
        kind = App.Kind.CONFLUENCE if inside else App.Kind.JIRA
        app = self.large.get(kind=kind)
        group = "group" in name
        held = self.directory.grouprecords.filter(link_state="held").first()
        known = {
            "directory_id": self.directory.pk,
            "public_id": self.group.public_id if group else self.account.public_id,
            "scim_id": held.scim_id if group and held else self.person.scim_id,
            "provider": "okta",
            "entry_id": RequestEntry.objects.order_by("-pk").values_list("pk")[0][0],
            "domain_id": self.organization.domains.get().pk,
            "job_id": Job.objects.order_by("-created_at")[0].pk,
            "key_id": self.directory.api_keys.get().pk,
            "permission": "use-confluence",
            **_of_app(app, self.group),
        }
        yield "", known
        if name.rpartition(":")[2] in {"group-detail", "access-group"} or (
            group and any(word in name for word in ("delete", "edit", "people"))
        ):
            yield "local group", known | {"public_id": self.local.public_id}
        few = self.small.get(kind=kind, site=self.small[0].site)
        yield "few people", known | _of_app(few, None)
        if name.endswith("app-permission"):
            yield "personal space", known | {"permission": "personal-space"}


def _of_app(app: App, group: Group | None) -> dict[str, Any]:
    grants = AppGrant.objects.filter(app=app)
    space = Space.objects.filter(app=app).order_by("pk").first()
    return {
        "site_id": app.site_id,
        "kind": app.kind,
        "grant_id": (grants.filter(group=group) if group else grants)[0].pk,
        "space_id": space.pk if space else 0,
    }
