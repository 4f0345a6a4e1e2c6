"""The discovery endpoints (RFC 7644 section 4)."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpResponseBase
from rest_framework.request import Request

from directories.queries.providers import scim_base_url
from directories.scim.modes import offer_of
from directories.scim.protocol import discovery
from directories.scim.protocol.documents import Document
from directories.scim.protocol.errors import NotFoundError
from directories.scim.protocol.messages import list_response
from directories.scim.protocol.offers import Offer
from directories.scim.surface import ScimView


class ServiceProviderConfigView(ScimView):
    """What this service offers."""

    def get(self, request: Request, **_kwargs: str) -> HttpResponseBase:
        """Return the configuration; query parameters are ignored."""
        limits = discovery.Limits(
            page_size=settings.SCIM_PAGE_SIZE,
            max_results=settings.SCIM_MAX_PAGE_SIZE,
            max_operations=settings.SCIM_BULK_MAX_OPERATIONS,
            max_payload=settings.SCIM_MAX_BODY_BYTES,
        )
        location = f"{scim_base_url(self.directory)}/ServiceProviderConfig"
        return self.answer(
            discovery.service_provider_config(
                location, offer_of(self.directory), limits
            )
        )


class _DescribedList(ScimView):
    """A fixed collection of documents."""

    documents: Callable[[str, Offer], list[Document]]

    def get(self, request: Request, **_kwargs: str) -> HttpResponseBase:
        """Return the whole collection; query parameters are ignored."""
        base, offer = scim_base_url(self.directory), offer_of(self.directory)
        documents = type(self).documents(base, offer)
        return self.answer(list_response(len(documents), 1, documents))


class ResourceTypeList(_DescribedList):
    """The kinds of resources."""

    documents = staticmethod(discovery.resource_types)


class ResourceTypeDetail(ScimView):
    """One kind of resource."""

    def get(self, request: Request, **kwargs: str) -> HttpResponseBase:
        """Return the kind that the path names."""
        base, offer = scim_base_url(self.directory), offer_of(self.directory)
        return self.answer(discovery.resource_type(base, offer, kwargs["name"]))


class SchemaList(_DescribedList):
    """The schemas of the resources."""

    documents = staticmethod(discovery.schemas)


class SchemaDetail(ScimView):
    """One schema."""

    def get(self, request: Request, **kwargs: str) -> HttpResponseBase:
        """Return the schema whose URN the path holds."""
        base, offer = scim_base_url(self.directory), offer_of(self.directory)
        return self.answer(discovery.schema(base, offer, kwargs["name"]))


class NothingView(ScimView):
    """Whatever else is asked for below a directory."""

    def get(self, request: Request, **_kwargs: str) -> HttpResponseBase:
        """Say that there is no such endpoint."""
        raise NotFoundError("There is no such endpoint in this directory.")

    post = put = patch = delete = get
