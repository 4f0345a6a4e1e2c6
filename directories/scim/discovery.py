"""The discovery endpoints (RFC 7644 section 4)."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpResponse
from rest_framework.request import Request

from directories.scim.protocol import discovery
from directories.scim.protocol.documents import Document
from directories.scim.protocol.errors import NotFoundError
from directories.scim.protocol.messages import list_response
from directories.scim.rendering import base_url
from directories.scim.surface import ScimView


class ServiceProviderConfigView(ScimView):
    """What this service offers."""

    def get(self, request: Request, **_kwargs: str) -> HttpResponse:
        """Return the configuration; query parameters are ignored."""
        return self.answer(
            discovery.service_provider_config(
                f"{base_url(self.directory)}/ServiceProviderConfig",
                max_results=settings.SCIM_MAX_PAGE_SIZE,
            )
        )


class _Described(ScimView):
    """A fixed collection whose documents are found by one of their values."""

    documents: Callable[[str], list[Document]]
    key = "id"

    def get(self, request: Request, **kwargs: str) -> HttpResponse:
        """Return the whole collection, or the one document that is named."""
        documents = type(self).documents(base_url(self.directory))
        name = kwargs.get("name")
        if name is None:
            return self.answer(list_response(len(documents), 1, documents))
        for document in documents:
            if document[self.key].casefold() == name.casefold():
                return self.answer(document)
        msg = f"There is no {name[:100]} here."
        raise NotFoundError(msg)


class ResourceTypesView(_Described):
    """The kinds of resources."""

    documents = staticmethod(discovery.resource_types)
    key = "name"


class SchemasView(_Described):
    """The schemas of the resources."""

    documents = staticmethod(discovery.schemas)


class NothingView(ScimView):
    """Whatever else is asked for below a directory."""

    def get(self, request: Request, **_kwargs: str) -> HttpResponse:
        """Say that there is no such endpoint."""
        raise NotFoundError("There is no such endpoint in this directory.")

    post = put = patch = delete = get
