"""How texts tell how long ago something was."""

from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

register = template.Library()
JUST_NOW = timedelta(minutes=1)


@register.filter
def ago(at: datetime) -> str:
    """Say how long ago a moment was; within a minute it was just now."""
    if timezone.now() - at < JUST_NOW:
        return _("just now")
    return _("{span} ago").format(span=timesince(at))
