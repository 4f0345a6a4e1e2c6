"""Reads the discovery documents, and makes values of what they declare."""

from dataclasses import dataclass
from typing import Any

from tests.scim.client import Answer, ScimClient


@dataclass(frozen=True)
class Declared:
    """An attribute that a schema declares, and how a filter calls it."""

    urn: str
    """The extension's, "" for the core schema."""
    definition: dict[str, Any]
    parent: dict[str, Any] | None = None

    def __getitem__(self, characteristic: str) -> Any:
        """Return a characteristic."""
        return self.definition.get(characteristic)

    @property
    def path(self) -> str:
        """Return the path by which PATCH and filters name it."""
        outer = f"{self.parent['name']}." if self.parent else ""
        name = f"{outer}{self['name']}"
        return f"{self.urn}:{name}" if self.urn else name

    @property
    def parts(self) -> list["Declared"]:
        """List its sub-attributes."""
        return [
            Declared(self.urn, sub, self.definition)
            for sub in self["subAttributes"] or ()
        ]


@dataclass(frozen=True)
class Kind:
    """A resource type with all that its schemas declare."""

    endpoint: str
    attributes: list[Declared]

    @property
    def leaves(self) -> list[Declared]:
        """List the attributes that hold a value of their own."""
        return [leaf for each in self.attributes for leaf in (each.parts or [each])]

    def named(self, name: str) -> Declared:
        """Return the attribute of the core schema with that name."""
        return next(a for a in self.attributes if not a.urn and a["name"] == name)


def kind_of(scim: ScimClient, name: str) -> Kind:
    """Return what a directory declares of users or groups."""
    kind = scim.get(f"/ResourceTypes/{name}").json()
    urns = [kind["schema"], *(each["schema"] for each in kind["schemaExtensions"])]
    attributes = [
        Declared("" if urn == kind["schema"] else urn, definition)
        for urn in urns
        for definition in scim.get(f"/Schemas/{urn}").json()["attributes"]
    ]
    return Kind(kind["endpoint"], attributes)


def sample(attribute: Declared, mark: str = "one") -> Any:
    """Return a value of the attribute's type; another `mark`, another value."""
    if attribute.parts:
        value: Any = {
            part["name"]: sample(part, mark)
            for part in attribute.parts
            if part["mutability"] != "readOnly"
        }
    elif attribute["type"] == "boolean":
        value = True
    elif attribute.path == "emails.value":
        value = f"{mark}@Example.com"
    elif attribute["canonicalValues"]:
        value = attribute["canonicalValues"][0]
    elif attribute["type"] == "reference":
        value = f"https://Example.com/{mark}"
    else:
        value = f"{mark.title()} {attribute['name']}"
    return [value] if attribute["multiValued"] else value


def put_in(body: dict[str, Any], attribute: Declared, value: Any) -> dict[str, Any]:
    """Return a body with the attribute set."""
    if not attribute.urn:
        return {**body, attribute["name"]: value}
    within = {**body.get(attribute.urn, {}), attribute["name"]: value}
    return {**body, attribute.urn: within}


def value_in(resource: dict[str, Any], attribute: Declared) -> Any:
    """Return what a resource holds of the attribute."""
    container = resource.get(attribute.urn, {}) if attribute.urn else resource
    return container.get(attribute["name"])


def person(name: str = "ada", **attributes: object) -> dict[str, Any]:
    """Return a person whom both modes take."""
    emails = [{"value": f"{name}@example.com", "primary": True}]
    return {"userName": name, "emails": emails, **attributes}


def created(scim: ScimClient, path: str, body: object) -> Any:
    """Create a resource and return it."""
    answer = scim.post(path, body)
    assert answer.status_code == 201, answer.content
    return answer.json()


def people(scim: ScimClient, *names: str) -> list[str]:
    """Create people and return their ids."""
    return [created(scim, "/Users", person(name))["id"] for name in names]


def user_names(answer: Answer) -> list[str]:
    """Return the names in a list of people."""
    return [each["userName"] for each in answer.json()["Resources"]]
