"""Several writes that stand or fall together."""

from collections.abc import Callable
from typing import TypeVar

from django.db import transaction

from directories import dialect

T = TypeVar("T")


def all_or_nothing(call: Callable[[], T]) -> T:
    """Return what `call` returns; whatever it raises, nothing was written.

    The services that it calls keep their own transactions inside this one.
    """
    return dialect.retrying(transaction.atomic(call))
