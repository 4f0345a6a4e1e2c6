"""Forgets work that was over long ago, with all that was kept of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models, transaction

from directories.models import Job

# Rows that one transaction deletes.
BATCH = 2_000
OVER = (Job.State.DONE, Job.State.FAILED, Job.State.CANCELLED)


def forget_old(now: datetime) -> int:
    """Delete what was over JOB_DAYS ago, in short transactions; return how many."""
    ends = now - timedelta(days=settings.JOB_DAYS)
    old = Job.objects.filter(state__in=OVER, beat_at__lt=ends, finished_at__lt=ends)
    count = 0
    while keys := list(old.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        for related in _results():
            _empty(related, keys)
        with transaction.atomic():
            count += len(keys)
            Job.objects.filter(pk__in=keys).delete()
    return count


def _results() -> "list[tuple[type[models.Model], str]]":
    """Return the tables whose rows go with a job, whichever app keeps them."""
    return [
        (relation.related_model, relation.field.name)
        for relation in Job._meta.related_objects
        if relation.on_delete is models.CASCADE
        and isinstance(relation.related_model, type)
    ]


def _empty(related: "tuple[type[models.Model], str]", keys: Sequence[object]) -> None:
    model, field = related
    rows: models.QuerySet[models.Model] = models.QuerySet(model)
    rows = rows.filter(**{f"{field}__in": keys}).order_by("pk")
    while batch := list(rows.values_list("pk", flat=True)[:BATCH]):
        models.QuerySet(model).filter(pk__in=batch).delete()
