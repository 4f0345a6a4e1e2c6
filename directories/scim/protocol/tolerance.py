"""What is accepted beyond the letter of RFC 7643 and RFC 7644, each by name."""

from dataclasses import asdict, dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """Named deviations of real clients; true means the deviation is accepted.

    Deviations that cannot be mistaken for anything else need no setting and are
    always accepted: `op` and attribute names in any case (Entra), `operations` in
    lower case (Atlassian's samples), SCIM 1 schema URNs (OneLogin), the Entra form
    of a value path in filters, read-only attributes repeated inside a body or a
    path-less value (Okta), a byte order mark (.NET clients).
    """

    string_booleans: bool
    """`"False"`, `"true"` for a boolean: Entra by default, Keycloak, OneLogin."""

    dotted_keys: bool
    """`name.givenName` and URN-qualified keys in a body: Entra with its 2020 flag."""

    plain_manager: bool
    """`manager` as a plain string, `""` to clear it: Entra."""

    remove_with_value: bool
    """`remove` with a value list removes those values: Entra, JumpCloud, authentik."""

    foreign_schemas: bool
    """Unknown URNs in `schemas`, and their data: Entra on groups, OneLogin."""

    single_values: bool
    """One object in place of a list: OneLogin."""

    plain_values: bool
    """A plain string in place of `{"value": ...}`: OneLogin, Microsoft's collection."""

    wrapped_values: bool
    """`[{"value": x}]`, `[x]` or `[]` for a single value, `{"members": [...]}` as the
    value of `members`: Entra before 2018, Salesforce, lists of Okta's profile editor.
    """

    numbers_as_strings: bool
    """A number where a string is wanted: OneLogin templates, HR-driven set-ups."""

    several_primaries: bool
    """More than one primary value, of which the first stays: PingFederate."""

    unknown_attributes: bool
    """Attributes that no schema declares are dropped, or kept as they came: custom
    mappings anywhere, Okta's profile editor first of all.
    """

    unused_attributes: bool
    """Attributes of the RFC that the original does not declare are stored, like
    addresses and roles: Entra's default mapping sends them. Where they are not, they
    are left out, as one refusal would fail the whole update.
    """

    replace_creates_value: bool
    """`replace` with a filter that matches nothing makes the value: Entra."""

    unknown_members: bool
    """A PATCH passes over members who are nobody here: Okta and Entra repeat a list
    with one stale id for ever, and nobody else in it would get in.
    """

    empty_patch: bool
    """A PATCH without any operation changes nothing: Microsoft's SCIM validator."""

    no_address: bool
    """A person without any e-mail: authentik sends an empty list."""

    @property
    def keeps(self) -> bool:
        """Say whether attributes that no schema declares are kept as they came."""
        return False

    def note(self, name: str, *, kept: bool) -> None:
        """Hear of an attribute that is not used; nobody listens here."""

    def dropping(self) -> "Tolerance":
        """Return the same tolerance, that keeps nothing unknown."""
        return self


COMPATIBLE = Tolerance(
    string_booleans=True,
    dotted_keys=True,
    plain_manager=True,
    remove_with_value=True,
    foreign_schemas=True,
    single_values=True,
    plain_values=True,
    wrapped_values=True,
    numbers_as_strings=True,
    several_primaries=True,
    unknown_attributes=True,
    unused_attributes=True,
    replace_creates_value=True,
    unknown_members=True,
    empty_patch=True,
    no_address=True,
)
"""Accept whatever a known client sends, as long as its meaning is plain."""

STRICT = Tolerance(
    string_booleans=True,
    dotted_keys=True,
    plain_manager=True,
    remove_with_value=True,
    foreign_schemas=True,
    single_values=False,
    plain_values=False,
    wrapped_values=False,
    numbers_as_strings=False,
    several_primaries=False,
    unknown_attributes=False,
    unused_attributes=False,
    replace_creates_value=False,
    unknown_members=False,
    empty_patch=False,
    no_address=False,
)
"""Refuse what the RFCs do not allow.

Kept are the habits of Entra's default dialect: without them it could neither
disable a person nor take one out of a group, and what else it sends by default is
left out.
"""

MAX_NAMES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch(Tolerance):
    """A tolerance for one request, that remembers what it met and nothing uses."""

    keeps: bool
    met: dict[str, bool]
    """By name, whether the attribute was kept, each time it was met."""

    def note(self, name: str, *, kept: bool) -> None:
        """Remember an attribute, within bounds."""
        if name in self.met or len(self.met) < MAX_NAMES:
            self.met[name] = kept and self.met.get(name, True)

    def dropping(self) -> "Watch":
        """Return the same tolerance, that keeps nothing unknown."""
        return replace(self, keeps=False)


def watch(tolerance: Tolerance, *, keeps: bool = False) -> Watch:
    """Return a tolerance that remembers, and keeps what is unknown if told to."""
    return Watch(**_VALUES[tolerance], keeps=keeps, met={})


_VALUES = {each: asdict(each) for each in (COMPATIBLE, STRICT)}
