"""What a directory's surface offers: everything, or what the original does."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from directories.scim.protocol.errors import InvalidFilterError, NotImplementedScimError
from directories.scim.protocol.filters import Comparison, Filter
from directories.scim.protocol.paths import resolve
from directories.scim.protocol.published import NARROW, WHOLE, Described
from directories.scim.protocol.schemas import ResourceType, Schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The parts of the protocol that work; what does not is not declared either."""

    described: tuple[Described, ...]
    bulk: bool
    search: bool
    """Search messages, and users and groups as one list."""
    sort: bool
    etag: bool
    cursor: bool
    filters: Mapping[str, Collection[str]] | None = None
    """By resource type, the only attributes that a filter may compare, with eq."""

    @property
    def schemas(self) -> list[Schema]:
        """List the schemas of all kinds of resources."""
        return [
            schema
            for one in self.described
            for schema in (one.core, *one.extensions, *one.unreferenced)
        ]

    @property
    def ignored(self) -> frozenset[str]:
        """Name the query parameters that mean nothing, in lower case."""
        sort = frozenset() if self.sort else {"sortby", "sortorder"}
        return frozenset(sort | (set() if self.cursor else {"cursor"}))

    def check_filter(self, node: Filter, resource_type: ResourceType) -> None:
        """Refuse a filter of a form that is not offered: InvalidFilterError."""
        if self.filters is None:
            return
        names = self.filters[resource_type.name]
        if isinstance(node, Comparison) and node.operator == "eq":
            path = resolve(node.path, resource_type)
            if path.sub_attribute is None and path.the_attribute.path in names:
                return
        msg = (
            f"A filter here is one comparison with eq, of {' or '.join(names)}. "
            f"{_IN_STRICT_MODE}"
        )
        raise InvalidFilterError(msg)


_IN_STRICT_MODE = "The directory is in strict mode; compatible mode offers more."


def check_offered(offered: bool, what: str) -> None:
    """Refuse a part of the protocol that is not offered: NotImplementedScimError."""
    if not offered:
        msg = f"{what} is not offered. {_IN_STRICT_MODE}"
        raise NotImplementedScimError(msg)


EVERYTHING = Offer(
    described=WHOLE, bulk=True, search=True, sort=True, etag=True, cursor=True
)
"""All that this service can do."""

ORIGINAL = Offer(
    described=NARROW,
    bulk=False,
    search=False,
    sort=False,
    etag=False,
    cursor=False,
    filters={"User": ("userName", "externalId"), "Group": ("displayName",)},
)
"""What the original offers, for directories in strict mode."""
