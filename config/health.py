"""Answers for whoever watches the process."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache


@never_cache
def healthz(_request: HttpRequest) -> HttpResponse:
    """Answer 200 while the process serves."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
def readyz(_request: HttpRequest) -> HttpResponse:
    """Answer 200 while database and migrations are right too, else 503."""
    problem = not_ready_because()
    return HttpResponse(
        f"{problem or 'ok'}\n",
        content_type="text/plain",
        status=503 if problem else 200,
    )


def not_ready_because() -> str:
    """Return why requests would fail, or an empty text."""
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "database unreachable"
    return "migrations missing" if plan else ""
