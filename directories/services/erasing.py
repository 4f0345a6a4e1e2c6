"""Deletes rows with all that hangs on them, a batch at a time.

Django would gather everything in memory and delete it in one transaction. Here the
rows that hang on others go first, each batch by a statement of its own, so that a
run that is cut off goes on with what is left.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import apps
from django.db import connection, models

BATCH = 1_000


def erase(rows: "models.QuerySet[Any]", *, batch: int = BATCH) -> Iterator[int]:
    """Delete rows and what hangs on them; yield after each statement how many.

    Call it outside of a transaction. What only names them forgets them.
    """
    while keys := _keys(rows, batch):
        yield from clear(rows.model, keys, batch=batch)
        yield delete(rows.model, keys)


def clear(
    model: type[models.Model], keys: Sequence[Any], *, batch: int = BATCH
) -> Iterator[int]:
    """Delete what hangs on the rows of these keys, but not them; as erase."""
    for relation in _relations(model):
        field = relation.field
        # By the key of the row, whatever the column refers to.
        near = _all(field.model).filter(**{f"{field.name}__pk__in": keys})
        if relation.on_delete is models.CASCADE:
            yield from erase(near, batch=batch)
        else:
            yield from _forget(near, field.name, batch)


def delete(model: type[models.Model], keys: Sequence[Any]) -> int:
    """Delete the rows of these keys, on which nothing hangs any more."""
    # A plain DELETE: Django would look for what hangs on them once more.
    rows = _all(model).filter(pk__in=keys)
    return int(rows._raw_delete(connection.alias))  # noqa: SLF001


def _forget(rows: "models.QuerySet[Any]", name: str, batch: int) -> Iterator[int]:
    while keys := _keys(rows, batch):
        _all(rows.model).filter(pk__in=keys).update(**{name: None})
        yield len(keys)


def _keys(rows: "models.QuerySet[Any]", batch: int) -> list[Any]:
    # In no order: for that of the keys PostgreSQL reads a table from its beginning,
    # past millions of others, each time.
    return list(rows.order_by().values_list("pk", flat=True)[:batch])


def _all(model: type[models.Model]) -> "models.QuerySet[Any]":
    """Return every row, whatever its managers leave out."""
    return models.QuerySet(model)


def _relations(model: type[models.Model]) -> list[Any]:
    """Return what refers to a model, of the apps above it first.

    So what belongs to nobody else is deleted before what it only names.
    """
    order = [config.label for config in apps.get_app_configs()]
    found = [r for r in model._meta.related_objects if not r.many_to_many]
    return sorted(
        found,
        key=lambda r: (
            r.on_delete is not models.CASCADE,
            -order.index(r.field.model._meta.app_label),
        ),
    )
