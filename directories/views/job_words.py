"""What the pages of background work say of a job."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrPromise

from directories.job_kinds import JobKind, kind_of
from directories.models import Job
from directories.queries import job_list

GROUPS = {"group-sync", "customer-organization-sync"}
CHOSEN_PEOPLE = {"link-choice", "people-suspend", "people-restore"}
DOMAINS = {"domain-check", "domain-follow"}
IMPORTS = {"customers-look", "customers-import"}

# What errors mean whose class an admin cannot know.
ERRORS: dict[str, StrPromise] = {
    "OperationalError": gettext_lazy(
        "The database could not be reached, or was too busy to answer in time."
    ),
    "InterfaceError": gettext_lazy("The connection to the database was lost."),
    "IntegrityError": gettext_lazy(
        "Something else changed the same people or groups at the same moment."
    ),
    "DoesNotExist": gettext_lazy("What the work was about is gone."),
    "MemoryError": gettext_lazy("The worker had too little memory."),
    "OSError": gettext_lazy("The worker could not read or write a file."),
    "KeyError": gettext_lazy(
        "The worker does not know what to do: it may run another version."
    ),
}


@dataclass(frozen=True)
class Told:
    """A job in words; `about` is a link to what it is about, as (text, address)."""

    job: Job
    kind: JobKind
    asked_by: str
    about: tuple[str, str] | None
    error: str

    @property
    def left(self) -> int:
        """Return how much is left of what was counted."""
        return max(0, self.job.total - self.job.done)


def told(job: Job) -> Told:
    """Return a job in words."""
    return Told(
        job=job,
        kind=kind_of(job.kind),
        asked_by=job_list.asked_by(job),
        about=_about(job),
        error=error_words(job.error),
    )


def error_words(error: str) -> str:
    """Return in plain words what an error of a job means, "" where nobody knows."""
    name, _colon, _text = error.partition(":")
    return str(ERRORS.get(name.strip(), ""))


def _about(job: Job) -> tuple[str, str] | None:
    """Return where to look at what a job is about, if there is such a place."""
    for kinds, look in LOOKS:
        if job.kind in kinds:
            try:
                found = look(job)
            except (KeyError, NoReverseMatch):
                found = None
            if found is not None:
                return found
    if job.directory is not None:
        address = reverse("directories:directory-detail", args=[job.directory.pk])
        return job.directory.name, address
    return None


def _group(job: Job) -> tuple[str, str] | None:
    record = job_list.record_of(job)
    if record is None:
        return None
    address = reverse("provisioning:group-record", args=[record.scim_id])
    return record.display_name, address


def _domain(job: Job) -> tuple[str, str] | None:
    domain = job_list.domain_of(job)
    if domain is None:
        return None
    return domain.name, reverse("directories:domain-detail", args=[domain.pk])


def _result(view: str) -> Callable[[Job], tuple[str, str]]:
    def look(job: Job) -> tuple[str, str]:
        return _("What came of each"), reverse(view, args=[job.pk])

    return look


def _dry_run(job: Job) -> tuple[str, str] | None:
    if job.directory_id is None:
        return None
    place = [job.directory_id, job.target]
    return _("Dry run"), reverse("provisioning:dry-run-detail", args=place)


def _customers(job: Job) -> tuple[str, str]:
    place = [job.input.content["site"], job.pk]
    return _("What came of each"), reverse("portals:customer-run-detail", args=place)


LOOKS: list[tuple[set[str], Callable[[Job], tuple[str, str] | None]]] = [
    (GROUPS, _group),
    (DOMAINS, _domain),
    (CHOSEN_PEOPLE, _result("provisioning:report-result")),
    ({"groups-sync-all"}, _result("provisioning:groups-sync-result")),
    ({"dry-run"}, _dry_run),
    ({"customers-change"}, _customers),
]
