"""Entity tags, and the conditions of requests on them (RFC 7644 section 3.14)."""

import re
from dataclasses import dataclass

from directories.scim.protocol.errors import PreconditionFailedError

# Quotes may be missing: some clients take them off before they send a tag back.
_TAG = re.compile(r'(?:W/)?(?:"([^"]*)"|([^\s,"]+))')


def entity_tag(version: str) -> str:
    """Return the weak tag of a version, as `ETag` and as `meta.version`."""
    return f'W/"{version}"'


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a request demands of the version that it finds; "" demands nothing."""

    if_match: str = ""
    if_none_match: str = ""

    def know(self, tag: str) -> bool:
        """Say whether a reader has this version already (`If-None-Match`)."""
        return _names(self.if_none_match, tag)

    def check(self, tag: str) -> None:
        """Refuse a write to another version than the client wants to change."""
        if self.if_match and not _names(self.if_match, tag):
            msg = (
                f"The resource has changed: its version is {tag} and not the one in "
                "If-Match. Read it again and repeat the request with what it is now."
            )
            raise PreconditionFailedError(msg)
        if self.know(tag):
            msg = (
                f"The resource has the version {tag}, which If-None-Match rules out. "
                "Leave the header away to change the resource."
            )
            raise PreconditionFailedError(msg)


def _names(header: str, tag: str) -> bool:
    """Compare weakly with a list of tags; `*` is every version."""
    if header.strip() == "*":
        return True
    return tag in {entity_tag(quoted or bare) for quoted, bare in _TAG.findall(header)}
