"""The application of a peer that is a Django app; runs in its environment."""

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
