"""The WSGI application, as the web server loads it."""

import os

from django.core.wsgi import get_wsgi_application

# Only web requests have a deadline: commands and jobs may run long statements.
os.environ.setdefault("STATEMENT_TIMEOUT_S", "30")
os.environ.setdefault("LOCK_TIMEOUT_S", "10")

application = get_wsgi_application()
