"""Several writes that stand or fall together."""

from collections.abc import Callable
from functools import partial, wraps
from typing import ParamSpec, TypeVar

from django.db import transaction

from directories import dialect

P = ParamSpec("P")
T = TypeVar("T")


def all_or_nothing(call: Callable[[], T]) -> T:
    """Return what `call` returns; whatever it raises, nothing was written.

    The services that it calls keep their own transactions inside this one.
    """
    return dialect.retrying(transaction.atomic(call))


def run_anew(call: Callable[P, T]) -> Callable[P, T]:
    """Let a whole transaction run anew when another one was in its way.

    For what admins do while a provider pushes; `call` reads afresh what it changes.
    """

    @wraps(call)
    def again(*args: P.args, **kwargs: P.kwargs) -> T:
        return dialect.retrying(partial(call, *args, **kwargs))

    return again
