"""Words for mail domains in templates."""

from django import template

from directories import domain_names
from directories.services import domain_checks

register = template.Library()


@register.filter
def readable(name: str) -> str:
    """Return a domain in the script of its people."""
    return domain_names.readable(name)


@register.filter
def failure_words(failure: str) -> str:
    """Return why there was no proof, as a sentence."""
    return domain_checks.words_of(failure)
