"""What templates about customers look up."""

from collections.abc import Mapping
from typing import TypeVar

from django import template

register = template.Library()
T = TypeVar("T")


@register.filter
def of(found: Mapping[object, T], key: object) -> T | str:
    """Return what was found for a key, "" for nothing."""
    return found.get(key, "")
