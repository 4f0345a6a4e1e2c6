"""A record whose stored words are damaged, so that every look at it raises."""

import time
from dataclasses import dataclass, field
from uuid import UUID

from directories.models import Directory, Job, UserRecord
from provisioning.models import GroupMember
from tests.faults import inside
from tests.faults.processes import wait_until
from tests.faults.provider import Provider
from tests.faults.truth import Findings

PATIENCE_S = 180.0


@dataclass
class Told:
    """What came of it."""

    line: str = ""
    jobs: set[UUID] = field(default_factory=set)


def try_poison(provider: Provider, directory: Directory, findings: Findings) -> Told:
    """Damage a record that is looked at in every comparison; compare; heal it."""
    record = UserRecord.objects.filter(
        directory=directory, link_state="linked", active=True
    ).first()
    if record is None:
        return Told("nobody to poison")
    team = max(
        (t for t in provider.company.teams.values()), key=lambda t: len(t.members)
    )
    scim_id, document = str(record.scim_id), record.document
    # Left undone before, so that it is looked at again.
    UserRecord.objects.filter(pk=record.pk).update(link_reason="guard_held_before")
    emptied = inside.poison(directory, scim_id, provider.teams[team.key])
    start = time.monotonic()
    job = inside.queue_comparison(directory)

    def ended() -> bool:
        job.refresh_from_db()
        return job.state not in inside.OPEN

    wait_until(ended, PATIENCE_S, "the poisoned comparison to end", every_s=0.25)
    filled = GroupMember.objects.filter(
        group__record__scim_id=provider.teams[team.key]
    ).count()
    page = inside.job_page(job)
    inside.heal(directory, scim_id, document)
    UserRecord.objects.filter(pk=record.pk).update(link_reason="")
    if job.state != Job.State.FAILED:
        findings.wrong.append(f"the poisoned job ended as {job.state}")
    if record.user_name not in job.error or record.user_name not in page:
        findings.wrong.append(f"nobody is told who is damaged: {job.error!r}")
    if filled < emptied:
        findings.wrong.append(
            f"beside the damaged person {emptied - filled} members were not put back"
        )
    return Told(
        f"a damaged record: the comparison ended as {job.state} after"
        f" {time.monotonic() - start:.1f} s and {job.run} runs, put {filled} of"
        f" {emptied} members back, and says: {job.error}",
        {job.pk},
    )
