"""A user's document while operations are applied; the original stays untouched."""

from directories.scim.protocol.errors import PayloadTooLargeError
from directories.scim.protocol.paths import Path
from directories.scim.protocol.schemas import USER, Attribute, Schema
from directories.scim.protocol.strays import Stray, take
from directories.scim.protocol.tolerance import Tolerance
from directories.scim.protocol.values import Document, settle

_MAX_WORK = 100_000


class Draft:
    """A copy of a document that copies its parts when they are first changed."""

    def __init__(self, document: Document, tolerance: Tolerance) -> None:
        self.tolerance = tolerance
        self._document = dict(document)
        self._own: set[tuple[str, str]] = set()
        self._lists: dict[tuple[str, str], Attribute] = {}
        self._work = 0

    def spend(self, work: int) -> None:
        """Count work done; a request that asks for too much is refused."""
        self._work += work
        if self._work > _MAX_WORK:
            raise PayloadTooLargeError("The request changes too much; split it.")

    def present(self, path: Path) -> object:
        """Return what the document holds at a path without filter, or None."""
        container: object = self._document
        if path.schema is not USER.core:
            container = self._document.get(path.schema.urn)
        for attribute in (path.attribute, path.sub_attribute):
            if attribute is not None:
                container = (
                    container.get(attribute.name)
                    if isinstance(container, dict)
                    else None
                )
        return container

    def set(self, path: Path, value: object) -> None:
        """Set the attribute of a path to a value of our own, or clear it."""
        name = path.the_attribute.name
        container = self._container(path.schema)
        self._own.add((path.schema.urn, name))
        if value is None:
            container.pop(name, None)
        else:
            container[name] = value

    def complex(self, path: Path) -> Document:
        """Return the object at a path, to be changed in place."""
        attribute = path.the_attribute
        container = self._container(path.schema)
        value: Document = container.get(attribute.name) or {}
        if (path.schema.urn, attribute.name) not in self._own:
            value = dict(value)
        self.set(path, value)
        return value

    def entries(self, path: Path) -> list[Document]:
        """Return the list at a path, to be changed in place."""
        attribute = path.the_attribute
        key = (path.schema.urn, attribute.name)
        value: list[Document] = self._container(path.schema).get(attribute.name) or []
        if key not in self._own:
            value = [dict(each) for each in value]
        self._lists[key] = attribute
        self.set(path, value)
        return value

    def drop_schema(self, schema: Schema) -> None:
        """Remove all that the document holds under an extension."""
        self._document.pop(schema.urn, None)
        self._own = {key for key in self._own if key[0] != schema.urn}

    def take(self, stray: Stray) -> None:
        """Keep or leave out what no schema declares."""
        take(self._document, stray, USER, self.tolerance)

    def finished(self) -> Document:
        """Return the document, lists settled and empty parts left out."""
        for (urn, name), attribute in self._lists.items():
            container = self._document.get(urn, self._document)
            entries = container.get(name)
            if entries is not None:
                container[name] = settle(attribute, entries, self.tolerance)
        for urn, name in self._own:
            container = self._document.get(urn, self._document)
            if container.get(name) in ({}, []):
                del container[name]
        return {key: part for key, part in self._document.items() if part != {}}

    def _container(self, schema: Schema) -> Document:
        if schema is USER.core:
            return self._document
        key = (schema.urn, "")
        if key not in self._own:
            self._own.add(key)
            self._document[schema.urn] = dict(self._document.get(schema.urn) or {})
        container: Document = self._document[schema.urn]
        return container
