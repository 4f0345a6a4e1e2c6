"""Addresses of profile photos in templates."""

from django import template
from django.urls import reverse

from directories.models import Account

register = template.Library()


@register.filter
def photo_url(account: object) -> str:
    """Return where the photo of an account is, "" for one without."""
    if not isinstance(account, Account) or not account.photo_version:
        return ""
    place = [account.public_id, account.photo_version]
    return reverse("directories:account-photo", args=place)
