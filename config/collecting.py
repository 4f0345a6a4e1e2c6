"""Python's garbage collection, as processes that answer requests want it."""

import gc

from django.urls import get_resolver

# Objects that are made before the youngest are looked through; Python's own is 700.
BETWEEN = 20_000


def spare_what_stays() -> None:
    """Leave out of collections what is loaded by now, and have fewer of them.

    A full one walks everything there is: with all of Django a fifth of a second, in
    the middle of a request about a thousand people. Call it when Django is set up.
    """
    # Loads every page's code, which would be done by the first request.
    _ = get_resolver().url_patterns
    gc.collect()
    gc.freeze()
    gc.set_threshold(BETWEEN, *gc.get_threshold()[1:])
