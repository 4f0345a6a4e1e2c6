"""Serves the OpenAPI description, which says nothing that is secret."""

from functools import lru_cache

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from directories.scim.openapi.generator import ScimGenerator

# Long enough to spare us readers, short enough to be right soon after an update.
KEEP_S = 3600


@require_safe
@cache_control(public=True, max_age=KEEP_S)
def description(_request: HttpRequest) -> HttpResponse:
    """Answer with the description of the SCIM surface."""
    return HttpResponse(_written(settings.BASE_URL), content_type="application/json")


@lru_cache(maxsize=1)
def _written(_base_url: str) -> bytes:
    return orjson.dumps(ScimGenerator().get_schema(public=True))
