"""Reads about dry runs: what an effect is called, which lines there are."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from directories.models import Directory
from provisioning.models import DryRun, DryRunLine
from provisioning.reasons import Reason

RECENT = 20


@dataclass(frozen=True)
class Effect:
    """What a change may do to people or groups, in words."""

    word: str
    label: StrPromise
    note: StrPromise
    tone: str = ""


EFFECTS = (
    Effect("person_made", _("Accounts made"), _("People who are new here.")),
    Effect(
        "person_linked",
        _("People linked"),
        _("They follow the identity provider, with the account they have."),
    ),
    Effect(
        "person_moved",
        _("Addresses changed"),
        _("The account gets the address that was pushed."),
    ),
    Effect(
        "person_reactivated",
        _("People reactivated"),
        _("Their accounts are deactivated now and work again then."),
    ),
    Effect(
        "person_deactivated",
        _("People deactivated"),
        _("They lose all access."),
        "danger",
    ),
    Effect(
        "person_removed",
        _("External people removed"),
        _("They leave the organization and all of its groups."),
        "danger",
    ),
    Effect(
        "person_paused",
        _("People paused"),
        _("They leave their synced groups and keep their account."),
        "warning",
    ),
    Effect(
        "person_held",
        _("People held"),
        _("They wait for an admin; nothing changes for them until then."),
        "warning",
    ),
    Effect(
        "person_refused",
        _("People refused"),
        _("Another organization or account has the address; they stay as they are."),
        "warning",
    ),
    Effect(
        "person_left_out",
        _("People left out"),
        _("Stored without an account, as now; only the reason is another."),
    ),
    Effect(
        "person_local",
        _("People made local"),
        _("They keep account, groups and access, and can be edited here."),
    ),
    Effect(
        "person_forgotten",
        _("Records of people forgotten"),
        _("They had led to no account, so nobody loses anything."),
    ),
    Effect("group_made", _("Groups made"), _("Synced groups that are new here.")),
    Effect(
        "group_again",
        _("Groups taken up again"),
        _("They were synced before; they keep their id and what they give."),
    ),
    Effect(
        "group_synced",
        _("Groups synced"),
        _("Local groups that follow the identity provider then."),
    ),
    Effect(
        "group_held",
        _("Groups held"),
        _("A local group has the name: they wait for a review."),
        "warning",
    ),
    Effect(
        "group_stays_local",
        _("Groups that stay local"),
        _("They cannot follow an identity provider, and wait on."),
        "warning",
    ),
    Effect(
        "group_refused",
        _("Groups refused"),
        _("The name may not be synced; they stay as they are."),
        "warning",
    ),
    Effect(
        "group_let_go",
        _("Groups let go"),
        _("They become local, with their people and what they give."),
        "warning",
    ),
    Effect(
        "group_left_out",
        _("Groups left out"),
        _("Stored without a group, as now; only the reason is another."),
    ),
    Effect(
        "group_local",
        _("Groups made local"),
        _("They keep their people and what they give."),
    ),
    Effect(
        "group_forgotten",
        _("Records of groups forgotten"),
        _("They had led to no group."),
    ),
    Effect(
        "members_joined",
        _("Groups that people join"),
        _("How many join each group."),
    ),
    Effect(
        "members_left",
        _("Groups that people leave"),
        _("How many leave each group, and lose what it gives."),
        "danger",
    ),
    Effect(
        "access_gained",
        _("Apps that people get into"),
        _("How many get each role. User limits may have some of them wait."),
    ),
    Effect(
        "access_lost",
        _("Apps that people lose"),
        _("How many lose each role; who has it by another group keeps it."),
        "danger",
    ),
)
# Why a local group stays one, by the word for it.
STAYING: Mapping[str, StrPromise] = {
    "default_group": _("A default group of an app: people are invited into it"),
    "gives_bitbucket": _("It opens Bitbucket, which takes no synced groups"),
}
BY_WORD: Mapping[str, Effect] = {effect.word: effect for effect in EFFECTS}


@dataclass(frozen=True)
class Figure:
    """How often an effect comes out."""

    effect: Effect
    count: int


def dry_runs_of(directory: Directory) -> QuerySet[DryRun]:
    """Return the dry runs of a directory with their jobs, the newest first."""
    runs = DryRun.objects.filter(directory=directory).select_related("job", "directory")
    return runs.order_by("-created_at", "-pk")


def figures_of(dry_run: DryRun) -> list[Figure]:
    """Return the effects that come out, in the order in which they are shown."""
    return [
        Figure(effect, count)
        for effect in EFFECTS
        if (count := int(dry_run.numbers.get(effect.word, 0)))
    ]


def lines_of(dry_run: DryRun, effect: str, text: str) -> QuerySet[DryRunLine]:
    """Return the lines of one effect whose name contains `text`; sort them by id."""
    lines = DryRunLine.objects.filter(dry_run=dry_run, effect=effect)
    return lines.filter(name__icontains=text) if text else lines


def detail_of(line: DryRunLine) -> str:
    """Return the detail of a line in words."""
    if line.effect == "group_stays_local":
        return str(STAYING.get(line.detail, line.detail))
    if line.detail in Reason.values:
        return str(Reason(line.detail).label)
    return line.detail
