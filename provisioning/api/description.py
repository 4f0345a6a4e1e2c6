"""Serves the OpenAPI description of the calls, which says nothing that is secret."""

# drf-spectacular ships types for few of its functions.
# mypy: disallow-untyped-calls=False

from functools import lru_cache
from typing import Any

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

from provisioning.api import urls

BASE = "admin/user-provisioning/v1/"
# Long enough to spare us readers, short enough to be right soon after an update.
KEEP_S = 3600


class LinksGenerator(SchemaGenerator):
    """Makes the description of the calls with an organization API key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        patterns = [path(BASE, include(urls, namespace="described"))]
        super().__init__(*args, **{**kwargs, "patterns": patterns})

    def get_schema(self, request: Any = None, public: bool = False) -> dict[str, Any]:
        """Return the whole description."""
        document: dict[str, Any] = super().get_schema(request, public)
        parts = document.setdefault("components", {})
        parts["securitySchemes"] = {"apiKey": {"type": "http", "scheme": "bearer"}}
        return {
            **document,
            "info": {"title": "Rollcall organization API", "version": "1"},
            "servers": [{"url": settings.BASE_URL}],
            "security": [{"apiKey": []}],
        }


@require_safe
@cache_control(public=True, max_age=KEEP_S)
def links_description(_request: HttpRequest) -> HttpResponse:
    """Answer with the description of the calls."""
    return HttpResponse(_written(settings.BASE_URL), content_type="application/json")


@lru_cache(maxsize=1)
def _written(_base_url: str) -> bytes:
    return orjson.dumps(LinksGenerator().get_schema(public=True))
