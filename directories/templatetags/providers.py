"""How texts call the identity provider of a directory."""

from django import template
from django.utils.translation import gettext as _

from directories.models import Directory

register = template.Library()


@register.filter
def provider_name(directory: Directory) -> str:
    """Return the provider's name for the middle of a sentence."""
    if directory.provider == Directory.Provider.OTHER:
        return _("your identity provider")
    return str(directory.get_provider_display())
