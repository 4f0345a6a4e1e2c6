"""Describes the SCIM surface from its URLs; `manage.py spectacular` prints it."""

# drf-spectacular ships types for few of its functions.
# mypy: disallow-untyped-calls=False

from typing import Any

from django.conf import settings
from drf_spectacular.generators import EndpointEnumerator, SchemaGenerator
from drf_spectacular.openapi import AutoSchema

from directories.scim import urls
from directories.scim.discovery import NothingView
from directories.scim.openapi.messages import schemas
from directories.scim.openapi.operations import OPERATIONS

_DIRECTORY = "/{directory_id}"
_NO_DIRECTORY = "00000000-0000-0000-0000-000000000000"


class _Endpoints(EndpointEnumerator):
    """The endpoints of one directory, their paths below its base URL."""

    def get_path_from_regex(self, path_regex: str) -> str:
        """Return a path as clients write it, without slashes that are served too."""
        path: str = super().get_path_from_regex(path_regex).replace("//", "/")
        path = path.removeprefix(_DIRECTORY).rstrip("/") or "/"
        return path.replace("{scim_id}", "{id}")

    def should_include_endpoint(self, path: str, callback: Any) -> bool:
        """Leave out what answers that there is no such endpoint."""
        included: bool = super().should_include_endpoint(path, callback)
        return included and callback.cls is not NothingView


class _Described(AutoSchema):
    """Takes an operation from the table: SCIM views have no serializers to ask."""

    def get_operation(
        self,
        path: str,
        path_regex: str,
        path_prefix: str,
        method: str,
        registry: Any,
    ) -> dict[str, Any]:
        """Return what the table says; a route that it lacks is a fault here."""
        tag = path.split("/")[1] if path[1:2] not in {"", "."} else "Everything"
        return OPERATIONS[method, path].described(tag)


class ScimGenerator(SchemaGenerator):
    """Makes the description of the SCIM surface."""

    endpoint_inspector_cls = _Endpoints

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "patterns": urls.urlpatterns})

    def create_view(self, callback: Any, method: str, request: Any = None) -> Any:
        """Return a view that is described by the table."""
        view = super().create_view(callback, method, request)
        self._set_schema_to_view(view, _Described())
        return view

    def get_schema(self, request: Any = None, public: bool = False) -> dict[str, Any]:
        """Return the whole description."""
        document: dict[str, Any] = super().get_schema(request, public)
        return {
            **document,
            "servers": [
                {
                    "url": f"{settings.BASE_URL}/scim/directory/{{directoryId}}",
                    "variables": {"directoryId": {"default": _NO_DIRECTORY}},
                }
            ],
            "security": [{"apiKey": []}],
            "components": {
                "schemas": schemas(),
                "securitySchemes": {"apiKey": {"type": "http", "scheme": "bearer"}},
            },
        }
