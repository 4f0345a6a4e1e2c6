"""The discovery endpoints (RFC 7644 section 4)."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpResponseBase
from rest_framework.request import Request

from directories.queries.providers import scim_base_url
from directories.scim.protocol import discovery
from directories.scim.protocol.documents import Document
from directories.scim.protocol.errors import NotFoundError
from directories.scim.protocol.messages import list_response
from directories.scim.surface import ScimView


class ServiceProviderConfigView(ScimView):
    """What this service offers."""

    def get(self, request: Request, **_kwargs: str) -> HttpResponseBase:
        """Return the configuration; query parameters are ignored."""
        return self.answer(
            discovery.service_provider_config(
                f"{scim_base_url(self.directory)}/ServiceProviderConfig",
                max_results=settings.SCIM_MAX_PAGE_SIZE,
                page_size=settings.SCIM_PAGE_SIZE,
            )
        )


class _DescribedList(ScimView):
    """A fixed collection of documents."""

    documents: Callable[[str], list[Document]]

    def get(self, request: Request, **_kwargs: str) -> HttpResponseBase:
        """Return the whole collection; query parameters are ignored."""
        documents = type(self).documents(scim_base_url(self.directory))
        return self.answer(list_response(len(documents), 1, documents))


class ResourceTypeList(_DescribedList):
    """The kinds of resources."""

    documents = staticmethod(discovery.resource_types)


class ResourceTypeDetail(ScimView):
    """One kind of resource."""

    def get(self, request: Request, **kwargs: str) -> HttpResponseBase:
        """Return the kind that the path names."""
        base = scim_base_url(self.directory)
        return self.answer(discovery.resource_type(base, kwargs["name"]))


class SchemaList(_DescribedList):
    """The schemas of the resources."""

    documents = staticmethod(discovery.schemas)


class SchemaDetail(ScimView):
    """One schema."""

    def get(self, request: Request, **kwargs: str) -> HttpResponseBase:
        """Return the schema whose URN the path holds."""
        base = scim_base_url(self.directory)
        return self.answer(discovery.schema(base, kwargs["name"]))


class NothingView(ScimView):
    """Whatever else is asked for below a directory."""

    def get(self, request: Request, **_kwargs: str) -> HttpResponseBase:
        """Say that there is no such endpoint."""
        raise NotFoundError("There is no such endpoint in this directory.")

    post = put = patch = delete = get
