"""What the mode of a directory means for its SCIM surface."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from django.utils import timezone
from rest_framework.request import Request

from directories.models import ApiKey, Directory
from directories.scim.protocol.offers import EVERYTHING, ORIGINAL, Offer
from directories.scim.protocol.schemas import ResourceType
from directories.scim.protocol.tolerance import COMPATIBLE, STRICT, Tolerance, watch
from directories.services.unused_attributes import note_unused


def is_strict(directory: Directory) -> bool:
    """Say whether a directory answers and refuses as the original does."""
    return directory.mode == Directory.Mode.STRICT


def tolerance_of(directory: Directory) -> Tolerance:
    """Return which deviations of clients a directory accepts."""
    return STRICT if is_strict(directory) else COMPATIBLE


def offer_of(directory: Directory) -> Offer:
    """Return which parts of the protocol a directory offers."""
    return ORIGINAL if is_strict(directory) else EVERYTHING


def opened_by(request: Request) -> Directory:
    """Return the directory that a request's key opened."""
    return cast("ApiKey", request.auth).directory


@contextmanager
def watching(directory: Directory, kind: ResourceType) -> Iterator[Tolerance]:
    """Give the tolerance for one write, and note what it met that is not used.

    A write that is refused leaves no note.
    """
    keep = Directory.UnknownAttributes.KEEP
    keeps = not is_strict(directory) and directory.unknown_attributes == keep
    tolerance = watch(tolerance_of(directory), keeps=keeps)
    yield tolerance
    if tolerance.met:
        note_unused(
            directory, resource=kind.name, met=tolerance.met, now=timezone.now()
        )
