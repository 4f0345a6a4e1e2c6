"""Makes everything equal to what a customer directory was pushed, in short steps."""

from contextlib import suppress

from django.db.models import Q

from directories.consumers import Work
from directories.models import Directory, GroupRecord, LinkState, UserRecord
from directories.services.opening import ClosedError
from portals.models import Customer, CustomerOrganization
from portals.queries import unequal
from portals.reasons import Reason
from portals.services.customer_directories import syncing
from provisioning.services.directory_scope import scope_following
from provisioning.services.pace import breathe
from provisioning.services.syncing.spoilt import Spoilt

LOOKED_AT = 100


def compare_directory(run: Work) -> None:
    """Look at waiting people and groups again, then fill every organization.

    The task of "directory-reconcile" jobs. `cursor` is the last group record done. Of
    a directory that is closed meanwhile nothing is compared any more.
    """
    directory = run.job.directory
    if directory is not None and directory.state == Directory.State.ACTIVE:
        with suppress(ClosedError):
            _compare(directory, run)


def _compare(directory: Directory, run: Work) -> None:
    groups = GroupRecord.objects.filter(directory=directory).order_by("pk")
    cursor, done, spoilt = run.job.cursor, run.job.done, Spoilt(directory)
    if cursor == 0:
        done = _follow_rule(directory, run, groups.count(), spoilt)
        _revisit_people(directory, run, done, spoilt)
        scope_following.revisit_groups(directory, _free_again(directory))
    while step := unequal.next_step(directory, after=cursor):
        for record in groups.filter(pk__in=step.unequal):
            with spoilt.group(record.pk):
                _fill(record, run, done, cursor)
        cursor, done = step.last, done + step.size
        run.report(done=done, cursor=cursor)
        breathe()
    spoilt.tell()


def _fill(record: GroupRecord, run: Work, done: int, cursor: int) -> None:
    syncing.fill(record, lambda _count, _last: run.report(done=done, cursor=cursor))


def _follow_rule(directory: Directory, run: Work, groups: int, spoilt: Spoilt) -> int:
    """Take up and leave out whom the sync rules say; return how many that were."""
    total = groups + scope_following.count_misplaced(directory)
    run.report(done=0, total=total)

    def progress(done: int) -> None:
        run.report(done=done)
        breathe()

    return scope_following.follow_rule(directory, progress, spoilt)


def _revisit_people(directory: Directory, run: Work, done: int, spoilt: Spoilt) -> None:
    """Take up whom nothing keeps waiting, and access that is not as it was pushed."""
    people = UserRecord.objects.filter(directory=directory)
    waiting = ~Q(link_state=LinkState.LINKED) & ~Q(link_reason=Reason.OUT_OF_SCOPE)
    wrong = Q(active=False, customer__status=Customer.Status.ACTIVE) | Q(
        active=True, customer__revoked_by=Customer.RevokedBy.PROVIDER
    )
    for unlike in (waiting, wrong):
        after = 0
        while batch := list(
            people.filter(unlike, pk__gt=after)
            .order_by("pk")
            .values_list("pk", "scim_id")[:LOOKED_AT]
        ):
            for pk, scim_id in batch:
                spoilt.revisit_person(pk, scim_id)
            after = batch[-1][0]
            run.report(done=done)
            breathe()


def _free_again(directory: Directory) -> list[int]:
    """Return the groups that were kept apart and whose name is free by now."""
    apart = GroupRecord.objects.filter(
        directory=directory, link_reason=Reason.SAME_NAME
    )
    taken = CustomerOrganization.objects.filter(
        site=directory.site_id,
        archived_at=None,
        name_key__in=apart.values("display_name_key"),
    ).values("name_key")
    free = apart.exclude(display_name_key__in=taken)
    return list(free.order_by("pk").values_list("pk", flat=True))
