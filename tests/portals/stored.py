"""What tests read of customers."""

from directories.models import AuditEvent, Job
from directories.services import jobs
from portals.models import Customer


def fresh(customer):
    """Return a customer as stored."""
    return Customer.objects.get(pk=customer.pk)


def actions_of(customer):
    """Return what the audit log says was done to a customer, oldest first."""
    events = AuditEvent.objects.filter(target_id=str(customer.public_id))
    return list(events.order_by("pk").values_list("action", flat=True))


def claimed(job: Job) -> jobs.Run:
    """Return the run of a worker that takes a job."""
    run = jobs.claim_job(job.pk)
    assert run is not None
    return run
