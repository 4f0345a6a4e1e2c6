"""What the mode of a directory means for its SCIM surface."""

from directories.models import Directory
from directories.scim.protocol.tolerance import COMPATIBLE, STRICT, Tolerance


def is_strict(directory: Directory) -> bool:
    """Say whether a directory answers and refuses as the original does."""
    return directory.mode == Directory.Mode.STRICT


def tolerance_of(directory: Directory) -> Tolerance:
    """Return which deviations of clients a directory accepts."""
    return STRICT if is_strict(directory) else COMPATIBLE
