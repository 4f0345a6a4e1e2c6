"""How templates tell what is in the troubleshooting log."""

from django import template

from directories import findings
from directories.models import TroubleshootingEntry

register = template.Library()


@register.filter
def sentence(entry: TroubleshootingEntry) -> str:
    """Return what happened, in one plain sentence."""
    return findings.sentence_of(entry)


@register.filter
def answer(entry: TroubleshootingEntry) -> str:
    """Return what the client was answered, "" for what was no refusal."""
    return findings.answer_of(entry)
