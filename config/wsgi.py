"""The WSGI application, as the web server loads it."""

import os

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application

from config.collecting import spare_what_stays
from directories.management.processes import die_with_parent

# Only web requests have a deadline: commands and jobs may run long statements.
os.environ.setdefault("STATEMENT_TIMEOUT_S", "30")
os.environ.setdefault("LOCK_TIMEOUT_S", "10")


class Utf8Request(WSGIRequest):
    """A request that is read as UTF-8, whatever charset its body declares.

    Django would decode the query with it, and fail for some before any view.
    """

    encoding = "utf-8"


application = get_wsgi_application()
application.request_class = Utf8Request
spare_what_stays()
if settings.DIE_WITH_PARENT:
    # The web server forks its processes; killed for good, it would leave them.
    die_with_parent()
